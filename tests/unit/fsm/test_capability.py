"""Tests of capabilities as people read them; their octets are proved in tests/unit/wire."""

import pytest

from bgpkit_fsm import (
    IPV4_UNICAST,
    L2VPN_EVPN,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    FqdnCapability,
    LinkLocalNextHopCapability,
    MultiprotocolCapability,
    PrestandardRouteRefreshCapability,
    RouteRefreshCapability,
    SoftwareVersionCapability,
    UnknownCapability,
)


@pytest.mark.parametrize(
    ("capability", "text"),
    [
        (MultiprotocolCapability(L2VPN_EVPN), "multiprotocol l2vpn-evpn"),
        (MultiprotocolCapability(IPV4_UNICAST, 1), "multiprotocol ipv4-unicast"),
        (RouteRefreshCapability(), "route-refresh"),
        (PrestandardRouteRefreshCapability(), "prestandard-route-refresh"),
        (ExtendedMessageCapability(), "extended-message"),
        (FourOctetAsCapability(4200000000), "four-octet-as 4200000000"),
        (EnhancedRouteRefreshCapability(), "enhanced-route-refresh"),
        (FqdnCapability(b"router", b"example.net"), "fqdn router.example.net"),
        (FqdnCapability(b"router"), "fqdn router"),
        (FqdnCapability(b"", b""), "fqdn"),
        (FqdnCapability(b"a\xff\n", "\u00e9".encode()), r"fqdn a\xff\n." + "\u00e9"),
        (SoftwareVersionCapability(b"ExaBGP/5.0.0"), "software-version ExaBGP/5.0.0"),
        (SoftwareVersionCapability(b"x\x1b[2J"), r"software-version x\x1b[2J"),
        (LinkLocalNextHopCapability(), "link-local-next-hop"),
        (UnknownCapability(200, b"\x01\x02"), "capability 200 0x0102"),
        (UnknownCapability(200, b""), "capability 200"),
    ],
)
def test_capability_is_one_line(capability: Capability, text: str) -> None:
    """Name and content; what a terminal would not print is escaped."""
    assert str(capability) == text
