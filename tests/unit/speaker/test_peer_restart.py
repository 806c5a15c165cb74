"""Generations of a peer's routes, and what sweeps them."""

import asyncio

import structlog

from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops
from bgpkit.speaker.peer_restart import PeerRestart
from bgpkit.speaker.retention import retentions
from bgpkit.wire import canonical_inputs, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family, RouteRefresh, RouteRefreshSubtype
from bgpkit_rib import PathAttributes, Source, SourceKind, Table
from tests.support.session_terms import BOTH, ONE, graceful, long_lived, terms
from tests.support.virtual_time import run

GRACEFUL = terms((graceful(), long_lived(*BOTH)), (graceful(*BOTH), long_lived(IPV4_UNICAST)))
PLAIN = terms(None, None)
KEY, OTHER = b"\x08\x0a", b"\x08\x0b"


class Bench:
    """Tables with routes of one peer."""

    def __init__(self) -> None:
        """Start with a session of both unicast families."""
        self.tables = {IPV4_UNICAST: Table(32), IPV6_UNICAST: Table(128)}
        self.source = Source("peer", SourceKind.CLIENT)
        rules = ImportRules(own_asns=frozenset((64512,)), bgp_identifier=1, cluster_ids=set(), long_lived=True)
        self.ingest = Ingest(self.source, self.tables, rules, NextHops(None))
        self.forgotten = self.swept = 0
        self.restart = PeerRestart(
            self.ingest,
            self.tables,
            lambda steps: [None for _ in steps].clear(),
            structlog.get_logger(),
            forget=self.forget,
            swept=self.note,
        )

    def forget(self) -> None:
        """Count."""
        self.forgotten += 1

    def note(self) -> None:
        """Count."""
        self.swept += 1

    def announce(self, *keys: bytes, family: Family = IPV4_UNICAST) -> None:
        """Let the peer announce keys."""
        raw = encode_attributes(PathAttributes(), family)
        self.tables[family].announce(self.ingest.make(canonical_inputs(raw)), list(keys))

    def held(self, family: Family = IPV4_UNICAST) -> set[bytes]:
        """Return the keys that the peer has."""
        return {key for key, _ in self.tables[family].paths_from(self.source)}


def test_what_is_kept_goes_at_its_end_of_rib_and_the_rest_at_once() -> None:
    """Each family by itself; what came again stays."""

    async def prove() -> None:
        bench = Bench()
        for family in sorted(BOTH):
            bench.announce(KEY, OTHER, family=family)
        bench.restart.session_lost(
            {family: each for family, each in retentions(GRACEFUL).items() if family in ONE}, BOTH
        )
        assert (bench.held(), bench.held(IPV6_UNICAST)) == ({KEY, OTHER}, set())
        assert (bench.restart.families, bench.restart.long_lived) == (ONE, frozenset())
        bench.restart.session_up(GRACEFUL)
        bench.announce(KEY)
        bench.announce(KEY, family=IPV6_UNICAST)
        bench.restart.end_of_rib(IPV4_UNICAST)
        bench.restart.end_of_rib(IPV6_UNICAST)
        assert (bench.held(), bench.held(IPV6_UNICAST), bench.swept) == ({KEY}, {KEY}, 1)

    run(prove())


def test_a_loss_during_a_refresh_leaves_no_refresh_behind() -> None:
    """What had not been announced again is as stale as the rest, and no end of the refresh sweeps the next session."""

    async def prove() -> None:
        bench = Bench()
        bench.restart.session_up(GRACEFUL)
        bench.restart.end_of_rib(IPV4_UNICAST)
        bench.announce(KEY, OTHER)
        bench.restart.refresh_marked(RouteRefresh(IPV4_UNICAST, RouteRefreshSubtype.BEGINNING))
        bench.announce(KEY)
        bench.restart.session_lost(retentions(GRACEFUL), BOTH)
        assert bench.held() == {KEY, OTHER}
        bench.restart.session_up(GRACEFUL)
        bench.restart.refresh_marked(RouteRefresh(IPV4_UNICAST, RouteRefreshSubtype.END))
        assert bench.held() == {KEY, OTHER}
        bench.restart.expire()
        assert (bench.held(), bench.swept) == (set(), 2)

    run(prove())


def test_the_end_of_a_restart_spares_what_came_before_a_refresh_of_another_family() -> None:
    """The generation that a refresh begins is not that of the session."""

    async def prove() -> None:
        bench = Bench()
        for family in sorted(BOTH):
            bench.announce(KEY, OTHER, family=family)
        bench.restart.session_lost(retentions(GRACEFUL), BOTH)
        bench.restart.session_up(GRACEFUL)
        bench.restart.end_of_rib(IPV4_UNICAST)
        bench.announce(KEY, family=IPV6_UNICAST)
        bench.restart.refresh_marked(RouteRefresh(IPV4_UNICAST, RouteRefreshSubtype.BEGINNING))
        bench.restart.end_of_rib(IPV6_UNICAST)
        assert (bench.held(), bench.held(IPV6_UNICAST)) == (set(), {KEY})

    run(prove())


def test_a_refresh_begins_a_generation_and_forgets_what_has_been_made() -> None:
    """A path made before would be swept although it came again."""

    async def prove() -> None:
        bench = Bench()
        bench.restart.session_up(PLAIN)
        before = bench.source.generation
        bench.announce(KEY, OTHER)
        bench.restart.refresh_marked(RouteRefresh(IPV4_UNICAST, RouteRefreshSubtype.BEGINNING))
        assert (bench.source.generation, bench.forgotten) == (before + 1, 1)
        bench.announce(OTHER)
        bench.restart.refresh_marked(RouteRefresh(IPV4_UNICAST, 7))
        bench.restart.refresh_marked(RouteRefresh(IPV4_UNICAST, RouteRefreshSubtype.END))
        assert (bench.held(), bench.swept) == ({OTHER}, 0)

    run(prove())


def test_who_is_stopped_calls_nobody_any_more() -> None:
    """Routes stay until their owner drops them."""

    async def prove() -> None:
        bench = Bench()
        bench.announce(KEY)
        bench.restart.session_lost(retentions(GRACEFUL), BOTH)
        bench.restart.cancel()
        await asyncio.sleep(10_000)
        assert (bench.held(), bench.swept) == ({KEY}, 0)

    run(prove())
