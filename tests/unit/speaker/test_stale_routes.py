"""Stale routes of a peer that restarts, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import pytest

from bgpkit.speaker.retention import Retention
from bgpkit.speaker.stale_routes import STALE_SECONDS, StaleRoutes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from tests.support.session_terms import BOTH, ONE
from tests.support.virtual_time import run

Happened: TypeAlias = list[tuple[str, Family, float]]
PLAIN = Retention(restart_time=120)
LASTING = Retention(restart_time=120, keeps_older=True)
LONG = Retention(restart_time=120, long_lived_time=1000, keeps_older=True)
LONG_ONLY = Retention(restart_time=0, long_lived_time=1000, keeps_older=True)
NONE = frozenset[Family]()


def four(retention: Retention) -> Mapping[Family, Retention]:
    """Return what is kept of IPv4."""
    return {IPV4_UNICAST: retention}


def told(scene: Callable[[StaleRoutes], Awaitable[None]]) -> Happened:
    """Return what a scene made happen, and when; an hour passes after it."""
    happened: Happened = []

    def note(what: str) -> Callable[[Family], None]:
        return lambda family: happened.append((what, family, round(asyncio.get_running_loop().time(), 3)))

    async def play() -> None:
        stale = StaleRoutes(note("swept"), note("marked"))
        await scene(stale)
        await asyncio.sleep(3600)

    run(play())
    return happened


def lose(stale: StaleRoutes, coming: Mapping[Family, Retention]) -> None:
    """Lose a session as its owner does."""
    stale.let_go(coming)
    stale.session_lost(coming)


def test_stale_routes_go_when_the_restart_time_is_over() -> None:
    """Not before, and once."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(PLAIN))
        assert stale.families == ONE
        await asyncio.sleep(119)
        assert (stale.families, stale.long_lived) == (ONE, NONE)
        await asyncio.sleep(2)
        assert stale.families == NONE

    assert told(scene) == [("swept", IPV4_UNICAST, 120)]


def test_a_peer_that_is_back_has_its_own_time() -> None:
    """What it did not preserve goes at once, the rest at End-of-RIB or when the longer time is over."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, dict.fromkeys(BOTH, PLAIN))
        await asyncio.sleep(100)
        stale.session_back(frozenset((IPV6_UNICAST,)), BOTH)
        await asyncio.sleep(1000)
        stale.end_of_rib(IPV6_UNICAST)

    assert told(scene) == [("swept", IPV4_UNICAST, 100), ("swept", IPV6_UNICAST, 100 + STALE_SECONDS)]


def test_end_of_rib_ends_one_family() -> None:
    """The other one waits for its own."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, dict.fromkeys(BOTH, PLAIN))
        stale.session_back(BOTH, NONE)
        stale.end_of_rib(IPV4_UNICAST)
        assert stale.families == {IPV6_UNICAST}
        stale.end_of_rib(IPV4_UNICAST)
        stale.cancel()

    assert told(scene) == [("swept", IPV4_UNICAST, 0)]


def test_all_can_be_dropped_at_once() -> None:
    """And no timer is left."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(LONG))
        await asyncio.sleep(130)
        stale.expire()
        assert stale.families == NONE

    assert told(scene) == [("marked", IPV4_UNICAST, 120), ("swept", IPV4_UNICAST, 130)]


def test_a_second_restart_ends_what_was_stale_before() -> None:
    """RFC 4724, section 4.2: the routes of the session between are stale from then on, for their own time."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(PLAIN))
        await asyncio.sleep(10)
        stale.session_back(ONE, NONE)
        await asyncio.sleep(10)
        lose(stale, four(PLAIN))

    assert told(scene) == [("swept", IPV4_UNICAST, 20), ("swept", IPV4_UNICAST, 140)]


@pytest.mark.parametrize(("away", "back"), [(5, 5), (110, 1)])
def test_a_second_restart_spares_what_was_stale_before_where_notifications_keep_routes(
    away: float, back: float
) -> None:
    """RFC 8538, section 4.1; however often the peer comes and goes, it ends with the stale timer."""

    async def scene(stale: StaleRoutes) -> None:
        until = 120 + STALE_SECONDS
        while asyncio.get_running_loop().time() < until:
            lose(stale, four(LASTING))
            await asyncio.sleep(away)
            stale.session_back(ONE, NONE)
            await asyncio.sleep(back)
        stale.cancel()

    assert told(scene) == [("swept", IPV4_UNICAST, 120 + STALE_SECONDS)]


def test_a_session_lost_in_another_way_keeps_nothing() -> None:
    """What was stale goes, too."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(LONG))
        stale.session_back(ONE, NONE)
        lose(stale, {})
        assert stale.families == NONE

    assert told(scene) == [("swept", IPV4_UNICAST, 0)]


@pytest.mark.parametrize(("retention", "begins"), [(LONG, 120), (LONG_ONLY, 0)])
def test_long_lived_routes_follow_the_restart_time(retention: Retention, begins: float) -> None:
    """RFC 9494, section 4.2: first the one time, then the other; either may be 0."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(retention))
        await asyncio.sleep(begins + 1)
        assert (stale.families, stale.long_lived) == (ONE, ONE)

    assert told(scene) == [("marked", IPV4_UNICAST, begins), ("swept", IPV4_UNICAST, begins + 1000)]


def test_of_long_lived_routes_their_own_capability_speaks_when_the_peer_is_back() -> None:
    """RFC 9494, section 4.2: its F bit; before that time has begun, the other one's."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, {IPV4_UNICAST: LONG_ONLY, IPV6_UNICAST: LONG})
        await asyncio.sleep(10)
        stale.session_back(ONE, frozenset((IPV6_UNICAST,)))

    assert told(scene) == [("marked", IPV4_UNICAST, 0), ("swept", IPV4_UNICAST, 10), ("swept", IPV6_UNICAST, 10)]


def test_the_long_lived_time_is_not_set_anew_by_a_peer_that_comes_and_goes() -> None:
    """RFC 9494, section 4.2: what came in between is long-lived stale at once, and nothing is dropped before."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(LONG))
        await asyncio.sleep(200)
        stale.session_back(NONE, ONE)
        await asyncio.sleep(100)
        lose(stale, four(LONG))

    assert told(scene) == [
        ("marked", IPV4_UNICAST, 120),
        ("marked", IPV4_UNICAST, 300),
        ("swept", IPV4_UNICAST, 1120),
    ]


def test_a_synchronized_session_begins_the_long_lived_time_anew() -> None:
    """After End-of-RIB the next loss is a first one."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(LONG_ONLY))
        await asyncio.sleep(900)
        stale.session_back(NONE, ONE)
        stale.end_of_rib(IPV4_UNICAST)
        await asyncio.sleep(100)
        lose(stale, four(LONG_ONLY))

    assert told(scene) == [
        ("marked", IPV4_UNICAST, 0),
        ("swept", IPV4_UNICAST, 900),
        ("marked", IPV4_UNICAST, 1000),
        ("swept", IPV4_UNICAST, 2000),
    ]


def test_a_time_that_passes_while_the_peer_tells_its_routes_keeps_none_through_another_loss() -> None:
    """RFC 9494, section 4.2: if it is lost before it is synchronized, the rest goes, and is not kept again."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(LONG_ONLY))
        await asyncio.sleep(900)
        stale.session_back(NONE, ONE)
        await asyncio.sleep(200)
        lose(stale, four(LONG_ONLY))
        assert stale.families == NONE
        stale.session_back(NONE, ONE)
        stale.end_of_rib(IPV4_UNICAST)
        lose(stale, four(LONG_ONLY))
        assert stale.families == ONE
        stale.cancel()

    assert told(scene) == [
        ("marked", IPV4_UNICAST, 0),
        ("swept", IPV4_UNICAST, 1000),
        ("marked", IPV4_UNICAST, 1100),
    ]


def test_a_peer_that_is_back_may_not_take_the_whole_long_lived_time() -> None:
    """Who does not end its table is not waited for longer than another."""

    async def scene(stale: StaleRoutes) -> None:
        lose(stale, four(LONG_ONLY))
        await asyncio.sleep(1)
        stale.session_back(NONE, ONE)

    assert told(scene) == [("marked", IPV4_UNICAST, 0), ("swept", IPV4_UNICAST, 1 + STALE_SECONDS)]
