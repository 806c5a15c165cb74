"""Refreshes of a peer's routes, in virtual time."""

import asyncio

from bgpkit.speaker.incoming_refreshes import REFRESH_SECONDS, IncomingRefreshes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from tests.support.session_terms import BOTH
from tests.support.virtual_time import run


class Bench:
    """Refreshes, and what they swept."""

    def __init__(self, *, marks: bool = False) -> None:
        """Start with a session of both unicast families."""
        self.generation = 7
        self.swept: list[tuple[Family, int]] = []
        self.refreshes = IncomingRefreshes(self.begin, lambda family, below: self.swept.append((family, below)))
        self.refreshes.session_up(BOTH, marks=marks)

    def begin(self) -> int:
        """Raise the generation."""
        self.generation += 1
        return self.generation


def test_what_is_older_than_the_beginning_goes_at_the_end() -> None:
    """Each family has its own beginning."""

    async def prove() -> None:
        bench = Bench()
        assert bench.refreshes.begins(IPV4_UNICAST)
        assert bench.refreshes.begins(IPV6_UNICAST)
        assert bench.refreshes.families == BOTH
        assert bench.refreshes.ends(IPV4_UNICAST)
        assert bench.refreshes.ends(IPV6_UNICAST)
        assert bench.swept == [(IPV4_UNICAST, 8), (IPV6_UNICAST, 9)]
        assert bench.refreshes.families == frozenset()

    run(prove())


def test_an_end_without_a_beginning_is_ignored() -> None:
    """RFC 7313, section 4."""

    async def prove() -> None:
        bench = Bench()
        assert not bench.refreshes.ends(IPV4_UNICAST)
        assert bench.swept == []

    run(prove())


def test_a_beginning_before_end_of_rib_is_ignored() -> None:
    """RFC 7313, section 4: of a peer with graceful restart."""

    async def prove() -> None:
        bench = Bench(marks=True)
        bench.refreshes.end_of_rib(IPV6_UNICAST)
        assert not bench.refreshes.begins(IPV4_UNICAST)
        assert bench.refreshes.begins(IPV6_UNICAST)

    run(prove())


def test_a_family_that_the_session_does_not_have_is_ignored() -> None:
    """RFC 2918, section 4."""

    async def prove() -> None:
        bench = Bench()
        bench.refreshes.session_up((IPV6_UNICAST,), marks=False)
        assert not bench.refreshes.begins(IPV4_UNICAST)

    run(prove())


def test_a_second_beginning_counts_anew() -> None:
    """What was announced after the first one has to come again."""

    async def prove() -> None:
        bench = Bench()
        bench.refreshes.begins(IPV4_UNICAST)
        bench.refreshes.begins(IPV4_UNICAST)
        bench.refreshes.ends(IPV4_UNICAST)
        bench.refreshes.ends(IPV4_UNICAST)
        await asyncio.sleep(3600)
        assert bench.swept == [(IPV4_UNICAST, 9)]

    run(prove())


def test_a_refresh_that_does_not_end_is_ended() -> None:
    """RFC 7313, section 4: stale routes are not kept for ever; with the session the refresh is forgotten."""

    async def prove() -> None:
        bench = Bench()
        bench.refreshes.begins(IPV4_UNICAST)
        await asyncio.sleep(REFRESH_SECONDS + 1)
        assert bench.swept == [(IPV4_UNICAST, 8)]
        bench.refreshes.begins(IPV6_UNICAST)
        bench.refreshes.session_lost()
        await asyncio.sleep(3600)
        assert len(bench.swept) == 1

    run(prove())
