"""Changes as values: what stands beside the block, and that the last word on a next hop counts."""

from ipaddress import IPv4Address

import pytest

from bgpkit.policy import (
    AddCommunities,
    Change,
    NextHopUnchanged,
    Prepend,
    SetLocalPref,
    SetNextHop,
    SetNextHopSelf,
    SetWeight,
)
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Community, PathAttributes

HOP = SetNextHop(IPv4Address("192.0.2.9"))
RAW = encode_attributes(PathAttributes(next_hop=IPv4Address("192.0.2.1")))


def test_nothing_to_change_gives_the_very_block_back() -> None:
    """So that a path whose attributes stay shares its octets."""
    assert Change().apply(RAW, IPV4_UNICAST) is RAW
    assert Change((SetWeight(5), SetNextHopSelf())).apply(RAW, IPV4_UNICAST) is RAW


def test_what_is_no_attribute_stands_beside_the_block() -> None:
    """The later of two weights counts."""
    change = Change((SetWeight(5), SetLocalPref(7), SetWeight(6)))
    assert (change.weight, change.next_hop, change.prepend_own, change.codes) == (6, None, 0, frozenset({5}))


def test_the_last_choice_of_a_next_hop_counts() -> None:
    """Whichever of address, self and unchanged it is; an address is written into the block only then."""
    late, early = Change((SetNextHopSelf(), HOP)), Change((HOP, NextHopUnchanged()))
    assert (late.next_hop, late.next_hop_self, late.next_hop_unchanged) == (bytes((192, 0, 2, 9)), False, False)
    assert (early.next_hop, early.next_hop_self, early.next_hop_unchanged) == (None, False, True)
    assert early.apply(RAW, IPV4_UNICAST) is RAW
    assert late.apply(RAW, IPV4_UNICAST) == encode_attributes(PathAttributes(next_hop=HOP.address))


def test_changes_join_in_order() -> None:
    """As those of several rules do."""
    change = Change((SetLocalPref(1),)).then(Change((SetLocalPref(2), Prepend(7))))
    assert change == Change((SetLocalPref(1), SetLocalPref(2), Prepend(7)))
    assert hash(change) == hash(Change(change.actions))
    assert str(change) == "local-pref 1, local-pref 2, prepend 7"


def test_an_attribute_that_would_be_too_long_is_a_value_error() -> None:
    """RFC 4271, section 4.3: 65,535 octets are the most."""
    many = Change((AddCommunities(tuple(map(Community, range(16_384)))),))
    with pytest.raises(ValueError, match="a value of 65536 octets does not fit attribute 8"):
        many.apply(RAW, IPV4_UNICAST)
