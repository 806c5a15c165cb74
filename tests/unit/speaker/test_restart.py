"""Graceful restart, both sides, in virtual time."""

import asyncio
from ipaddress import IPv4Address

import pytest

from bgpkit.speaker.restart import (
    LIVENESS_SECONDS,
    STALE_SECONDS,
    SelectionDeferral,
    StaleRoutes,
    families_kept,
    families_preserved,
)
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    Capability,
    Family,
    ForwardingState,
    GracefulRestartCapability,
    MultiprotocolCapability,
    Negotiated,
    Open,
    negotiate,
)
from tests.support.virtual_time import run

NONE = frozenset[Family]()
ONE = frozenset((IPV4_UNICAST,))
BOTH = frozenset((IPV4_UNICAST, IPV6_UNICAST))


def graceful(*families: Family, preserved: bool = True, restarted: bool = False) -> GracefulRestartCapability:
    """Return a capability that lists families."""
    return GracefulRestartCapability(
        restarted=restarted, families=tuple(ForwardingState(family, preserved) for family in families)
    )


def terms(ours: Capability | None, theirs: Capability | None, *families: Family) -> Negotiated:
    """Return the terms of a session that speaks ``families``."""
    spoken = tuple(map(MultiprotocolCapability, families or BOTH))
    own, other = (
        Open(
            my_as=64512,
            hold_time=90,
            bgp_identifier=IPv4Address(number),
            capabilities=spoken if capability is None else (*spoken, capability),
        )
        for number, capability in ((1, ours), (2, theirs))
    )
    return negotiate(own, other)


@pytest.mark.parametrize(
    ("negotiated", "kept"),
    [
        (None, NONE),
        (terms(graceful(*BOTH), None), NONE),
        (terms(None, graceful(*BOTH)), NONE),
        (terms(graceful(), graceful(*BOTH)), BOTH),
        (terms(graceful(*BOTH), graceful(IPV4_UNICAST)), ONE),
        (terms(graceful(*BOTH), graceful(*BOTH), IPV4_UNICAST), ONE),
        (terms(graceful(*BOTH), graceful(IPV4_UNICAST, preserved=False)), ONE),
    ],
)
def test_kept_is_what_the_peer_listed_and_the_session_spoke(
    negotiated: Negotiated | None, kept: frozenset[Family]
) -> None:
    """Both sides need the capability; the F bit matters only when the peer is back."""
    assert families_kept(negotiated) == kept


def test_preserved_is_what_has_the_f_bit() -> None:
    """No capability and an F bit that is not set: nothing was preserved."""
    assert families_preserved(None) == families_preserved(graceful(*BOTH, preserved=False)) == frozenset()
    assert families_preserved(graceful(*BOTH)) == BOTH


class Swept:
    """Notes which families were swept, and when."""

    def __init__(self) -> None:
        """Start with none."""
        self.at: list[tuple[Family, float]] = []

    def __call__(self, family: Family) -> None:
        """Take note."""
        self.at.append((family, round(asyncio.get_running_loop().time(), 3)))


def test_stale_routes_go_when_the_restart_time_is_over() -> None:
    """Not before, and once."""

    async def prove() -> list[tuple[Family, float]]:
        swept = Swept()
        stale = StaleRoutes(swept)
        stale.session_lost(frozenset((IPV4_UNICAST,)), 120)
        assert stale.families == {IPV4_UNICAST}
        await asyncio.sleep(1000)
        assert stale.families == frozenset()
        return swept.at

    assert run(prove()) == [(IPV4_UNICAST, 120)]


def test_a_peer_that_is_back_has_its_own_time() -> None:
    """What it did not preserve goes at once, the rest at End-of-RIB or when the longer time is over."""

    async def prove() -> list[tuple[Family, float]]:
        swept = Swept()
        stale = StaleRoutes(swept)
        stale.session_lost(BOTH, 120)
        await asyncio.sleep(100)
        stale.session_back(frozenset((IPV6_UNICAST,)))
        await asyncio.sleep(1000)
        stale.end_of_rib(IPV6_UNICAST)
        return swept.at

    assert run(prove()) == [(IPV4_UNICAST, 100), (IPV6_UNICAST, 100 + STALE_SECONDS)]


def test_end_of_rib_ends_one_family() -> None:
    """The other one waits for its own."""

    async def prove() -> list[tuple[Family, float]]:
        swept = Swept()
        stale = StaleRoutes(swept)
        stale.session_lost(BOTH, 120)
        stale.session_back(BOTH)
        stale.end_of_rib(IPV4_UNICAST)
        assert stale.families == {IPV6_UNICAST}
        stale.end_of_rib(IPV4_UNICAST)
        stale.cancel()
        await asyncio.sleep(1000)
        return swept.at

    assert run(prove()) == [(IPV4_UNICAST, 0)]


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
