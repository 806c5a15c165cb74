"""RFC 8956, section 6.1: redirect to a VRF with an IPv6 route target."""

from ipaddress import IPv6Address

import pytest

from bgpkit_rib import IPv6ExtendedCommunity, RtRedirect


@pytest.mark.rfc("8956", "6.1")
def test_the_type_is_000d() -> None:
    """rt-redirect-ipv6 is an IPv6 address specific community whose type is always 0x000d."""
    octets = bytes.fromhex("000d 20010db8000000000000000000000001 0102")
    value = RtRedirect(IPv6Address("2001:db8::1"), 0x0102)
    assert IPv6ExtendedCommunity(octets).value == value
    assert IPv6ExtendedCommunity.from_value(value).octets == octets
