"""Stale routes that become long-lived stale, in a table."""

from bgpkit.policy import ACCEPT_ALL, DeleteCommunities, FunctionPolicy, RoutePolicy, Rule, Then
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.long_lived import mark_long_lived
from bgpkit.speaker.next_hops import NextHops
from bgpkit.wire import canonical_inputs, decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import LLGR_STALE, NO_LLGR, Community, Entry, Path, PathAttributes, Source, SourceKind, Table

MINE = Community(0x00070007)
KEYS = [bytes((16, 10, number)) for number in range(5)]


class Bench:
    """A table with the routes of a peer that has gone."""

    def __init__(self) -> None:
        """Start empty."""
        self.table = Table(32)
        self.source = Source("peer", SourceKind.EBGP)
        rules = ImportRules(own_asns=frozenset((64512,)), bgp_identifier=1, cluster_ids=set(), long_lived=True)
        self.ingest = Ingest(self.source, {IPV4_UNICAST: self.table}, rules, NextHops(None), ACCEPT_ALL)

    def path(self, *communities: Community) -> Path:
        """Return a path of the present generation."""
        raw = encode_attributes(PathAttributes(communities=communities), IPV4_UNICAST)
        return self.ingest.make(canonical_inputs(raw))

    def mark(self) -> None:
        """Mark all there is."""
        for _ in mark_long_lived(IPV4_UNICAST, self.table, self.ingest, self.source.generation + 1):
            pass

    def communities(self, key: bytes) -> tuple[Community, ...] | None:
        """Return what the best path to a key has."""
        best = self.table.best(key)
        return None if best is None else decode_attributes(best.raw).communities


def test_paths_are_made_anew_with_the_community() -> None:
    """One object for all keys that share one, of the same generation, in a block each; what is new stays as it is."""
    bench = Bench()
    old = bench.path(MINE)
    bench.table.announce(old, list(KEYS[:3]))
    bench.source.generation += 1
    fresh = bench.path(MINE)
    bench.table.announce(fresh, [KEYS[2]])
    blocks: list[tuple[int, Entry | None]] = []
    bench.table.subscribe(lambda keys, _, new, __: blocks.append((len(keys), new)))
    for _ in mark_long_lived(IPV4_UNICAST, bench.table, bench.ingest, bench.source.generation):
        pass
    marked = bench.table.best(KEYS[0])
    assert blocks == [(2, marked)]
    assert isinstance(marked, Path)
    assert (marked.generation, marked.least_preferred) == (old.generation, True)
    assert bench.communities(KEYS[1]) == (MINE, LLGR_STALE)
    assert bench.table.best(KEYS[2]) is fresh


def test_what_asks_not_to_be_kept_goes() -> None:
    """And what is marked already stays the very path."""
    bench = Bench()
    bench.table.announce(bench.path(NO_LLGR), [KEYS[0]])
    bench.table.announce(bench.path(LLGR_STALE, NO_LLGR), [KEYS[1]])
    already = bench.path(LLGR_STALE)
    bench.table.announce(already, [KEYS[2]])
    bench.mark()
    assert bench.table.get(KEYS[0]) is bench.table.get(KEYS[1]) is None
    assert bench.table.get(KEYS[2]) is already


def test_what_the_peer_asked_for_counts_though_a_policy_took_it_away() -> None:
    """Either as sent by the peer or as the result of a policy. RFC 9494, section 4.2."""
    bench = Bench()
    stripping = RoutePolicy("s", (Rule(actions=(DeleteCommunities.of("65535:7"),), then=Then.ACCEPT),))
    bench.ingest.use(bench.ingest.rules, stripping)
    bench.ingest.judge_again(IPV4_UNICAST, bench.path(MINE, NO_LLGR), [KEYS[0]])
    assert bench.communities(KEYS[0]) == (MINE,)
    bench.mark()
    assert bench.table.get(KEYS[0]) is None


def test_paths_of_others_are_left_alone() -> None:
    """However old they are."""
    bench, other = Bench(), Path(Source("other", SourceKind.EBGP), b"")
    bench.table.announce(other, [KEYS[0]])
    bench.mark()
    assert bench.table.get(KEYS[0]) is other


def test_the_policy_is_asked_again_and_refusals_stay() -> None:
    """A path that may not be chosen stays so, marked."""
    bench = Bench()
    bench.ingest.use(bench.ingest.rules, FunctionPolicy(lambda _: False, "none"))
    bench.ingest.judge_again(IPV4_UNICAST, bench.path(MINE), [KEYS[0]])
    bench.mark()
    held = bench.table.get(KEYS[0])
    assert isinstance(held, Path)
    assert (held.eligible, held.least_preferred) == (False, True)


def test_more_communities_than_an_attribute_can_hold_end_it() -> None:
    """What cannot be marked cannot be kept."""
    bench = Bench()
    bench.table.announce(bench.path(*(Community(number) for number in range(16383))), [KEYS[0]])
    bench.mark()
    assert bench.table.get(KEYS[0]) is None
