"""Actions on attributes, one by one: what they do at the edges, and what they refuse."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import (
    Action,
    AddMed,
    Change,
    NextHopUnchanged,
    Prepend,
    PrependedAs,
    SetLocalPref,
    SetMed,
    SetNextHop,
    SetNextHopSelf,
    SetOrigin,
    SetWeight,
)
from bgpkit.wire import AttributeCode, decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import AsPath, Origin, PathAttributes

MED, PATH = AttributeCode.MULTI_EXIT_DISC, AttributeCode.AS_PATH


def after(action: Action, *, med: int | None = None, as_path: str = "65001 65002") -> PathAttributes:
    """Return the attributes of a route after an action."""
    values = PathAttributes(as_path=AsPath.parse(as_path), next_hop=IPv4Address("192.0.2.1"), med=med)
    return decode_attributes(Change((action,)).apply(encode_attributes(values), IPV4_UNICAST))


@pytest.mark.parametrize(
    ("present", "amount", "expected"),
    [(5, 10, 15), (5, -10, 0), (None, 7, 7), (None, -7, 0), ((1 << 32) - 5, 10, (1 << 32) - 1)],
)
def test_a_relative_med_stays_within_its_four_octets(present: int | None, amount: int, expected: int) -> None:
    """A route without one counts as 0."""
    assert after(AddMed(amount), med=present).med == expected


def test_a_med_is_set_and_taken_out() -> None:
    """None is no MED at all."""
    assert after(SetMed(9), med=5).med == 9
    assert after(SetMed(None), med=5).med is None


def test_an_as_is_prepended_to_the_first_sequence() -> None:
    """RFC 4271, section 5.1.2 (b): the sequence grows; before a set there is a new one."""
    assert str(after(Prepend(64512, 3)).as_path) == "64512 64512 64512 65001 65002"
    assert str(after(Prepend(64512), as_path="{1,2}").as_path) == "64512 {1,2}"
    assert str(after(Prepend(64512), as_path="").as_path) == "64512"


def test_a_full_sequence_gets_another_before_it() -> None:
    """RFC 4271, section 5.1.2: a segment holds at most 255 AS numbers."""
    found = after(Prepend(64512, 3), as_path=" ".join(["65001"] * 254)).as_path
    assert [len(segment.asns) for segment in found.segments] == [2, 255]
    assert found.segments[1].asns[:2] == (64512, 65001)


def test_the_last_as_is_the_leftmost_of_the_path() -> None:
    """A path without any AS is left alone."""
    assert str(after(Prepend(PrependedAs.LAST, 2)).as_path) == "65001 65001 65001 65002"
    assert str(after(Prepend(PrependedAs.LAST), as_path="").as_path) == ""


def test_our_own_as_is_left_to_the_sender() -> None:
    """The change tells how often, and the block stays."""
    change = Change((Prepend(PrependedAs.OWN, 2), Prepend(PrependedAs.OWN)))
    assert change.prepend_own == 3
    assert str(after(Prepend(PrependedAs.OWN)).as_path) == "65001 65002"


def test_a_next_hop_goes_where_the_family_has_it() -> None:
    """RFC 8950: IPv4 unicast may have an IPv6 next hop, in MP_REACH_NLRI; IPv6 has no IPv4 one."""
    values = PathAttributes(next_hop=IPv4Address("192.0.2.1"))
    hop = IPv6Address("2001:db8::1")
    made = Change((SetNextHop(hop),)).apply(encode_attributes(values), IPV4_UNICAST)
    assert made == encode_attributes(PathAttributes(next_hop=hop), IPV4_UNICAST)
    block = encode_attributes(PathAttributes(next_hop=hop), IPV6_UNICAST)
    with pytest.raises(ValueError, match="a next hop of 4 octets is none that ipv6-unicast can have"):
        Change((SetNextHop(IPv4Address("192.0.2.1")),)).apply(block, IPV6_UNICAST)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: SetLocalPref(1 << 32), "local preference 4294967296 is not possible; use 0 to 4294967295"),
        (lambda: SetMed(-1), "MED -1 is not possible; use 0 to 4294967295"),
        (lambda: AddMed(-(1 << 32)), "amount of MED 4294967296 is not possible; use 0 to 4294967295"),
        (lambda: SetWeight(65536), "weight 65536 is not possible; use 0 to 65535"),
        (lambda: Prepend(0), "AS number to prepend 0 is not possible; use 1 to 4294967295"),
        (lambda: Prepend(1, 0), "number of times to prepend 0 is not possible; use 1 to 64"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_when_the_action_is_made(make: object, sentence: str) -> None:
    """Not when the first route comes."""
    assert callable(make)
    with pytest.raises(ConfigError) as caught:
        make()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("action", "text", "codes"),
    [
        (SetLocalPref(200), "local-pref 200", {5}),
        (SetMed(10), "med 10", {4}),
        (SetMed(None), "no med", {4}),
        (AddMed(-3), "med -3", {4}),
        (AddMed(3), "med +3", {4}),
        (SetOrigin(Origin.INCOMPLETE), "origin incomplete", {1}),
        (SetWeight(7), "weight 7", set[int]()),
        (Prepend(64512), "prepend 64512", {2}),
        (Prepend(PrependedAs.OWN, 2), "prepend own x 2", {2}),
        (SetNextHop(IPv4Address("192.0.2.1")), "next-hop 192.0.2.1", {3, 14}),
        (SetNextHopSelf(), "next-hop self", {3, 14}),
        (NextHopUnchanged(), "next-hop unchanged", {3, 14}),
    ],
)
def test_an_action_says_what_it_does(action: Action, text: str, codes: set[int]) -> None:
    """For people, and for an export that leaves alone what a policy has set."""
    assert str(action) == text
    assert set(action.codes) == codes
