"""A peer that is kept away, for a time or until somebody lets it come back."""

import asyncio

from bgpkit.speaker.held_down import HeldDown
from tests.support.virtual_time import run


def test_it_comes_back_when_the_time_is_over() -> None:
    """Once, and not before."""

    async def scenario() -> None:
        times: list[float] = []
        loop = asyncio.get_running_loop()
        down = HeldDown(lambda: times.append(loop.time()))
        begin = loop.time()
        down.hold(30)
        assert down.active
        await asyncio.sleep(100)
        assert [time - begin for time in times] == [30]
        assert not down.active

    run(scenario())


def test_without_a_time_it_stays_away_until_it_is_let_go() -> None:
    """Who lets it go does the rest: nothing is called. A later time takes the place of an earlier one."""

    async def scenario() -> None:
        called: list[None] = []
        down = HeldDown(lambda: called.append(None))
        down.hold(30)
        down.hold(None)
        await asyncio.sleep(1_000)
        assert (down.active, called) == (True, [])
        down.let_go()
        assert (down.active, called) == (False, [])
        down.hold(30)
        down.let_go()
        await asyncio.sleep(1_000)
        assert called == []

    run(scenario())
