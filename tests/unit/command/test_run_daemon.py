"""The daemon: what it does on signals and at its socket."""

import asyncio
import grp
import os
import signal
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from structlog.testing import capture_logs

from bgpkit.command.run_daemon import Daemon, socket_of
from bgpkit.configuration import load
from bgpkit.control import ControlError
from tests.support.scripted_peer import eventually
from tests.unit.control.asking import answered

SPEAKER = '[speaker]\nasn = 64512\nbgp_identifier = "192.0.2.1"\n[control]\nsocket = "s"\n'
PEER = '[[peers]]\naddress = "192.0.2.2"\nasn = 64513\npassive = true\n'
PATIENCE = 10.0


@pytest.fixture
def file() -> Generator[Path]:
    """Give a file in a folder with a short path."""
    with TemporaryDirectory(prefix="bgpkit-") as name:
        made = Path(name) / "speaker.toml"
        made.write_text(SPEAKER + PEER)
        yield made


def write(file: Path, text: str) -> None:
    """Write another configuration."""
    file.write_text(text)


@asynccontextmanager
async def running(file: Path) -> AsyncGenerator[Path]:
    """Run the daemon of a file until the end, which SIGTERM is; give its socket."""
    task = asyncio.create_task(Daemon(load(file)).run())
    socket = file.parent / "s"
    await eventually(lambda: socket.exists() or task.done(), "the socket")
    try:
        yield socket
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            await task
    assert not socket.exists()


async def status(socket: Path) -> dict[str, Any]:
    """Return the daemon's status."""
    return (await answered(socket, "status"))[0]


async def reloaded(socket: Path) -> str:
    """Send SIGHUP and return the outcome that is told then."""
    before = (await status(socket))["reload"]
    os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(PATIENCE):
        while True:
            after = str((await status(socket))["reload"])
            if after != before:
                return after.partition(": ")[2]
            await asyncio.sleep(0.01)


async def test_a_hang_up_reads_the_file_again_and_changes_what_differs(file: Path) -> None:
    """The plan is logged before it is done."""
    with capture_logs() as logs:
        async with running(file) as socket:
            assert (await status(socket))["peers"] == 1
            write(file, SPEAKER + PEER.replace("192.0.2.2", "192.0.2.3") + PEER)
            assert await reloaded(socket) == "1 change"
            assert (await status(socket))["peers"] == 2
    events = [(entry["event"], entry.get("line", "")) for entry in logs if entry["event"][:4] in {"conf", "daem"}]
    assert events == [
        ("daemon.started", ""),
        ("configuration.plan", "peer 192.0.2.3: add"),
        ("configuration.applied", ""),
        ("daemon.ended", ""),
    ]


async def test_the_same_file_changes_nothing(file: Path) -> None:
    """And that is said."""
    async with running(file) as socket:
        assert await reloaded(socket) == "nothing changed"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{SPEAKER}{PEER}hold_time = 2\n", "refused, nothing was changed: FILE:10: peer 192.0.2.2: hold_time 2"),
        (f"{SPEAKER}{PEER}hold_time = 2\nx = 1\n", "refused, nothing was changed: 2 faults, FILE:10: "),
        (f"{SPEAKER}[[peers", "refused, nothing was changed: FILE:6: this is not TOML"),
        (f"{SPEAKER}{PEER}role = 'rs'\nroute_reflector_client = true\n", "refused, nothing was changed: FILE:"),
        (SPEAKER.replace("64512", "64514"), "refused, nothing was changed: FILE: speaker.asn cannot change while"),
    ],
)
async def test_a_file_that_cannot_be_changes_nothing_and_why_is_said(file: Path, text: str, told: str) -> None:
    """In the log, and in the status."""
    async with running(file) as socket:
        write(file, text)
        assert (await reloaded(socket)).replace(str(file), "FILE").startswith(told)
        assert ((await status(socket))["peers"], (await status(socket))["asn"]) == (1, 64512)


async def test_a_plan_is_told_of_any_file_and_done_of_none(file: Path) -> None:
    """To its own user."""
    other = file.parent / "other.toml"
    write(other, SPEAKER)
    async with running(file) as socket:
        (same,) = await answered(socket, "plan")
        assert same["text"] == "nothing changes"
        (plan,) = await answered(socket, "plan", file=str(other))
        assert plan["text"] == "peer 192.0.2.2: remove"
        assert plan["plan"]["peers"][0]["change"] == "remove"
        assert (await status(socket))["peers"] == 1
        write(other, "[speaker]\n")
        with pytest.raises(ControlError, match="'asn' is missing"):
            await answered(socket, "plan", file=str(other))


async def test_a_group_learns_of_the_daemons_own_file_only(file: Path) -> None:
    """What other files the daemon may read is none of its business."""
    group = grp.getgrgid(os.getgid()).gr_name
    write(file, f'{SPEAKER}group = "{group}"\n{PEER}')
    async with running(file) as socket:
        assert (await answered(socket, "plan", file=str(file)))[0]["text"] == "nothing changes"
        with pytest.raises(ControlError, match="is asked by a group"):
            await answered(socket, "plan", file="/etc/shadow")


def test_the_socket_is_where_words_file_or_habit_say(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order; the file's is meant from its folder."""
    configuration = load(file)
    assert socket_of(configuration, Path("/x")) == Path("/x")
    assert socket_of(configuration, None) == file.parent / "s"
    write(file, '[speaker]\nasn = 1\nbgp_identifier = "192.0.2.1"\n')
    monkeypatch.setenv("BGPKIT_SOCKET", "/y")
    assert socket_of(load(file), None) == Path("/y")
