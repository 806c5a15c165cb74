"""Single communities among others."""

from bgpkit.wire import attribute_value, encode_attributes, holds_community, with_communities
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Community, PathAttributes

ONE, TWO, ACROSS = Community(0x00010203), Community(0x04050607), Community(0x02030405)


def test_only_a_whole_community_counts() -> None:
    """The end of one and the start of the next are none."""
    value = ONE.to_bytes(4, "big") + TWO.to_bytes(4, "big")
    assert holds_community(value, ONE)
    assert holds_community(value, TWO)
    assert not holds_community(value, ACROSS)
    assert holds_community(value + ACROSS.to_bytes(4, "big"), ACROSS)
    assert not holds_community(b"", ONE)


def test_what_is_missing_is_put_behind_the_others() -> None:
    """What is there already stays as it is, in the very block."""
    bare = encode_attributes(PathAttributes(), IPV4_UNICAST)
    one = with_communities(bare, ONE)
    assert attribute_value(one, 8) == ONE.to_bytes(4, "big")
    both = with_communities(one, ONE, TWO)
    assert attribute_value(both, 8) == ONE.to_bytes(4, "big") + TWO.to_bytes(4, "big")
    assert with_communities(both, TWO, ONE) is both
