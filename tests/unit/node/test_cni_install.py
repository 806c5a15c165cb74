"""The installed executable: its front in three shells, what it hands to the agent, and when Python is called."""

import asyncio
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bgpkit_node.cni import AgentSocket, install_shim, tickets
from tests.support.daemons import program
from tests.support.libcni_json import as_libcni_writes

VARIABLES = {"CNI_COMMAND": "ADD", "CNI_CONTAINERID": "c1", "CNI_NETNS": "/run/netns/p", "CNI_IFNAME": "eth0"}
PYTHON = """\
#!/bin/sh
[ "$1" = -IS ] && echo "python:$3" && exec /bin/cat
"""
"""Stands in for the interpreter: tells that it was called, with which argument, and what it was given."""


@dataclass(frozen=True)
class Ended:
    """How the executable ended."""

    status: int
    output: bytes


@pytest.fixture(params=["sh", "bash", "busybox"])
def shell(request: pytest.FixtureRequest) -> Sequence[str]:
    """Give what runs the front: what the kernel takes for /bin/sh, or one of two shells that are that elsewhere."""
    match request.param:
        case "bash":
            return ("bash", "--posix")
        case "busybox":
            return (str(program("busybox-static", "/bin/busybox").path), "ash")
        case _:
            return ()


class Agent:
    """An agent that keeps what it is asked, and answers it with a result, or waits."""

    def __init__(self, path: Path) -> None:
        """Serve on ``path``, once opened."""
        self.path = path
        self.asked: list[Mapping[str, object]] = []
        self.result: dict[str, object] = {"ips": [{"address": "10.244.1.2/32"}], "dns": {"domain": "a\n\\b \u00e4%s"}}
        self.busy = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()
        self.socket = AgentSocket(path, {"cni": self._cni})

    async def _cni(self, request: Mapping[str, object]) -> dict[str, object]:
        self.asked.append(request)
        self.busy.set()
        await self.free.wait()
        return self.result


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    """Give an agent that the test starts."""
    return Agent(tmp_path / "agent.sock")


@pytest.fixture
def executable(tmp_path: Path) -> Path:
    """Give an executable whose interpreter only tells that it was called."""
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return install_shim(tmp_path / "bin", python=str(python))


def plain(path: Path, **more: object) -> bytes:
    """Return a configuration as runtimes write it, for the agent of that socket."""
    config = {"agent_socket": str(path), "cniVersion": "1.0.0", "name": "net", "type": "bgpkit", **more}
    return as_libcni_writes(config).encode()


async def run(argv: Sequence[str | Path], config: bytes, environment: Mapping[str, str | bytes]) -> Ended:
    """Run the executable to its end; it has nothing to say on standard error."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
    output, errors = await asyncio.wait_for(process.communicate(config), 30)
    assert errors == b""
    return Ended(process.returncode or 0, output)


def tickets_of_the_dead(directory: Path, *tickets: str) -> None:
    """Lay out tickets which nobody serves."""
    directory.mkdir()
    for ticket in tickets:
        (directory / ticket).mkdir()
        for name in ("bell", "answer"):
            os.mkfifo(directory / ticket / name)


def names(directory: Path) -> set[str]:
    """Return the names of the files in a directory."""
    return {path.name for path in directory.iterdir()}


def test_it_is_a_text_alone_in_its_folder(tmp_path: Path) -> None:
    """Executable, written over an older one, run by the shell; VERSION is answered without an agent."""
    folder = tmp_path / "opt" / "bin"
    folder.mkdir(parents=True)
    (folder / "bgpkit").write_text("an older one")
    path = install_shim(folder)
    assert (path, list(folder.iterdir())) == (folder / "bgpkit", [path])
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "CNI_COMMAND": "VERSION"}
    done = subprocess.run([path], env=environment, input=b"", capture_output=True, check=True)
    assert json.loads(done.stdout)["supportedVersions"]


def test_python_reads_the_whole_as_a_program(tmp_path: Path) -> None:
    """What is the shell's is a string to it, in which no escape is a mistake."""
    words: list[str | Path] = [sys.executable, "-IS", "-W", "error", install_shim(tmp_path)]
    done = subprocess.run(words, env={"CNI_COMMAND": "VERSION"}, input=b"", capture_output=True, check=True)
    assert (json.loads(done.stdout)["cniVersion"], done.stderr) == ("1.1.0", b"")


async def test_a_call_goes_to_the_agent_without_python(executable: Path, agent: Agent, shell: Sequence[str]) -> None:
    """With the variables and the configuration as they are; the answer is printed; an empty one, of a DEL, is not."""
    config = plain(agent.path, args={"text": "a  b\\nä'$HOME`x`%s\\\\"}, prevResult={"ips": []})
    async with agent.socket:
        ended = await run((*shell, executable), config, {**VARIABLES, "CNI_ARGS": "K=V"})
        assert (ended.status, json.loads(ended.output)) == (0, agent.result)
        agent.result = {}
        assert await run((*shell, executable), config, {**VARIABLES, "CNI_COMMAND": "DEL"}) == Ended(0, b"")
    first, second = agent.asked
    assert first == {
        "request": "cni",
        "command": "ADD",
        "env": {**VARIABLES, "CNI_ARGS": "K=V"},
        "config": json.loads(config),
    }
    assert second["command"] == "DEL"


async def test_every_octet_of_a_variable_arrives(executable: Path, agent: Agent, shell: Sequence[str]) -> None:
    """Quotes, backslashes, blanks at the ends, control characters and UTF-8."""
    octets = b" " + bytes(octet for octet in range(1, 128) if octet != ord("\n")) + "äĀ€".encode() + b"\t "
    config = plain(agent.path, text="Āā€\u0081")
    async with agent.socket:
        ended = await run((*shell, executable), config, {**VARIABLES, "CNI_ARGS": octets, "LANG": "C.UTF-8"})
    assert ended.status == 0, ended
    (asked,) = agent.asked
    assert asked["env"] == {**VARIABLES, "CNI_ARGS": octets.decode()}
    assert asked["config"] == json.loads(config)


async def test_a_call_is_judged_alike_whoever_carries_it(tmp_path: Path, agent: Agent) -> None:
    """A number beyond all, half a surrogate pair and what is no UTF-8 reach no handler, by either way."""
    config = plain(agent.path)
    executable = install_shim(tmp_path / "bin")
    by_python = (sys.executable, "-IS", executable)
    for octets, arguments in (
        (config[:-1] + b',"x":1e999}', b"K=V"),
        (config[:-1] + b',"x":"\\ud800"}', b"K=V"),
        (config, b"K=\xff"),
    ):
        async with agent.socket:
            told = [
                await run(argv, octets, {**VARIABLES, "CNI_ARGS": arguments}) for argv in ((executable,), by_python)
            ]
        assert told[0] == told[1]
        assert (told[0].status, json.loads(told[0].output)["code"]) == (1, 6)
    assert agent.asked == []


async def test_what_the_agent_refuses_is_printed_with_status_1(
    executable: Path, agent: Agent, shell: Sequence[str]
) -> None:
    """A missing variable is told by the agent as Python tells it, without Python."""
    environment = {key: value for key, value in VARIABLES.items() if key != "CNI_NETNS"}
    async with agent.socket:
        ended = await run((*shell, executable), plain(agent.path), environment)
    told = json.loads(ended.output)
    assert (ended.status, told["code"], told["details"]) == (1, 4, "CNI_NETNS")
    assert agent.asked == []


def _unusual(path: Path) -> dict[str, bytes]:
    """Return configurations that only Python reads."""
    config = plain(path)
    return {
        "several lines": json.dumps(json.loads(config), indent=1).encode(),
        "a line with an end": config + b"\n",
        "another order": json.dumps({"name": "net", "agent_socket": str(path)}).encode(),
        "an escaped path": config.replace(b"/", b"\\/"),
        "a blank first": b" \t" + config,
        "no path": config.replace(str(path).encode(), b""),
        "too long": plain(path, args={"text": "x" * 300_000}),
        "the key in a part": json.dumps({"args": {"agent_socket": str(path)}}).encode(),
        "the key twice": config[:-1] + b',"agent_socket":"/elsewhere"}',
    }


@pytest.mark.parametrize("case", sorted(_unusual(Path("/x"))))
async def test_python_gets_what_is_unusual(executable: Path, agent: Agent, shell: Sequence[str], case: str) -> None:
    """The whole configuration, though the front has read it."""
    config = _unusual(agent.path)[case]
    async with agent.socket:
        ended = await run((*shell, executable), config, {**VARIABLES, "PATH": os.environ["PATH"]})
    assert (ended.status, ended.output) == (0, b"python:\n" + config + b"\n")
    assert agent.asked == []


async def test_python_gets_a_variable_of_two_lines(executable: Path, agent: Agent, shell: Sequence[str]) -> None:
    """A line is where a call is cut into its parts."""
    environment = {**VARIABLES, "CNI_ARGS": "K=V\nadded", "PATH": os.environ["PATH"]}
    async with agent.socket:
        ended = await run((*shell, executable), plain(agent.path), environment)
    assert ended.output.startswith(b"python:\n{")
    assert agent.asked == []


async def test_the_variable_names_the_agent(executable: Path, agent: Agent, shell: Sequence[str]) -> None:
    """Before the configuration does, whatever that looks like."""
    environment = {**VARIABLES, "BGPKIT_NODE_SOCKET": str(agent.path)}
    async with agent.socket:
        for config in (plain(Path("/nowhere")), b'{"name": "net", "cniVersion": "1.1.0"}'):
            assert (await run((*shell, executable), config, environment)).status == 0
    assert len(agent.asked) == 2


async def test_python_comes_when_no_agent_takes_the_call(
    executable: Path, agent: Agent, shell: Sequence[str], tmp_path: Path
) -> None:
    """None has been there; or one that was killed has left its tickets; the call is not lost, so Python asks."""
    environment = {**VARIABLES, "PATH": os.environ["PATH"]}
    config = plain(agent.path)
    assert (await run((*shell, executable), config, environment)).output == b"python:\n" + config + b"\n"
    directory = tmp_path / "agent.sock.calls"
    tickets_of_the_dead(directory, "a", "b")
    assert (await run((*shell, executable), config, environment)).output == b"python:\n" + config + b"\n"
    assert names(directory / "a") == {"bell", "answer", "call"}
    assert names(directory / "b") == {"bell", "answer"}


@pytest.mark.parametrize("whose", ["another's", "a link"])
async def test_what_another_has_made_is_not_the_agents(
    executable: Path, shell: Sequence[str], tmp_path: Path, whose: str
) -> None:
    """Nothing is written into it, and no answer of it is printed."""
    directory = tmp_path / "agent.sock.calls"
    if whose == "a link":
        tickets_of_the_dead(tmp_path / "elsewhere", "a")
        directory.symlink_to(tmp_path / "elsewhere")
    else:
        tickets_of_the_dead(directory, "a")
        os.chown(directory, 65534, 65534)
    config = plain(tmp_path / "agent.sock")
    ended = await run((*shell, executable), config, {**VARIABLES, "PATH": os.environ["PATH"]})
    assert ended.output == b"python:\n" + config + b"\n"
    assert names(directory / "a") == {"bell", "answer"}


async def test_without_a_bell_nobody_waits(executable: Path, agent: Agent, shell: Sequence[str]) -> None:
    """An agent that nobody can ring for never answers, and lives; nothing is created where the bell was."""
    config = plain(agent.path)
    async with agent.socket:
        for bell in agent.path.parent.glob("agent.sock.calls/*/bell"):
            bell.unlink()
        ended = await run((*shell, executable), config, {**VARIABLES, "PATH": os.environ["PATH"]})
        assert list(agent.path.parent.glob("agent.sock.calls/*/bell")) == []
    assert ended.output == b"python:\n" + config + b"\n"


async def test_half_an_answer_is_none(executable: Path, shell: Sequence[str], tmp_path: Path) -> None:
    """Nothing of it is printed: the call is lost."""
    directory = tmp_path / "agent.sock.calls"
    tickets_of_the_dead(directory, "a")
    bell, answer = (os.open(directory / "a" / name, os.O_RDWR | os.O_NONBLOCK) for name in ("bell", "answer"))
    rung = asyncio.Event()
    asyncio.get_running_loop().add_reader(bell, rung.set)
    environment = {**VARIABLES, "PATH": os.environ["PATH"]}
    call = asyncio.ensure_future(run((*shell, executable), plain(tmp_path / "agent.sock"), environment))
    await asyncio.wait_for(rung.wait(), 10)
    asyncio.get_running_loop().remove_reader(bell)
    os.write(answer, b'taken\n0\n{"ips"')
    os.close(answer)
    assert (await call).output.startswith(b"python:lost\n{")
    os.close(bell)


async def test_a_result_that_cannot_be_written_is_no_success(
    tmp_path: Path, agent: Agent, shell: Sequence[str]
) -> None:
    """Whether the disk is full or standard output is closed, and whoever writes it."""
    executable = install_shim(tmp_path / "bin")
    config = tmp_path / "config"
    config.write_bytes(plain(agent.path))
    async with agent.socket:
        ways: list[list[str | Path]] = [[*shell, executable], [sys.executable, "-IS", executable]]
        for words in ways:
            for where in (">/dev/full", ">&-"):
                script = f'"$@" <{config} {where}'
                process = await asyncio.create_subprocess_exec(
                    "sh", "-c", script, "sh", *words, env=VARIABLES, stderr=asyncio.subprocess.PIPE
                )
                _, errors = await asyncio.wait_for(process.communicate(), 30)
                assert (process.returncode, b"Traceback" in errors) == (1, False), (words, where, errors)


async def test_a_node_without_python_is_told_in_json(tmp_path: Path, shell: Sequence[str]) -> None:
    """One that lies in the working directory is not run, though a part of PATH leads there."""
    executable = install_shim(tmp_path / "bin")
    executable.write_text(executable.read_text().replace(" /usr/bin $PATH", " /nowhere $PATH"))
    (tmp_path / "python3").write_text("#!/bin/sh\necho planted\n")
    (tmp_path / "python3").chmod(0o755)
    found = [shutil.which(word) or word for word in shell]
    words: list[str | Path] = ["/usr/bin/env", "-C", tmp_path, *found, executable]
    for path in (":", ".:bin", ""):
        ended = await run(words, plain(tmp_path / "none"), {**VARIABLES, "PATH": path})
        told = json.loads(ended.output)
        assert (ended.status, told["code"], "no Python" in told["msg"]) == (1, 11, True)
    ended = await run(words, plain(tmp_path / "none"), {**VARIABLES, "PATH": f".:{tmp_path}:{os.environ['PATH']}"})
    assert ended == Ended(0, b"planted\n")


async def test_a_full_disk_takes_one_ticket_and_no_more(executable: Path, shell: Sequence[str], agent: Agent) -> None:
    """The first write that fails is the last; here by the limit of a file's size, whose signal is ignored."""
    config = plain(agent.path, text="x" * 9000)
    script = "trap '' XFSZ; ulimit -f 8; exec \"$@\""
    limited: list[str | Path] = ["/bin/sh", "-c", script, "sh", *shell, executable]
    async with agent.socket:
        ended = await run(limited, config, {**VARIABLES, "PATH": os.environ["PATH"]})
        assert len(list(agent.path.parent.glob("agent.sock.calls/*/call"))) == 1
    assert ended.output == b"python:\n" + config + b"\n"


async def test_status_is_asked_with_a_deadline(executable: Path, agent: Agent, shell: Sequence[str]) -> None:
    """By Python: a shell would wait for ever for an agent that is stopped."""
    environment = {"CNI_COMMAND": "STATUS", "PATH": os.environ["PATH"]}
    async with agent.socket:
        ended = await run((*shell, executable), plain(agent.path), environment)
    assert ended.output.startswith(b"python:\n")


async def test_an_agent_that_goes_with_the_call_leaves_it_lost(
    executable: Path, agent: Agent, shell: Sequence[str]
) -> None:
    """Python is told so, and does not make it a second time."""
    agent.free.clear()
    environment = {**VARIABLES, "PATH": os.environ["PATH"]}
    async with agent.socket:
        call = asyncio.ensure_future(run((*shell, executable), plain(agent.path), environment))
        await agent.busy.wait()
    assert (await call).output.startswith(b"python:lost\n{")


async def test_a_caller_that_is_killed_ends_its_call(executable: Path, agent: Agent, shell: Sequence[str]) -> None:
    """The agent sees that nobody reads any more."""
    agent.free.clear()
    ended = asyncio.Event()

    async def wait(_request: Mapping[str, object]) -> dict[str, object]:
        """Note the cancellation."""
        agent.busy.set()
        try:
            await agent.free.wait()
        finally:
            ended.set()
        return {}

    async with AgentSocket(agent.path, {"cni": wait}):
        pipe = asyncio.subprocess.PIPE
        words: list[str | Path] = [*shell, executable]
        process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, env=VARIABLES)
        assert process.stdin is not None
        process.stdin.write(plain(agent.path))
        process.stdin.close()
        await agent.busy.wait()
        process.kill()
        await process.wait()
        await asyncio.wait_for(ended.wait(), 10)


async def test_more_calls_than_tickets_are_all_answered(
    agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, and each caller gets its own answer: the rest comes by the socket."""
    monkeypatch.setattr(tickets, "COUNT", 3)
    executable = install_shim(tmp_path / "bin")

    async def echo(request: Mapping[str, object]) -> dict[str, object]:
        """Return what only this caller has said."""
        agent.asked.append(request)
        if len(agent.asked) == 20:
            agent.busy.set()
        await agent.busy.wait()  # so that all are there at the same time
        return {"said": request["env"]}

    async with AgentSocket(agent.path, {"cni": echo}):
        calls = [
            run((executable,), plain(agent.path), {**VARIABLES, "CNI_CONTAINERID": f"c{number}"})
            for number in range(20)
        ]
        answers = await asyncio.gather(*calls)
    said = [json.loads(ended.output)["said"]["CNI_CONTAINERID"] for ended in answers]
    assert said == [f"c{number}" for number in range(20)]
    assert len(agent.asked) == 20
