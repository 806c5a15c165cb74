"""Calls through files: what is served, what is refused, and that nobody can harm another or the agent."""

import asyncio
import contextlib
import json
import os
import shutil
import stat
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest
import structlog

from bgpkit_node.cni import shim, tickets
from bgpkit_node.cni.tickets import Tickets

SOCKET = "/run/test/agent.sock"
CONFIG = {"agent_socket": SOCKET, "cniVersion": "1.0.0", "name": "net", "type": "bgpkit"}


class Asked:
    """Answers, and keeps what it was asked; or waits, and notes that it was cancelled."""

    def __init__(self) -> None:
        """Answer at once."""
        self.requests: list[Mapping[str, object]] = []
        self.answer: Mapping[str, object] = {"result": {"ips": []}}
        self.free = asyncio.Event()
        self.free.set()
        self.busy = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def __call__(self, line: bytes) -> Mapping[str, object]:
        """Answer a request."""
        self.requests.append(json.loads(line))
        self.busy.set()
        try:
            await self.free.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return self.answer


class Caller:
    """Does by hand what the front does."""

    def __init__(self, directory: Path, name: str = "") -> None:
        """Take the ticket ``name``, else the first that lies there."""
        self.directory = directory
        self.name = name or free(directory)[0]
        self.reader = os.open(directory / self.name / "answer", os.O_RDONLY | os.O_NONBLOCK)

    @property
    def call(self) -> Path:
        """The file of the call."""
        return self.directory / self.name / "call"

    def write(self, *lines: str | bytes) -> None:
        """Write the call."""
        self.call.write_bytes(b"".join(os.fsencode(line) + b"\n" for line in lines))

    def ask(self, **config: object) -> None:
        """Write an ADD with these keys in its configuration, and ring."""
        self.write(SOCKET, "", "ADD", "c1", "/run/netns/p", "eth0", "K=V", json.dumps({**CONFIG, **config}))
        self.ring()

    def ring(self) -> None:
        """Tell the agent."""
        ring(self.directory, self.name.encode())

    async def read(self) -> bytes:
        """Return all that is written, until the agent closes."""
        stream = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(stream)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(self.reader, "rb"))
        return await asyncio.wait_for(stream.read(), 10)

    def go(self) -> None:
        """Stop reading."""
        os.close(self.reader)


def free(directory: Path) -> list[str]:
    """Return the names of the tickets that lie there and nobody has."""
    return sorted(path.name for path in directory.glob("[!.]*") if not (path / "call").exists())


def ring(directory: Path, name: bytes) -> None:
    """Write on the bell."""
    bell = os.open(next(directory.glob("*/bell")), os.O_RDWR | os.O_NONBLOCK)
    os.write(bell, name + b"\n")
    os.close(bell)


@pytest.fixture
async def asked() -> Asked:
    """Give what answers."""
    return Asked()


@pytest.fixture
async def directory(tmp_path: Path, asked: Asked) -> AsyncGenerator[Path]:
    """Give the directory of tickets that are served."""
    served = Tickets(tmp_path / "calls", asked)
    served.open()
    yield tmp_path / "calls"
    await served.close()
    assert not (tmp_path / "calls").exists()


async def test_a_call_is_answered_once_and_its_files_are_gone(directory: Path, asked: Asked) -> None:
    """Exit status, then what is printed; another ticket lies there in its place."""
    before = free(directory)
    assert len(before) == tickets.COUNT
    caller = Caller(directory)
    caller.ask()
    assert await caller.read() == b'taken\n0\n{"ips": []}\n'
    environment = {
        "CNI_COMMAND": "ADD",
        "CNI_CONTAINERID": "c1",
        "CNI_NETNS": "/run/netns/p",
        "CNI_IFNAME": "eth0",
        "CNI_ARGS": "K=V",
    }
    assert asked.requests == [{"request": "cni", "command": "ADD", "env": environment, "config": CONFIG}]
    after = free(directory)
    assert (len(after), len(set(after) - set(before)), caller.name in after) == (tickets.COUNT, 1, False)
    assert not caller.call.exists()


async def test_only_the_owner_comes_to_them(directory: Path) -> None:
    """The directory is its owner's alone, and so are the files."""
    files = (directory, *(directory / free(directory)[0]).iterdir())
    modes = {stat.filemode(path.stat().st_mode) for path in files}
    assert modes == {"drwx------", "prw-------"}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"result": {}}, b"taken\n0\n\n"),
        (
            {"error": {"code": 101, "msg": "no", "details": "x"}},
            b'taken\n1\n{"cniVersion": "1.0.0", "code": 101, "msg": "no"',
        ),
    ],
)
async def test_nothing_and_an_error_are_told(
    directory: Path, asked: Asked, answer: Mapping[str, object], told: bytes
) -> None:
    """Always two lines after the first."""
    asked.answer = answer
    caller = Caller(directory)
    caller.ask()
    found = await caller.read()
    assert found.startswith(told)
    assert found.count(b"\n") == 3


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("half",),
        ("/another.sock", "", "ADD", "c1", "/p", "eth0", "", json.dumps(CONFIG)),
        (SOCKET, "/another.sock", "ADD", "c1", "/p", "eth0", "", json.dumps(CONFIG)),
        (SOCKET, "", "ADD", "c1", "/p", "eth0", "", json.dumps(CONFIG) + " " * tickets.LONGEST),
    ],
    ids=["empty", "half", "for another", "for another by the variable", "too long"],
)
async def test_what_is_not_for_this_way_is_sent_to_python(
    directory: Path, asked: Asked, lines: tuple[str, ...]
) -> None:
    """Half a call, one for another agent, one that is too long."""
    caller = Caller(directory)
    caller.write(*lines)
    caller.ring()
    assert await caller.read() == b""
    assert asked.requests == []


async def test_what_is_wrong_with_a_call_is_told_as_python_tells_it(directory: Path, asked: Asked) -> None:
    """The same function judges: here a version that nobody speaks, and octets that are no JSON."""
    for config, code in ((json.dumps({**CONFIG, "cniVersion": "7"}), 1), ("{]", 6)):
        caller = Caller(directory)
        caller.write(SOCKET, "", "ADD", "c1", "/p", "eth0", "", config)
        caller.ring()
        taken, status, document = (await caller.read()).split(b"\n", 2)
        assert (taken, status, json.loads(document)["code"]) == (b"taken", b"1", code)
    assert asked.requests == []


async def test_a_large_answer_arrives_whole(directory: Path, asked: Asked) -> None:
    """Larger than a pipe holds when it is made, and written before anybody reads."""
    earlier = {"ips": ["x" * 150_000]}
    asked.answer = {"result": earlier}
    caller = Caller(directory)
    caller.ask(prevResult=earlier)
    await asyncio.wait_for(asked.busy.wait(), 10)
    assert await caller.read() == b"taken\n0\n" + json.dumps(earlier).encode() + b"\n"


async def test_a_caller_that_goes_cancels_its_call(directory: Path, asked: Asked) -> None:
    """When nobody reads any more the work is cancelled, and other calls are served."""
    asked.free.clear()
    caller = Caller(directory)
    caller.ask()
    await asked.busy.wait()
    assert not asked.cancelled.is_set()
    caller.go()
    await asyncio.wait_for(asked.cancelled.wait(), 10)
    asked.free.set()
    other = Caller(directory)
    other.ask()
    assert (await other.read()).startswith(b"taken\n0\n")


async def test_work_that_takes_too_long_is_cancelled(
    directory: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell cannot wait for a time: the agent keeps it for the caller, and says what Python would say."""
    monkeypatch.setattr(shim, "ANSWER_SECONDS", 0.01)
    asked.free.clear()
    caller = Caller(directory)
    caller.ask()
    taken, status, document = (await caller.read()).split(b"\n", 2)
    assert (taken, status, json.loads(document)["code"]) == (b"taken", b"1", 11)
    assert "did not answer in time" in json.loads(document)["msg"]
    assert asked.cancelled.is_set()


async def test_words_that_name_no_ticket_do_nothing(directory: Path, asked: Asked) -> None:
    """Nor does a ticket that nobody has taken: its reader comes to an end, the next call is served."""
    for word in (b"", b"nobody", b"../../etc/passwd", b"\xff\xfe", b"x" * 3000):
        ring(directory, word)
    hasty = Caller(directory)
    hasty.ring()
    assert await hasty.read() == b""
    caller = Caller(directory)
    caller.ask()
    caller.ring()  # twice
    assert await caller.read() == b'taken\n0\n{"ips": []}\n'
    assert len(asked.requests) == 1


async def test_a_call_that_is_a_link_is_not_followed(directory: Path, tmp_path: Path, asked: Asked) -> None:
    """Neither read, nor removed where it leads."""
    (tmp_path / "elsewhere").write_text("keep")
    caller = Caller(directory)
    caller.call.symlink_to(tmp_path / "elsewhere")
    caller.ring()
    assert await caller.read() == b""
    assert (tmp_path / "elsewhere").read_text() == "keep"
    assert asked.requests == []


async def test_a_ticket_stays_claimed_until_it_has_gone_as_a_whole(directory: Path, asked: Asked) -> None:
    """Else a second caller could create the call's file anew; who is late finds nowhere to create a file."""
    asked.free.clear()
    caller = Caller(directory)
    caller.ask()
    await asked.busy.wait()
    with pytest.raises(FileExistsError):
        os.open(caller.call, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    asked.free.set()
    await caller.read()
    for name in ("call", "answer", "bell"):
        with pytest.raises(FileNotFoundError):
            os.open(directory / caller.name / name, os.O_RDWR | os.O_CREAT)


async def test_the_word_taken_comes_before_the_work(directory: Path, asked: Asked) -> None:
    """It is what tells a call that was begun from one that nobody has read, whatever becomes of the files."""
    asked.free.clear()
    caller = Caller(directory)
    caller.ask()
    await asked.busy.wait()
    assert os.read(caller.reader, 100) == b"taken\n"


async def test_what_a_dead_caller_has_left_goes_at_the_second_look(
    tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ticket taken and not used is replaced; files that are nobody's go; what is younger stays."""
    directory = tmp_path / "calls"
    served = Tickets(directory, asked)
    served.open()
    dead = Caller(directory)
    dead.write("half")
    (directory / "late").touch()
    os.mkfifo(directory / "fifo")
    served.sweep()  # too early to count
    monkeypatch.setattr(tickets, "LEFT_SECONDS", 0.0)
    served.sweep()
    young = Caller(directory, free(directory)[1])
    young.write("half")
    assert dead.call.exists()
    served.sweep()
    names = {path.name for path in directory.iterdir()}
    assert names & {dead.name, "late", "fifo"} == set()
    assert young.name in names
    assert young.call.exists()
    assert len(free(directory)) == tickets.COUNT - 1
    assert await dead.read() == b""
    await served.close()


async def test_a_call_has_others_dead_callers_removed(
    directory: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no timer: whoever comes next sees to it."""
    monkeypatch.setattr(tickets, "LEFT_SECONDS", 0.0)
    dead = Caller(directory)
    dead.write("half")
    for _ in range(2):
        caller = Caller(directory, free(directory)[-1])
        caller.ask()
        await caller.read()
    assert not dead.call.exists()


async def test_closing_ends_calls_and_tickets(tmp_path: Path, asked: Asked) -> None:
    """Who waits comes to the end of the file, the work is cancelled, the directory is gone."""
    served = Tickets(tmp_path / "calls", asked)
    served.open()
    asked.free.clear()
    working = Caller(tmp_path / "calls")
    working.ask()
    await asked.busy.wait()
    idle = Caller(tmp_path / "calls")
    await served.close()
    assert asked.cancelled.is_set()
    assert (await working.read(), await idle.read()) == (b"taken\n", b"")
    assert not (tmp_path / "calls").exists()
    await served.close()


async def test_a_dead_agents_tickets_are_replaced_under_other_names(tmp_path: Path, asked: Asked) -> None:
    """Who still has one of them finds no other one's ticket under its name."""
    directory = tmp_path / "calls"
    directory.mkdir(mode=0o700)
    dead = Tickets(directory, asked)
    dead.open()
    old = free(directory)
    (directory / old[0] / "call").write_text("half")
    served = Tickets(directory, asked)
    served.open()
    names = {path.name for path in directory.iterdir()}
    assert len(names) == tickets.COUNT + 1
    assert names & set(old) == set()
    caller = Caller(directory)
    caller.ask()
    assert (await caller.read()).startswith(b"taken\n")
    await dead.close()
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    await served.close()


@pytest.mark.parametrize("kind", ["file", "link", "another's"])
async def test_a_directory_that_is_not_its_own_is_left_alone(tmp_path: Path, asked: Asked, kind: str) -> None:
    """It is said in the log, and nothing is served there: the socket serves all calls."""
    directory, other = tmp_path / "calls", tmp_path / "other"
    other.mkdir(mode=0o700)
    match kind:
        case "file":
            directory.write_text("keep")
        case "link":
            directory.symlink_to(other)
        case _:
            directory.mkdir()
            os.chown(directory, 65534, 65534)
    served = Tickets(directory, asked)
    with structlog.testing.capture_logs() as logs:
        served.open()
    assert [(entry["event"], entry["directory"]) for entry in logs] == [("agent.no_tickets", str(directory))]
    served.sweep()
    await served.close()
    assert directory.exists()
    assert list(other.iterdir()) == []


async def test_its_own_directory_that_is_open_to_others_is_closed(tmp_path: Path, asked: Asked) -> None:
    """Before it is emptied."""
    directory = tmp_path / "calls"
    directory.mkdir()
    directory.chmod(0o777)
    (directory / "planted").mkdir()
    os.mkfifo(directory / "planted" / "answer")
    served = Tickets(directory, asked)
    served.open()
    assert stat.filemode(directory.stat().st_mode) == "drwx------"
    assert (len(free(directory)), "planted" in free(directory)) == (tickets.COUNT, False)
    await served.close()


@pytest.mark.parametrize("removed", ["directory", "bell"])
async def test_what_somebody_removes_is_laid_out_anew(
    tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch, removed: str
) -> None:
    """At the next look, and said in the log; a call that runs is answered."""
    directory = tmp_path / "calls"
    served = Tickets(directory, asked)
    served.open()
    asked.free.clear()
    running = Caller(directory)
    running.ask()
    await asked.busy.wait()
    if removed == "directory":
        shutil.rmtree(directory)
    else:
        next(directory.glob(".*-bell")).unlink()
    monkeypatch.setattr(tickets, "LEFT_SECONDS", 0.0)
    with structlog.testing.capture_logs() as logs:
        served.sweep()
        assert len(free(directory)) == tickets.COUNT
        asked.free.set()
        assert (await running.read()).startswith(b"taken\n0\n")
    assert [entry["event"] for entry in logs] == ["agent.tickets_broken"]
    caller = Caller(directory)
    caller.ask()
    assert (await caller.read()).startswith(b"taken\n0\n")
    await served.close()
    assert not directory.exists()


async def test_a_call_that_had_not_begun_at_the_close_is_not_taken(tmp_path: Path, asked: Asked) -> None:
    """Its caller comes to the end without a word, though the agent lives."""
    served = Tickets(tmp_path / "calls", asked)
    served.open()
    caller = Caller(tmp_path / "calls")
    caller.ask()
    for _ in range(2):  # the first turn reads the bell, the next would begin the call after this
        await asyncio.sleep(0)
    await served.close()
    assert await caller.read() == b""
    assert asked.requests == []
