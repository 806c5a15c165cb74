"""The machine's timers, in virtual time."""

import asyncio
import random

import pytest

from bgpkit.session.timers import Timers
from bgpkit_fsm import Slot, Timer
from tests.support.virtual_time import run

OUT, IN = Slot.OUTGOING, Slot.INCOMING


class Fired:
    """Notes what ran out, and when."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.at: list[tuple[Timer, Slot, float]] = []

    def __call__(self, timer: Timer, slot: Slot) -> None:
        """Take note."""
        self.at.append((timer, slot, round(asyncio.get_running_loop().time(), 6)))


def test_a_timer_runs_out_once_at_its_time() -> None:
    """A one-shot timer of a slot fires when its seconds have passed, and never again."""

    async def prove() -> list[tuple[Timer, Slot, float]]:
        fired = Fired()
        Timers(fired).start(OUT, Timer.DELAY_OPEN, 7.0)
        await asyncio.sleep(100)
        return fired.at

    assert run(prove()) == [(Timer.DELAY_OPEN, OUT, 7.0)]


def test_slots_have_timers_of_their_own() -> None:
    """The same timer of the other slot is another one."""

    async def prove() -> list[tuple[Timer, Slot, float]]:
        fired = Fired()
        timers = Timers(fired)
        timers.start(OUT, Timer.HOLD, 3.0)
        timers.start(IN, Timer.HOLD, 5.0)
        timers.stop(OUT, Timer.HOLD)
        timers.stop(OUT, Timer.DELAY_OPEN)
        await asyncio.sleep(100)
        return fired.at

    assert run(prove()) == [(Timer.HOLD, IN, 5.0)]


def test_the_hold_timer_counts_from_its_last_restart() -> None:
    """Restarted each second by what arrives, it runs out one hold time after the last restart."""

    async def prove() -> list[tuple[Timer, Slot, float]]:
        fired = Fired()
        timers = Timers(fired)
        for _ in range(10):
            timers.start(OUT, Timer.HOLD, 3.0)
            await asyncio.sleep(1)
        await asyncio.sleep(100)
        return fired.at

    assert run(prove()) == [(Timer.HOLD, OUT, 12.0)]


def test_a_shorter_hold_time_takes_effect_at_once() -> None:
    """The large hold time of OpenSent gives way to the negotiated one. RFC 4271, section 8.2.2."""

    async def prove() -> list[tuple[Timer, Slot, float]]:
        fired = Fired()
        timers = Timers(fired)
        timers.start(OUT, Timer.HOLD, 240.0)
        await asyncio.sleep(1)
        timers.start(OUT, Timer.HOLD, 3.0)
        await asyncio.sleep(300)
        return fired.at

    assert run(prove()) == [(Timer.HOLD, OUT, 4.0)]


def test_a_stopped_hold_timer_that_is_started_anew_has_its_full_time() -> None:
    """Nothing of an earlier deadline is left after a stop."""

    async def prove() -> list[tuple[Timer, Slot, float]]:
        fired = Fired()
        timers = Timers(fired)
        timers.start(OUT, Timer.HOLD, 3.0)
        await asyncio.sleep(2)
        timers.stop(OUT, Timer.HOLD)
        await asyncio.sleep(10)
        timers.start(OUT, Timer.HOLD, 3.0)
        await asyncio.sleep(100)
        return fired.at

    assert run(prove()) == [(Timer.HOLD, OUT, 15.0)]


@pytest.mark.rfc("4271", "10")
@pytest.mark.parametrize("timer", [Timer.KEEPALIVE, Timer.CONNECT_RETRY])
def test_keepalive_and_connect_retry_are_jittered(timer: Timer) -> None:
    """The time is multiplied by a random factor between 0.75 and 1.0, a new one at each start."""

    async def prove() -> list[float]:
        fired = Fired()
        timers = Timers(fired)
        times: list[float] = []
        for _ in range(20):
            began = asyncio.get_running_loop().time()
            timers.start(OUT, timer, 30.0)
            await asyncio.sleep(30.1)
            times.append(fired.at[-1][2] - began)
        return times

    times = run(prove())
    assert all(22.5 - 1e-5 <= seconds <= 30.0 + 1e-5 for seconds in times)
    assert len({round(seconds, 4) for seconds in times}) > 10


@pytest.mark.rfc("4271", "4.4")
def test_keepalives_are_never_sent_more_often_than_once_a_second() -> None:
    """With a hold time of 3 seconds the third of it is a second, of which no jitter takes anything away."""

    class Least(random.Random):
        def random(self) -> float:
            return 0.0

    async def prove() -> list[tuple[Timer, Slot, float]]:
        fired = Fired()
        timers = Timers(fired, Least())
        for seconds in (1.0, 3.0):
            timers.start(OUT, Timer.KEEPALIVE, seconds)
            await asyncio.sleep(10)
        timers.start(OUT, Timer.CONNECT_RETRY, 1.0)
        await asyncio.sleep(10)
        return fired.at

    assert run(prove()) == [
        (Timer.KEEPALIVE, OUT, 1.0),
        (Timer.KEEPALIVE, OUT, 12.25),
        (Timer.CONNECT_RETRY, OUT, 20.75),
    ]


def test_what_is_left_of_a_timer_is_told() -> None:
    """Of the hold timer from its last restart; nothing of one that does not run."""

    async def prove() -> list[float]:
        timers = Timers(Fired())
        timers.start(OUT, Timer.HOLD, 90.0)
        timers.start(OUT, Timer.DELAY_OPEN, 50.0)
        await asyncio.sleep(20)
        timers.start(OUT, Timer.HOLD, 90.0)
        await asyncio.sleep(10)
        left = [timers.seconds_left(OUT, timer) for timer in (Timer.HOLD, Timer.DELAY_OPEN, Timer.KEEPALIVE)]
        timers.stop(OUT, Timer.HOLD)
        await asyncio.sleep(30)
        return [*left, timers.seconds_left(OUT, Timer.HOLD), timers.seconds_left(OUT, Timer.DELAY_OPEN)]

    assert run(prove()) == [80.0, 20.0, 0.0, 0.0, 0.0]


def test_stop_all_leaves_no_timer() -> None:
    """After stop_all nothing fires."""

    async def prove() -> list[tuple[Timer, Slot, float]]:
        fired = Fired()
        timers = Timers(fired)
        for slot in Slot:
            for timer in Timer:
                timers.start(slot, timer, 5.0)
        timers.stop_all()
        await asyncio.sleep(1000)
        return fired.at

    assert run(prove()) == []


def test_the_jitter_comes_from_the_generator_given() -> None:
    """One that always falls on its middle makes every interval the same."""

    class Even(random.Random):
        def random(self) -> float:
            return 0.5

    async def prove() -> list[tuple[Timer, Slot, float]]:
        fired = Fired()
        timers = Timers(fired, Even())
        for _ in range(3):
            timers.start(OUT, Timer.KEEPALIVE, 30.0)
            await asyncio.sleep(30)
        return fired.at

    assert run(prove()) == [(Timer.KEEPALIVE, OUT, began + 26.25) for began in (0.0, 30.0, 60.0)]
