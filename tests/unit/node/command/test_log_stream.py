"""A log whose reader is gone, slow or full up: nothing is raised, nothing waits, and what was lost is counted."""

import io
import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from bgpkit_node.command.log_stream import unhindered

LONG = "x" * 10_000


@pytest.fixture
def pipe() -> Generator[tuple[int, int]]:
    """Give the two ends of a pipe."""
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        try:
            os.close(end)
        except OSError:
            continue


def _lines(octets: bytes) -> list[str]:
    return octets.decode().splitlines()


def _emptied(descriptor: int) -> bytes:
    os.set_blocking(descriptor, False)
    found = b""
    while True:
        try:
            found += os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return found


def test_what_can_be_written_is_there_at_once_and_whole(pipe: tuple[int, int]) -> None:
    """Lines longer than what a pipe takes in one piece too; the other characters of the world as well."""
    reading, writing = pipe
    with open(writing, "w", encoding="utf-8", closefd=False) as stream:
        log = unhindered(stream)
        for line in ("one\n", f"{LONG}\n", "größer\n"):
            log.write(line)
    assert _lines(_emptied(reading)) == ["one", LONG, "größer"]


def test_nobody_waits_for_a_reader_that_takes_nothing(pipe: tuple[int, int]) -> None:
    """The pipe is filled, the rest is lost; when there is room again it is told how much, behind the torn line."""
    reading, writing = pipe
    with open(writing, "w", encoding="utf-8", closefd=False) as stream:
        log = unhindered(stream)
        for _ in range(20):
            log.write(f"{LONG}\n")
        before = _lines(_emptied(reading))
        log.write("after\n")
        log.write("more\n")
        after = _lines(_emptied(reading).lstrip(b"\n"))
    whole = [line for line in before if line == LONG]
    assert 2 < len(whole) < 8
    assert set(before[len(whole) :]) <= {LONG[:4096], LONG[:8192]}
    told = json.loads(after[0])
    assert (told["event"], told["level"], told["lines"]) == ("log.lines_lost", "warning", 20 - len(whole))
    assert after[1:] == ["after", "more"]


def test_a_reader_that_is_gone_is_no_error(pipe: tuple[int, int]) -> None:
    """EPIPE."""
    reading, writing = pipe
    os.close(reading)
    with open(writing, "w", encoding="utf-8", closefd=False) as stream:
        print("nobody hears this", file=unhindered(stream), flush=True)


def test_a_full_disk_is_no_error() -> None:
    """ENOSPC, from a device that is always full."""
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        print("no room", file=unhindered(stream), flush=True)


def test_what_was_lost_is_told_once_there_is_room_again(tmp_path: Path) -> None:
    """A named pipe that gets a new reader: the count comes first, in a line of its own."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    first = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with fifo.open("w", encoding="utf-8") as stream:
        log = unhindered(stream)
        os.close(first)
        log.write("lost\n")
        log.write("lost\n")
        second = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        log.write("heard\n")
        told, heard = _lines(_emptied(second))
        os.close(second)
    assert (json.loads(told)["lines"], heard) == (2, "heard")


def test_what_is_no_file_of_the_system_stays_as_it_is() -> None:
    """A program that runs the command inside itself has put something else in the place of standard error."""
    stream = io.StringIO()
    assert unhindered(stream) is stream
