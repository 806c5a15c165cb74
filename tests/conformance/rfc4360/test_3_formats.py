"""RFC 4360, sections 3 to 5: the defined formats, route target and route origin."""

from ipaddress import IPv4Address

import pytest

from bgpkit_rib import ExtendedCommunity, RouteOrigin, RouteTarget


@pytest.mark.rfc("4360", "3.1")
def test_a_two_octet_as_stands_before_four_octets() -> None:
    """Global Administrator: 2 octets, Local Administrator: 4 octets."""
    community = ExtendedCommunity(bytes((0x00, 0x02, 0xFC, 0x00, 0x01, 0x02, 0x03, 0x04)))
    assert community.value == RouteTarget(0xFC00, 0x01020304)


@pytest.mark.rfc("4360", "3.2")
def test_an_ipv4_address_stands_before_two_octets() -> None:
    """Global Administrator: 4 octets, Local Administrator: 2 octets."""
    community = ExtendedCommunity(bytes((0x01, 0x02, 192, 0, 2, 1, 0x01, 0x02)))
    assert community.value == RouteTarget(IPv4Address("192.0.2.1"), 0x0102)


@pytest.mark.rfc("4360", "3.3")
def test_an_opaque_one_without_a_known_subtype_keeps_its_value() -> None:
    """The six octets of an opaque community are as its subtype says; an unknown one is carried as it is."""
    community = ExtendedCommunity(bytes.fromhex("03fe 010203040506"))
    assert (community.value, str(community)) == (None, "0x03fe010203040506")


@pytest.mark.rfc("4360", "4")
@pytest.mark.parametrize("high", [0x00, 0x01, 0x02])
def test_a_route_target_has_low_type_two(high: int) -> None:
    """The high octet MUST be 0x00, 0x01 or 0x02, the low octet is 0x02."""
    assert isinstance(ExtendedCommunity(bytes((high, 0x02, *range(6)))).value, RouteTarget)


@pytest.mark.rfc("4360", "5")
@pytest.mark.parametrize("high", [0x00, 0x01, 0x02])
def test_a_route_origin_has_low_type_three(high: int) -> None:
    """The high octet MUST be 0x00, 0x01 or 0x02, the low octet is 0x03."""
    assert isinstance(ExtendedCommunity(bytes((high, 0x03, *range(6)))).value, RouteOrigin)


@pytest.mark.rfc("4360", "4")
@pytest.mark.parametrize("high", sorted({*range(256)} - {0x00, 0x01, 0x02}))
def test_other_types_with_that_subtype_are_no_route_targets(high: int) -> None:
    """A low octet of 0x02 or 0x03 alone makes no route target or origin."""
    assert not isinstance(ExtendedCommunity(bytes((high, 0x02, *range(6)))).value, RouteTarget)
    assert not isinstance(ExtendedCommunity(bytes((high, 0x03, *range(6)))).value, RouteOrigin)
