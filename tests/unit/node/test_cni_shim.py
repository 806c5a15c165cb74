"""The Python of the CNI executable alone: what it imports, what it decides without an agent."""

import ast
import json
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bgpkit_node.cni import shim

COMPLETE = {"CNI_CONTAINERID": "c1", "CNI_NETNS": "/run/netns/p", "CNI_IFNAME": "eth0"}
CONFIG = {"cniVersion": "1.0.0", "name": "net", "type": "bgpkit"}


@dataclass(frozen=True)
class Run:
    """What one run of the executable gave."""

    status: int
    document: dict[str, Any]


def run(executable: Path, command: str, text: str, **environment: str) -> Run:
    """Run the executable as a runtime does, isolated from site packages and from this environment."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", executable],
        input=text,
        env={"CNI_COMMAND": command, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.stderr == ""
    return Run(done.returncode, json.loads(done.stdout))


@pytest.fixture
def executable(tmp_path: Path) -> Path:
    """Give a copy of the one file, alone in a folder."""
    return Path(shutil.copy(shim.__file__, tmp_path / "bgpkit"))


def test_it_imports_the_standard_library_only() -> None:
    """A copy of the one file needs nothing else."""
    tree = ast.parse(Path(shim.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


@pytest.mark.parametrize(("asked", "spoken"), [("0.4.0", "0.4.0"), ("1.1.0", "1.1.0"), ("9.9.9", "1.1.0")])
def test_version_is_answered_without_an_agent(executable: Path, asked: str, spoken: str) -> None:
    """VERSION lists the four versions, in the caller's own version where that is known."""
    answer = run(executable, "VERSION", json.dumps({"cniVersion": asked}))
    assert answer == Run(0, {"cniVersion": spoken, "supportedVersions": ["0.3.1", "0.4.0", "1.0.0", "1.1.0"]})


def test_version_needs_no_configuration(executable: Path) -> None:
    """VERSION with nothing on standard input is answered too."""
    assert run(executable, "VERSION", "").status == 0


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_a_missing_variable_is_named_with_code_4(executable: Path, missing: str) -> None:
    """ADD without one of its variables fails with code 4 and the variable's name."""
    rest = {name: value for name, value in COMPLETE.items() if name != missing}
    answer = run(executable, "ADD", json.dumps(CONFIG), **rest)
    assert (answer.status, answer.document["code"], answer.document["details"]) == (1, 4, missing)


def test_an_unknown_command_is_code_4(executable: Path) -> None:
    """A command that CNI does not have fails with code 4."""
    answer = run(executable, "UPDATE", json.dumps(CONFIG), **COMPLETE)
    assert (answer.status, answer.document["code"]) == (1, 4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"a": }',
        '{"a": NaN}',
        pytest.param('{"a": ' + "[" * 99999, id="very deep"),
        "\udcff{}",
    ],
)
def test_a_configuration_that_is_no_object_is_code_6(executable: Path, text: str) -> None:
    """Standard input that is not a JSON object fails with code 6."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", executable],
        input=text.encode(errors="surrogateescape"),
        env={"CNI_COMMAND": "ADD", **COMPLETE},
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, json.loads(done.stdout)["code"], done.stderr) == (1, 6, b"")


@pytest.mark.parametrize(
    ("command", "version"),
    [("ADD", "0.2.0"), ("ADD", "2.0.0"), ("ADD", None), ("CHECK", "0.3.1"), ("STATUS", "1.0.0"), ("GC", "0.4.0")],
)
def test_a_version_that_does_not_fit_is_code_1(executable: Path, command: str, version: str | None) -> None:
    """A version not spoken, or one that does not have the command, fails with code 1; none means 0.1.0."""
    config = {**CONFIG, "cniVersion": version}
    if version is None:
        del config["cniVersion"]
    answer = run(executable, command, json.dumps(config), **COMPLETE)
    assert (answer.status, answer.document["code"]) == (1, 1)


def test_no_agent_is_code_11_with_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody comes within the wait the call fails with code 11 and says on which path."""
    monkeypatch.setattr(shim, "CONNECT_SECONDS", 0.0)
    with pytest.raises(shim.ShimError) as caught:
        shim.ask(shim.Question(str(tmp_path / "agent.sock"), "ADD", {}))
    assert caught.value.code == 11
    assert str(tmp_path) in caught.value.details


def test_status_without_an_agent_is_code_50_at_once(executable: Path, tmp_path: Path) -> None:
    """STATUS does not wait for an agent: without one no pod can be added."""
    config = {**CONFIG, "cniVersion": "1.1.0", "agent_socket": str(tmp_path / "agent.sock")}
    answer = run(executable, "STATUS", json.dumps(config))
    assert (answer.status, answer.document["code"], answer.document["cniVersion"]) == (1, 50, "1.1.0")


@pytest.mark.parametrize("by", ["environment", "configuration"])
def test_the_call_goes_to_the_agent_as_one_line(executable: Path, tmp_path: Path, by: str) -> None:
    """The agent gets command, CNI environment and configuration; the environment's path wins over the other."""
    path = tmp_path / "agent.sock"
    received: list[object] = []
    with _listening(path) as listener:
        thread = threading.Thread(target=_answer_once, args=(listener, received, b'{"result": {"ips": []}}\n'))
        thread.start()
        other = str(tmp_path / "nobody.sock")
        config = {**CONFIG, "agent_socket": other if by == "environment" else str(path)}
        extra = {"BGPKIT_NODE_SOCKET": str(path)} if by == "environment" else {}
        answer = run(executable, "ADD", json.dumps(config), **COMPLETE, **extra)
        thread.join()
    assert answer == Run(0, {"ips": []})
    expected = {"request": "cni", "command": "ADD", "env": {"CNI_COMMAND": "ADD", **COMPLETE}, "config": config}
    assert received == [expected]


@pytest.mark.parametrize(
    ("reply", "code"),
    [(b"", 11), (b'{"result"', 11), (b"nonsense\n", 5), (b"[1]\n", 5), (b'{"error": {"code": 101}}\n', 101)],
)
def test_a_bad_answer_is_an_error(tmp_path: Path, executable: Path, reply: bytes, code: int) -> None:
    """An agent that dies before or in its answer is code 11, one that talks nonsense code 5, an error is handed on."""
    path = tmp_path / "agent.sock"
    with _listening(path) as listener:
        thread = threading.Thread(target=_answer_once, args=(listener, [], reply))
        thread.start()
        answer = run(executable, "ADD", json.dumps({**CONFIG, "agent_socket": str(path)}), **COMPLETE)
        thread.join()
    assert (answer.status, answer.document["code"]) == (1, code)
    assert answer.document["cniVersion"] == "1.0.0"


@pytest.mark.parametrize("value", ["plain", 'quo"ted', "back\\slash", "\u00e4", "tab\t", "\udcff"])
def test_a_call_is_one_line_of_json_whatever_a_variable_holds(executable: Path, tmp_path: Path, value: str) -> None:
    """What needs an escape gets it, an octet that is no text too."""
    received: list[object] = []
    with _listening(tmp_path / "agent.sock") as listener:
        thread = threading.Thread(target=_answer_once, args=(listener, received, b'{"result":{"a":1}}\n'))
        thread.start()
        config = {**CONFIG, "agent_socket": str(tmp_path / "agent.sock")}
        run(executable, "ADD", json.dumps(config), **COMPLETE, CNI_ARGS=value)
        thread.join()
    environment = {"CNI_COMMAND": "ADD", **COMPLETE, "CNI_ARGS": value}
    assert received == [{"request": "cni", "command": "ADD", "env": environment, "config": config}]


@pytest.mark.parametrize(
    ("reply", "printed"), [(b'{"result":{"ips":[{}]}}\n', '{"ips": [{}]}\n'), (b'{"result":{}}\n', "")]
)
def test_an_empty_result_is_not_printed(executable: Path, tmp_path: Path, reply: bytes, printed: str) -> None:
    """As of a DEL; any other is, in one line."""
    with _listening(tmp_path / "agent.sock") as listener:
        thread = threading.Thread(target=_answer_once, args=(listener, [], reply))
        thread.start()
        done = subprocess.run(
            [sys.executable, "-IS", executable],
            input=json.dumps({**CONFIG, "agent_socket": str(tmp_path / "agent.sock")}),
            env={"CNI_COMMAND": "ADD", **COMPLETE},
            capture_output=True,
            text=True,
            check=False,
        )
        thread.join()
    assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")


def test_a_call_that_an_agent_has_taken_is_not_made_again(executable: Path, tmp_path: Path) -> None:
    """It fails as when the connection breaks, though another agent would answer; what is wrong with it comes first."""
    config = json.dumps({**CONFIG, "agent_socket": str(tmp_path / "agent.sock")})
    with _listening(tmp_path / "agent.sock") as listener:
        listener.settimeout(0.0)
        for command, code in (("ADD", 11), ("UPDATE", 4)):
            done = subprocess.run(
                [sys.executable, "-IS", executable, shim.LOST],
                input=config,
                env={"CNI_COMMAND": command, **COMPLETE},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, json.loads(done.stdout)["code"]) == (1, code)
        with pytest.raises(BlockingIOError):
            listener.accept()


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)
    return listener


def _answer_once(listener: socket.socket, received: list[object], reply: bytes) -> None:
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as stream:
        received.append(json.loads(stream.readline()))
        connection.sendall(reply)
