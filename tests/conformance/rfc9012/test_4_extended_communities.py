"""RFC 9012, section 4: extended communities that have to do with tunnels."""

import pytest

from bgpkit_rib import Color, Encapsulation, ExtendedCommunity, MacAddress, RouterMac, TunnelType


@pytest.mark.rfc("9012", "4.1")
def test_the_tunnel_type_is_the_last_two_octets() -> None:
    """Type 0x03, subtype 0x0c, four reserved octets, the Tunnel Type."""
    community = ExtendedCommunity(bytes((0x03, 0x0C, 0, 0, 0, 0, 0x00, 0x08)))
    assert community.value == Encapsulation(TunnelType.VXLAN)
    unknown = ExtendedCommunity(bytes((0x03, 0x0C, 0, 0, 0, 0, 0x12, 0x34)))
    assert unknown.value == Encapsulation(0x1234)


@pytest.mark.rfc("9012", "4.1")
def test_the_reserved_octets_do_not_hide_the_tunnel_type() -> None:
    """They are zero unless somebody sets them; the tunnel type is read all the same."""
    value = ExtendedCommunity(bytes((0x03, 0x0C, 1, 2, 3, 4, 0x00, 0x08))).value
    assert isinstance(value, Encapsulation)
    assert value.tunnel_type is TunnelType.VXLAN


@pytest.mark.rfc("9012", "4.2")
def test_the_routers_mac_address_fills_the_value() -> None:
    """Type 0x06, subtype 0x03, six octets."""
    community = ExtendedCommunity(bytes((0x06, 0x03, 0x02, 0x42, 0xAC, 0x11, 0x00, 0x02)))
    assert community.value == RouterMac(MacAddress.parse("02:42:ac:11:00:02"))


@pytest.mark.rfc("9012", "4.3")
def test_the_colour_is_the_last_four_octets() -> None:
    """Type 0x03, subtype 0x0b, two octets of Flags, the Color Value."""
    community = ExtendedCommunity(bytes((0x03, 0x0B, 0, 0, 0x01, 0x02, 0x03, 0x04)))
    assert community.value == Color(0x01020304)
    flagged = ExtendedCommunity(bytes((0x03, 0x0B, 0x3F, 0xFF, 0, 0, 0, 1))).value
    assert isinstance(flagged, Color)
    assert flagged.color == 1
