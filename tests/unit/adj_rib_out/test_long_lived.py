"""Long-lived stale routes on the way out."""

import pytest

from bgpkit.adj_rib_out import Export, ExportKey, LongLivedStale
from bgpkit.adj_rib_out.long_lived import stale_block
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import LLGR_STALE, NO_EXPORT, Community, Path, PathAttributes, Source, SourceKind, make_path

MINE = Community(0x00070007)
SOURCE = Source("peer", SourceKind.CLIENT, bgp_identifier=7)
KEYS = [b"\x08\x0a"]


def path(*communities: Community, least_preferred: bool = True, local_pref: int = 200) -> Path:
    """Return a path of a client."""
    raw = encode_attributes(PathAttributes(local_pref=local_pref, communities=communities), IPV4_UNICAST)
    return make_path(SOURCE, raw, bytes(4), local_pref=local_pref, least_preferred=least_preferred)


def export(way: LongLivedStale) -> Export:
    """Return the export to a kind of client."""
    return Export(
        ExportKey(
            family=IPV4_UNICAST,
            kind=SourceKind.CLIENT,
            local_asn=64512,
            cluster_id=1,
            next_hop=bytes((192, 0, 2, 1)),
            long_lived_stale=way,
            policy=ACCEPT_ALL,
        )
    )


def sent(way: LongLivedStale, offered: Path) -> PathAttributes | None:
    """Return what a kind of client is sent of a path."""
    outgoing = export(way).outgoing(offered, KEYS)
    return decode_attributes(outgoing[0][0]) if outgoing else None


@pytest.mark.rfc("9494", "4.3")
@pytest.mark.rfc("9494", "4.6")
def test_each_kind_of_neighbor_gets_what_it_understands() -> None:
    """Nothing, the route as it is, or one that is the last resort to anybody."""
    stale = path(MINE, LLGR_STALE)
    assert sent(LongLivedStale.WITHHELD, stale) is None
    as_is = sent(LongLivedStale.SENT, stale)
    assert as_is is not None
    assert (as_is.local_pref, set(as_is.communities)) == (200, {MINE, LLGR_STALE})
    last = sent(LongLivedStale.LAST_RESORT, stale)
    assert last is not None
    assert (last.local_pref, set(last.communities)) == (0, {MINE, LLGR_STALE, NO_EXPORT})


def test_whoever_has_been_sent_it_is_told_when_it_becomes_stale() -> None:
    """Held is what may have gone out: nothing of a stale path where these are withheld."""
    for way, held in ((LongLivedStale.WITHHELD, []), (LongLivedStale.SENT, KEYS)):
        assert export(way).held(path(LLGR_STALE), KEYS) == held
        assert export(way).held(path(least_preferred=False), KEYS) == KEYS


def test_the_community_alone_makes_nothing_stale() -> None:
    """A route that came with it from a peer without long-lived graceful restart is like any other."""
    found = sent(LongLivedStale.WITHHELD, path(LLGR_STALE, least_preferred=False))
    assert found is not None
    assert found.communities == (LLGR_STALE,)


def test_the_mark_is_put_where_it_is_missing() -> None:
    """Whatever a policy has taken away."""
    bare = encode_attributes(PathAttributes(), IPV4_UNICAST)
    assert decode_attributes(stale_block(bare, LongLivedStale.SENT)).communities == (LLGR_STALE,)
    marked = stale_block(bare, LongLivedStale.LAST_RESORT)
    assert stale_block(marked, LongLivedStale.LAST_RESORT) == marked
