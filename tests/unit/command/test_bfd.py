"""bgpkit.command.bfd: the process that outlives the speaker."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bgpkit.bfd import BfdClient
from bgpkit.command.main import main
from tests.support.processes import RunningProcess, wait_until
from tests.support.scripted_peer import eventually
from tests.unit.bfd.loopback import ONE, OTHER, Listener, path, service, way_back


@contextmanager
def running(folder: Path, *words: str) -> Generator[tuple[RunningProcess, Path]]:
    """Run ``bgpkit bfd`` at an address of ours and wait until it is there."""
    socket = folder / "bfd.sock"
    process = RunningProcess(command(socket, *words), folder / "bfd.log")
    try:
        process.wait_ready(lambda: "bfd.started" in process.words())
        yield process, socket
    finally:
        process.stop()


def command(socket: Path, *words: str) -> list[str]:
    """Return the command line."""
    return [sys.executable, "-m", "bgpkit.command.main", "bfd", "--socket", str(socket), "--listen", ONE, *words]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_ends_when_told_and_tells_the_peers_first(tmp_path: Path, number: signal.Signals) -> None:
    """AdminDown goes out, one sentence is said, the socket is gone, the status is 0."""
    with running(tmp_path) as (process, socket):
        async with service(OTHER) as peer, BfdClient(socket) as client:
            told = Listener()
            peer.watch(way_back(), told)
            client.watch(path(), Listener())
            await eventually(lambda: peer.sessions()[0].state == "Up", "Up")
            os.kill(process.pid, number)
            await eventually(lambda: peer.sessions()[0].remote_state == "AdminDown", "AdminDown")
            await eventually(lambda: not process.is_running, "its end")
    sentence = f"bgpkit bfd: ended by {number.name}; 1 sessions that were up have been turned off (AdminDown)"
    assert sentence in process.words()
    assert "Traceback" not in process.words()
    assert (process.status, socket.exists()) == (0, False)


async def test_its_sessions_are_told(tmp_path: Path) -> None:
    """To people and to machines; the C bit is set."""
    with running(tmp_path) as (_, socket):
        async with service(OTHER, independent=True) as peer, BfdClient(socket) as client:
            told = Listener()
            peer.watch(way_back(), Listener())
            client.watch(path(), told)
            await eventually(lambda: bool(told.told) and told.told[-1].independent, "Up")
            argv = [sys.executable, "-m", "bgpkit.command.main", "bfd", "--socket", str(socket), "--status"]
            text = (await asyncio.to_thread(subprocess.run, argv, capture_output=True, check=True)).stdout.decode()
            assert [line.split()[:2] for line in text.splitlines()] == [["PEER", "STATE"], [OTHER, "Up"]]
            answer = await asyncio.to_thread(subprocess.run, [*argv, "--json"], capture_output=True, check=True)
            (session,) = json.loads(answer.stdout)
            assert (session["remote"], session["state"], session["independent"]) == (OTHER, "Up", True)


def test_a_second_copy_says_who_is_there(tmp_path: Path) -> None:
    """By the socket, and at another socket by the port; a file that a crash left is no obstacle."""
    with running(tmp_path) as (process, socket):
        second = subprocess.run(command(socket), capture_output=True, text=True, check=False)
        assert (second.returncode, second.stderr) == (
            1,
            f"bgpkit bfd: another bgpkit bfd listens at {socket}; stop it, or give another path\n",
        )
        other = subprocess.run(command(tmp_path / "other.sock"), capture_output=True, text=True, check=False)
        assert (other.returncode, other.stderr.count("\n")) == (1, 1)
        assert "another BFD daemon has it" in other.stderr
        process.kill()
        wait_until(socket.exists, "the file that is left")
        with running(tmp_path):
            pass


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--keep", "-1"], "--keep -1 is no number of seconds from 0 on"),
        (["--keep", "nan"], "--keep nan is no number of seconds from 0 on"),
        (["--json"], "--json goes with --status"),
    ],
)
def test_words_that_cannot_be_meant(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, and why."""
    assert main(["bfd", "--socket", str(tmp_path / "bfd.sock"), *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_status_of_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 1, and how to start one."""
    assert main(["bfd", "--socket", str(tmp_path / "bfd.sock"), "--status"]) == 1
    assert "running?" in capsys.readouterr().err
