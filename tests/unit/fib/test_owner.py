"""The claim of an owner: one at a time, told apart by protocol and table, gone with whoever had it."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from bgpkit import FibError
from bgpkit.fib.owner import OwnerClaim, unix_socket

TABLE = (1 << 31) + os.getpid()
"""A table of this process's own: tests run side by side."""
HOLD = """\
import asyncio, sys
from bgpkit.fib.owner import OwnerClaim
async def hold():
    await OwnerClaim(12, int(sys.argv[1])).take()
    print("held", flush=True)
    await asyncio.sleep(600)
asyncio.run(hold())
"""


@contextmanager
def another_process() -> Generator[subprocess.Popen[str]]:
    """Let another process hold the claim of protocol 12 for a while."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(TABLE)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
async def claim() -> Any:
    """Give a function that makes claims, all of which are released."""
    made: list[OwnerClaim] = []

    def make(protocol: int = 12, table: int = TABLE) -> OwnerClaim:
        made.append(OwnerClaim(protocol, table))
        return made[-1]

    yield make
    for each in made:
        each.release()


Make = Callable[..., OwnerClaim]


async def test_a_second_owner_is_refused_with_the_first_one_named(claim: Make) -> None:
    """However often it asks: the first one's loop lets go of those who have asked."""
    await claim().take()
    for _ in range(40):
        with pytest.raises(
            FibError, match=rf"protocol 12 in table {TABLE} are kept by this process already; stop"
        ) as e:
            await claim().take(0)
        assert e.value.errno == 98  # EADDRINUSE
        await asyncio.sleep(0)


async def test_another_process_is_named_by_its_number(claim: Make) -> None:
    """The kernel tells who it is."""
    with another_process() as process, pytest.raises(FibError, match=rf"are kept by process {process.pid} already"):
        await claim().take(0)
    await claim().take(0)


async def test_a_killed_owner_is_followed_at_once(claim: Make) -> None:
    """Nobody has to wait for it to be gone: that is part of the claim."""
    with another_process() as process:
        process.kill()
        await claim().take()


async def test_other_protocols_and_tables_are_claimed_apart(claim: Make) -> None:
    """Each pair has an owner of its own."""
    await claim().take()
    await claim(protocol=13).take(0)
    await claim(table=TABLE + 1).take(0)


async def test_what_is_released_is_free(claim: Make) -> None:
    """At once, and releasing again, or before, does nothing."""
    first = claim()
    first.release()
    await first.take()
    first.release()
    first.release()
    await claim().take(0)


async def test_an_owner_that_is_ending_is_waited_for(claim: Make) -> None:
    """The new one has the claim as soon as the old one gives it up."""
    first, second = claim(), claim()
    await first.take()
    asyncio.get_running_loop().call_later(0.1, first.release)
    began = asyncio.get_running_loop().time()
    await second.take()
    assert 0.1 <= asyncio.get_running_loop().time() - began < 0.9


async def test_a_holder_that_cannot_be_asked_is_another_process(claim: Make) -> None:
    """As one that has bound the name and does not answer yet."""
    with unix_socket() as silent:
        silent.bind(b"\0bgpkit.fib/12/%d" % TABLE)
        with pytest.raises(FibError, match="are kept by another process already"):
            await claim().take(0)


async def test_a_system_without_such_sockets_says_so() -> None:
    """The error number is the system's."""

    def closed() -> socket.socket:
        made = unix_socket()
        os.close(made.detach())
        return made

    with pytest.raises(FibError, match=re.escape("no socket for the claim of an owner: Bad file descriptor")):
        await OwnerClaim(12, TABLE, closed).take()
