"""Holding back our choice of routes after a restart of ours, in virtual time."""

import asyncio

import pytest

from bgpkit.speaker.selection_deferral import LIVENESS_SECONDS, SelectionDeferral
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.support.session_terms import graceful, terms
from tests.support.virtual_time import run


class Ended:
    """Counts how often the wait ended, and when."""

    def __init__(self) -> None:
        """Start at none."""
        self.at: list[float] = []

    def __call__(self) -> None:
        """Take note."""
        self.at.append(round(asyncio.get_running_loop().time(), 3))


def test_a_cold_start_is_over_before_it_began() -> None:
    """Nothing is awaited, nothing is called."""

    async def prove() -> list[float]:
        ended = Ended()
        deferral = SelectionDeferral(restarting=False, deadline=60, ended=ended)
        deferral.expect("peer")
        assert not deferral.active
        await asyncio.sleep(1000)
        return ended.at

    assert run(prove()) == []


def test_the_last_end_of_rib_ends_the_wait_once() -> None:
    """Every family of every live peer that does graceful restart; others are forgotten."""

    async def prove() -> list[float]:
        ended = Ended()
        deferral = SelectionDeferral(restarting=True, deadline=60, ended=ended)
        for peer in ("a", "b", "plain", "restarting"):
            deferral.expect(peer)
        deferral.session_up("plain", terms(graceful(), None))
        deferral.session_up("restarting", terms(graceful(), graceful(restarted=True)))
        deferral.session_up("stranger", terms(graceful(), graceful()))
        deferral.session_up("a", terms(graceful(), graceful(), IPV4_UNICAST))
        deferral.session_up("b", terms(graceful(), graceful()))
        deferral.end_of_rib("a", IPV4_UNICAST)
        deferral.end_of_rib("b", IPV4_UNICAST)
        await asyncio.sleep(5)
        assert deferral.active
        deferral.end_of_rib("b", IPV6_UNICAST)
        deferral.end_of_rib("b", IPV6_UNICAST)
        deferral.forget("a")
        await asyncio.sleep(1000)
        return ended.at

    assert run(prove()) == [5]


@pytest.mark.parametrize(("deadline", "up", "expected"), [(60, False, LIVENESS_SECONDS), (4, False, 4), (60, True, 60)])
def test_the_wait_is_bounded_by_liveness_and_deadline(deadline: float, up: bool, expected: float) -> None:
    """Who is not there is forgotten after ten seconds; who is there but says nothing, at the deadline."""

    async def prove() -> list[float]:
        ended = Ended()
        deferral = SelectionDeferral(restarting=True, deadline=deadline, ended=ended)
        deferral.expect("peer")
        if up:
            deferral.session_up("peer", terms(graceful(), graceful()))
        await asyncio.sleep(1000)
        return ended.at

    assert run(prove()) == [expected]


def test_a_lost_session_is_awaited_anew_unless_it_had_told_all() -> None:
    """A peer that was done stays done; one that was not begins again."""

    async def prove() -> list[float]:
        ended = Ended()
        deferral = SelectionDeferral(restarting=True, deadline=60, ended=ended)
        session = terms(graceful(), graceful(), IPV4_UNICAST)
        for peer in ("done", "half"):
            deferral.expect(peer)
            deferral.session_up(peer, session)
        deferral.end_of_rib("done", IPV4_UNICAST)
        for peer in ("done", "half"):
            deferral.session_lost(peer)
        await asyncio.sleep(1)
        deferral.session_up("half", session)
        deferral.end_of_rib("half", IPV4_UNICAST)
        return ended.at

    assert run(prove()) == [1]


def test_what_is_waited_for_can_be_told() -> None:
    """Who has no session yet, who has families left, and who is done or no matter; and how long it is at most."""

    async def prove() -> None:
        deferral = SelectionDeferral(restarting=True, deadline=60, ended=Ended())
        for peer in ("absent", "half", "done"):
            deferral.expect(peer)
        for peer in ("half", "done"):
            deferral.session_up(peer, terms(graceful(), graceful()))
        deferral.end_of_rib("half", IPV4_UNICAST)
        deferral.end_of_rib("done", IPV4_UNICAST)
        deferral.end_of_rib("done", IPV6_UNICAST)
        await asyncio.sleep(2)
        told = [deferral.waits_for(peer) for peer in ("absent", "half", "done", "stranger")]
        assert told == [frozenset(), {IPV6_UNICAST}, None, None]
        assert deferral.seconds_left == 58
        deferral.cancel()
        assert (deferral.waits_for("half"), deferral.seconds_left) == (None, 0)

    run(prove())


def test_a_peer_lost_after_the_look_for_the_living_is_not_awaited() -> None:
    """It would hold the choice back until the deadline, dead or alive."""

    async def prove() -> list[float]:
        ended = Ended()
        deferral = SelectionDeferral(restarting=True, deadline=60, ended=ended)
        deferral.expect("late")
        deferral.session_up("late", terms(graceful(), graceful(), IPV4_UNICAST))
        await asyncio.sleep(20)
        deferral.session_lost("late")
        await asyncio.sleep(100)
        return ended.at

    assert run(prove()) == [20]


def test_who_waits_is_let_go_when_the_speaker_stops() -> None:
    """Cancelled, the wait is over and nobody is called."""

    async def prove() -> list[float]:
        ended = Ended()
        deferral = SelectionDeferral(restarting=True, deadline=60, ended=ended)
        waiting = asyncio.ensure_future(deferral.over.wait())
        await asyncio.sleep(1)
        deferral.cancel()
        await waiting
        await asyncio.sleep(1000)
        return ended.at

    assert run(prove()) == []
