"""The SendHoldTimer, in virtual time."""

import asyncio
from dataclasses import dataclass

import pytest

from bgpkit.session.send_hold import LOOKS, SendHold
from tests.support.virtual_time import run


@dataclass
class Pipe:
    """An outlet: what was written, and what is stuck."""

    octets_sent: int = 0
    octets_waiting: int = 0

    def write(self, octets: int) -> None:
        """Write what nobody takes."""
        self.octets_sent += octets
        self.octets_waiting += octets

    def drain(self, octets: int) -> None:
        """Let the peer take some."""
        self.octets_waiting -= octets


class Machine:
    """Restarts the timer at each sign of progress, as the machine asks for, and notes when it ran out."""

    def __init__(self, pipe: Pipe, seconds: float) -> None:
        """Watch ``pipe``."""
        self.pipe = pipe
        self.seconds = seconds
        self.progress = 0
        self.expired: list[float] = []
        self.timer = SendHold(self._sent, self._expired)
        self.timer.start(pipe, seconds)

    def _sent(self) -> None:
        self.progress += 1
        self.timer.start(self.pipe, self.seconds)

    def _expired(self) -> None:
        self.expired.append(asyncio.get_running_loop().time())


def test_a_peer_that_takes_nothing_is_given_up_when_the_time_is_over() -> None:
    """Not a moment earlier."""

    async def prove() -> Machine:
        pipe = Pipe()
        pipe.write(100)
        machine = Machine(pipe, 480.0)
        await asyncio.sleep(10_000)
        return machine

    machine = run(prove())
    assert (machine.expired, machine.progress) == ([480.0], 0)


def test_where_nothing_waits_the_time_begins_anew() -> None:
    """A quiet session is no stalled one, and costs eight looks in one send hold time."""

    async def prove() -> Machine:
        machine = Machine(Pipe(octets_sent=1000), 480.0)
        await asyncio.sleep(4800.0 + 1)
        machine.timer.stop()
        return machine

    machine = run(prove())
    assert (machine.expired, machine.progress) == ([], 10 * LOOKS)


def test_a_peer_that_takes_little_but_something_is_kept() -> None:
    """Progress is octets taken, however many wait behind them."""

    async def prove() -> Machine:
        pipe = Pipe()
        pipe.write(100_000)
        machine = Machine(pipe, 480.0)
        for _ in range(50):
            await asyncio.sleep(400)
            pipe.write(1000)
            pipe.drain(1)
        machine.timer.stop()
        return machine

    assert run(prove()).expired == []


@pytest.mark.parametrize("stalls_at", [1, 30, 59.9, 60.1, 100, 479])
def test_the_time_counts_from_the_last_octet_taken(stalls_at: float) -> None:
    """The peer is given up when it has taken nothing for the whole time, at most an eighth later, never sooner."""

    async def prove() -> float:
        pipe = Pipe()
        pipe.write(1000)
        machine = Machine(pipe, 480.0)
        await asyncio.sleep(stalls_at)
        pipe.drain(1)
        await asyncio.sleep(10_000)
        (expired,) = machine.expired
        return expired - stalls_at

    assert 480 <= run(prove()) <= 480 * (1 + 1 / LOOKS) + 1e-6


def test_writing_alone_is_no_progress() -> None:
    """KEEPALIVEs that pile up keep no session alive."""

    async def prove() -> list[float]:
        pipe = Pipe()
        pipe.write(1)
        machine = Machine(pipe, 480.0)
        for _ in range(100):
            await asyncio.sleep(30)
            pipe.write(19)
        return machine.expired

    assert run(prove()) == [480.0]


def test_after_a_stop_nothing_happens() -> None:
    """A stop of what does not run is none."""

    async def prove() -> Machine:
        pipe = Pipe()
        pipe.write(1)
        machine = Machine(pipe, 480.0)
        machine.timer.stop()
        machine.timer.stop()
        await asyncio.sleep(10_000)
        return machine

    machine = run(prove())
    assert (machine.expired, machine.progress) == ([], 0)
