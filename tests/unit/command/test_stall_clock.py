"""How long the event loop was kept from its timers."""

import asyncio
import time

from bgpkit.command.stall_clock import StallClock
from tests.support.leaks import other_tasks
from tests.support.scripted_peer import eventually


def block(seconds: float) -> None:
    """Keep the loop from all else."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


async def test_the_longest_stall_is_measured() -> None:
    """One that has blocked the loop for 60 ms shows, a shorter one after it does not; nothing runs afterwards."""
    async with StallClock() as clock:
        await asyncio.sleep(0)
        block(0.06)
        await eventually(lambda: clock.longest_milliseconds() >= 40, "the stall")
        longest = clock.longest_milliseconds()
        block(0.01)
        await asyncio.sleep(0.02)
        assert clock.longest_milliseconds() >= longest
    assert other_tasks() == set()


def test_before_it_begins_there_is_no_stall() -> None:
    """Nothing is measured yet."""
    assert StallClock().longest_milliseconds() == 0
