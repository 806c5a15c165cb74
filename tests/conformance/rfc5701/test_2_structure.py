"""RFC 5701, section 2: the IPv6 address specific extended community."""

from ipaddress import IPv6Address

import pytest

from bgpkit_rib import IPv6ExtendedCommunity, RouteOrigin, RouteTarget


@pytest.mark.rfc("5701", "2")
def test_an_ipv6_address_stands_before_two_octets() -> None:
    """Type and subtype, Global Administrator: 16 octets, Local Administrator: 2 octets."""
    address = bytes.fromhex("20010db8000000000000000000000001")
    target = IPv6ExtendedCommunity(b"\x00\x02" + address + b"\x01\x02")
    origin = IPv6ExtendedCommunity(b"\x00\x03" + address + b"\x01\x02")
    assert target.value == RouteTarget(IPv6Address("2001:db8::1"), 0x0102)
    assert origin.value == RouteOrigin(IPv6Address("2001:db8::1"), 0x0102)


@pytest.mark.rfc("5701", "2")
def test_the_first_octet_tells_transitivity() -> None:
    """0x00 is transitive, 0x40 is not."""
    assert IPv6ExtendedCommunity(b"\x00" + bytes(19)).transitive
    assert not IPv6ExtendedCommunity(b"\x40" + bytes(19)).transitive
