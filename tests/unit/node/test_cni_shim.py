"""The CNI executable alone: what it imports, what it decides without an agent."""

import ast
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bgpkit_node.cni import install_shim, shim

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


def test_it_imports_these_modules_of_the_standard_library_only() -> None:
    """Each start imports three modules, built into every CPython for Linux or beside it; JSON comes when it has to."""
    tree = ast.parse(Path(shim.__file__).read_text())
    assert _imported(tree.body) == {"_socket", "posix", "time"}
    assert _imported(list(ast.walk(tree))) == {"_json", "_socket", "json", "posix", "time", "typing"}


@pytest.mark.parametrize(
    "value",
    [{}, {"a": [1, -2.5, 1e300, True, False, None, {"b": '\u00e4"\n'}], "": {}}, {"a": {"b": {"c": []}}}],
)
def test_it_reads_and_writes_json_as_the_library_does(value: dict[str, object]) -> None:
    """What the json module writes is read, and read by it what is written, in one line."""
    assert shim.load(f" {json.dumps(value, indent=1)}\n".encode()) == value
    assert json.loads(shim.dump(value)) == value
    assert "\n" not in shim.dump(value)


@pytest.mark.parametrize("text", ["{", "[]", "null", "", '{"a": }', "{} {}", '{"a": 1,}', '{"a": "\n"}', "{'a': 1}"])
def test_what_is_not_one_object_is_a_value_error(text: str) -> None:
    """As with the json module, but for values that are no object."""
    with pytest.raises(ValueError, match=r"."):
        shim.load(text.encode())


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


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": }', "\udcff{}"])
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
        shim.ask(str(tmp_path / "agent.sock"), "ADD", b"{}\n")
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
    ("reply", "code"), [(b"", 11), (b'{"result"', 11), (b"nonsense\n", 5), (b'{"error": {"code": 101}}\n', 101)]
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


def test_install_writes_an_executable_and_replaces_an_old_one(tmp_path: Path) -> None:
    """The installed file is executable, begins with a shebang, is alone in its folder, and runs by itself."""
    folder = tmp_path / "opt" / "bin"
    folder.mkdir(parents=True)
    (folder / "bgpkit").write_text("an older one")
    path = install_shim(folder)
    assert path == folder / "bgpkit"
    assert list(folder.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    first = path.read_bytes().partition(b"\n")[0]
    assert first.startswith(b"#!/usr/bin/python3 -ISc" if Path("/usr/bin/python3").exists() else b"#!/usr/bin/env")
    assert len(first) < 128
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "CNI_COMMAND": "VERSION"}
    done = subprocess.run([path], env=environment, input="", capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["supportedVersions"]


def test_an_interpreter_that_did_not_compile_it_takes_the_source(tmp_path: Path) -> None:
    """As after an upgrade of the system's Python; the one that did does not look at it."""
    path = install_shim(tmp_path, python=f"{Path(sys.executable).resolve()} -IS")
    octets = path.read_bytes()
    tag = repr(sys.implementation.cache_tag).encode()
    for changed in (octets, octets.replace(tag, b"'another'"), octets.replace(b"_print({", b"_pr nt({")):
        path.write_bytes(changed)
        answered = subprocess.run([path], env={"CNI_COMMAND": "VERSION"}, input=b"", capture_output=True, check=True)
        assert b"supportedVersions" in answered.stdout
    assert octets.count(b"CONNECT_SECONDS = 10.0") == 1
    assert octets.count(tag) == 1


@pytest.mark.parametrize("python", ["/nowhere/python3 -IS", "/usr/bin/env python3", f"/{'long/' * 30}python3 -IS"])
def test_where_no_interpreter_can_compile_it_the_source_is_all_there_is(tmp_path: Path, python: str) -> None:
    """One that is not here, one of which nobody knows which it will be, one too long for a line with a program."""
    path = install_shim(tmp_path, python=python)
    source = Path(shim.__file__).read_text().partition("\n")[2]
    assert path.read_text() == f"#!{python}\n{source}"
    assert run(path, "VERSION", "").status == 0


PLAIN = b'{"agent_socket": "/a/b.sock", "cniVersion": "1.0.0", "name": "net", "ipam": {"x": [{}]}}'


@pytest.mark.parametrize(
    ("octets", "socket_path"), [(PLAIN, "/a/b.sock"), (PLAIN.replace(b"agent_s", b"an_s"), None), (PLAIN[2:], "")]
)
def test_a_plain_configuration_is_handed_on_unread(octets: bytes, socket_path: str | None) -> None:
    """Version and path are found in it, as reading it finds them."""
    found = shim.glance(octets)
    if socket_path == "":
        assert found is None
    else:
        whole = json.loads(octets)
        assert found == {name: whole[name] for name in ("cniVersion", "agent_socket") if name in whole}


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        PLAIN + b"\n",
        PLAIN[:-2],
        PLAIN.replace(b", ", b",\n"),
        PLAIN.replace(b"net", b"n\\u0065t"),
        PLAIN.replace(b"1.0.0", b"1.0.9"),
        PLAIN.replace(b'"1.0.0"', b"1"),
        PLAIN.replace(b'"cniVersion": "1.0.0", ', b""),
        PLAIN.replace(b"{}", b'{"cniVersion": "0.4.0"}'),
        PLAIN.replace(b'"cniVersion": "1.0.0"', b'"prevResult": {"cniVersion": "1.0.0"}'),
        PLAIN.replace(b'"agent_socket": "/a/b.sock", ', b"").replace(b"{}", b'{"agent_socket": "/c"}'),
        PLAIN.replace(b'"net"', b'"agent_socket"'),
        b'{"name": "}", "args": {"cniVersion": "1.0.0"}}',
    ],
)
def test_what_is_not_plain_to_see_is_read_in_full(octets: bytes) -> None:
    """White space and escapes, keys twice, as a value or in a part (which a brace may hide), no known version."""
    assert shim.glance(octets) is None


@pytest.mark.parametrize("value", ["plain", 'quo"ted', "back\\slash", "\u00e4", "tab\t", "\udcff", ""])
def test_a_call_is_one_line_of_json_whatever_a_variable_holds(value: str) -> None:
    """What needs an escape gets it, an octet that is no text too."""
    line = shim.write_call("ADD", {"CNI_ARGS": value}, b'{"a":1}')
    assert line.count(b"\n") == 1
    call = {"request": "cni", "command": "ADD", "env": {"CNI_ARGS": value}, "config": {"a": 1}}
    assert json.loads(line) == call


def test_a_configuration_that_closes_itself_does_not_change_the_call() -> None:
    """What is handed on unread may be no JSON, with keys of a call in it."""
    line = shim.write_call("ADD", {}, b'{"cniVersion":"1.0.0"}, "command": "DEL", "x": {}')
    assert json.loads(line)["command"] == "ADD"


@pytest.mark.parametrize("config", [CONFIG, {**CONFIG, "args": {"a": "b\n"}}, {**CONFIG, "prevResult": CONFIG}])
@pytest.mark.parametrize(
    ("reply", "printed"), [(b'{"result":{"ips":[{}]}}\n', '{"ips":[{}]}\n'), (b'{"result":{}}\n', "")]
)
def test_a_result_is_printed_as_it_comes(
    executable: Path, tmp_path: Path, config: dict[str, object], reply: bytes, printed: str
) -> None:
    """And an empty one, of a DEL, not at all; whether the configuration was read or not."""
    path = tmp_path / "agent.sock"
    received: list[object] = []
    with _listening(path) as listener:
        thread = threading.Thread(target=_answer_once, args=(listener, received, reply))
        thread.start()
        done = subprocess.run(
            [sys.executable, "-IS", executable],
            input=json.dumps({**config, "agent_socket": str(path)}),
            env={"CNI_COMMAND": "ADD", **COMPLETE},
            capture_output=True,
            text=True,
            check=False,
        )
        thread.join()
    assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")
    assert received[0] == {
        "request": "cni",
        "command": "ADD",
        "env": {"CNI_COMMAND": "ADD", **COMPLETE},
        "config": {**config, "agent_socket": str(path)},
    }


def _imported(nodes: Sequence[ast.AST]) -> set[str]:
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


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
