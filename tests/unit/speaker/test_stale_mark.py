"""The mark of long-lived stale routes in octets."""

from bgpkit.speaker.stale_mark import STALE_OCTETS, has_community, with_stale_mark
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import LLGR_STALE, Community, PathAttributes


def block(*communities: Community) -> bytes:
    """Return a block with communities."""
    return encode_attributes(PathAttributes(communities=communities), IPV4_UNICAST)


def test_the_mark_is_a_whole_community() -> None:
    """Its octets across two others are none."""
    across = block(Community(0x0000FFFF), Community(0x00060000))
    assert STALE_OCTETS in across
    assert not has_community(across, LLGR_STALE)
    assert has_community(block(LLGR_STALE), LLGR_STALE)
    assert not has_community(block(), LLGR_STALE)


def test_what_came_with_the_mark_keeps_it() -> None:
    """Even where a policy has taken it away; what came without has none to keep."""
    bare, marked = block(), block(LLGR_STALE)
    assert with_stale_mark(bare, marked) == marked
    assert with_stale_mark(marked, marked) is marked
    assert with_stale_mark(marked, bare) is None
