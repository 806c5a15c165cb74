"""When adopted routes go, in virtual time: a speaker that is nothing but what it says of its families."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from bgpkit import ConfigError, SpeakerClosedError
from bgpkit.fib.sweeping import checked_deadline, sweep_when_complete
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from tests.support.virtual_time import run

NEVER = 10_000.0


class Told:
    """A speaker whose peers have told all of a family after so many seconds; None: it stops then."""

    def __init__(self, four: float, six: float, stops: float = NEVER) -> None:
        """Take the times."""
        self.at = {IPV4_UNICAST: four, IPV6_UNICAST: six}
        self.stops = stops

    async def wait_complete(self, family: Family, /) -> None:
        """Wait for the time."""
        await asyncio.sleep(min(self.at[family], self.stops))
        if self.stops < self.at[family]:
            raise SpeakerClosedError("the speaker is not running")


class Kernel:
    """Adopted routes by width, and when each was swept."""

    def __init__(self, four: int = 3, six: int = 5) -> None:
        """Begin with so many."""
        self.stale = {32: four, 128: six}
        self.swept: dict[int, float] = {}

    async def sweep(self, width: int) -> int:
        """Take note."""
        self.swept[width] = round(asyncio.get_running_loop().time(), 2)
        await asyncio.sleep(0.1)
        count, self.stale[width] = self.stale[width], 0
        return count

    def sweep_when_complete(self, speaker: Told, deadline: float = 120) -> Coroutine[Any, Any, int]:
        """Begin to wait."""
        return sweep_when_complete(speaker, deadline, self.stale.__getitem__, self.sweep)


def test_each_family_is_swept_when_it_is_complete() -> None:
    """At once, and without waiting for the other one."""
    kernel = Kernel()
    assert run(kernel.sweep_when_complete(Told(7, 3))) == 8
    assert kernel.swept == {128: 3, 32: 7}


def test_the_deadline_sweeps_what_is_never_complete() -> None:
    """Only the family that lacks."""
    kernel = Kernel()
    assert run(kernel.sweep_when_complete(Told(7, NEVER), 20)) == 8
    assert kernel.swept == {32: 7, 128: 20}


def test_what_is_left_of_nothing_is_not_waited_for() -> None:
    """From the start, or as soon as all has been asked for again."""
    kernel = Kernel(six=0)

    async def prove() -> float:
        asyncio.get_running_loop().call_later(4, kernel.stale.update, {32: 0})
        assert await kernel.sweep_when_complete(Told(NEVER, NEVER), float("inf")) == 0
        return asyncio.get_running_loop().time()

    assert 4 <= run(prove()) < 4.5
    assert kernel.swept == {}


def test_a_speaker_that_stops_first_leaves_all_as_it_is() -> None:
    """Its routes are to stay for whoever comes after it."""
    kernel = Kernel()
    assert run(kernel.sweep_when_complete(Told(2, NEVER, stops=5))) == 3
    assert kernel.swept == {32: 2}
    assert kernel.stale == {32: 0, 128: 5}


def test_nobody_waits_any_more_when_the_waiting_is_given_up() -> None:
    """Cancelled while it waits: nothing is swept, no task is left."""
    kernel = Kernel()

    async def prove() -> None:
        waiting = asyncio.create_task(kernel.sweep_when_complete(Told(NEVER, NEVER)))
        await asyncio.sleep(1)
        assert len(asyncio.all_tasks()) == 4
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    run(prove())
    assert kernel.swept == {}


def test_where_nothing_is_left_nobody_waits_on() -> None:
    """No task goes on that would end with an error at which nobody looks, when the speaker stops."""
    kernel = Kernel(0, 0)

    async def prove() -> None:
        assert await kernel.sweep_when_complete(Told(NEVER, NEVER, stops=9)) == 0
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    run(prove())
    assert kernel.swept == {}


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_a_deadline_is_a_time(seconds: float) -> None:
    """Never is one: infinity."""
    assert checked_deadline(0) == 0
    assert checked_deadline(float("inf")) == float("inf")
    with pytest.raises(ConfigError, match=f"deadline {seconds} is not a number of seconds"):
        checked_deadline(seconds)
