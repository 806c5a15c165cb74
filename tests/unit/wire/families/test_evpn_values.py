"""The values of EVPN routes."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.families.ethernet_segment import EthernetSegmentIdentifier
from bgpkit.wire.families.evpn_values import (
    EthernetAutoDiscoveryRoute,
    EthernetSegmentRoute,
    EvpnRouteType,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    MacIpAdvertisementRoute,
    OpaqueEvpnRoute,
)
from bgpkit_rib import MacAddress, Prefix, RouteDistinguisher

RD = RouteDistinguisher.parse("64512:1")
SEGMENT = EthernetSegmentIdentifier.parse("00:11:22:33:44:55:66:77:88:99")
MAC = MacAddress.parse("02:42:ac:11:00:02")
ROUTER = IPv4Address("192.0.2.1")


def ip_prefix(
    address: str = "10.0.0.0",
    length: int = 24,
    gateway: str = "0.0.0.0",
    label: int = 0,
    segment: EthernetSegmentIdentifier | None = None,
) -> IpPrefixRoute:
    """Return a route of type 5."""
    return IpPrefixRoute(
        route_distinguisher=RD,
        ethernet_segment=segment or EthernetSegmentIdentifier(),
        ip_prefix_length=length,
        ip_prefix=IPv6Address(address) if ":" in address else IPv4Address(address),
        gateway=IPv6Address(gateway) if ":" in gateway else IPv4Address(gateway),
        label=label,
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            EthernetAutoDiscoveryRoute(
                route_distinguisher=RD, ethernet_segment=SEGMENT, ethernet_tag=0xFFFFFFFF, label=0
            ),
            "[1]:[4294967295]:[00:11:22:33:44:55:66:77:88:99] rd 64512:1 label 0",
        ),
        (
            MacIpAdvertisementRoute(
                route_distinguisher=RD,
                ethernet_segment=SEGMENT,
                ethernet_tag=7,
                mac_address=MAC,
                ip_address=IPv4Address("10.0.0.1"),
                label=101,
                second_label=5000,
            ),
            (
                "[2]:[7]:[48]:[02:42:ac:11:00:02]:[32]:[10.0.0.1] rd 64512:1 esi 00:11:22:33:44:55:66:77:88:99 "
                "label 101(mpls 6) second label 5000(mpls 312)"
            ),
        ),
        (
            MacIpAdvertisementRoute(route_distinguisher=RD, mac_address=MAC),
            "[2]:[0]:[48]:[02:42:ac:11:00:02] rd 64512:1 label 0",
        ),
        (
            InclusiveMulticastRoute(route_distinguisher=RD, originating_router=IPv6Address("2001:db8::1")),
            "[3]:[0]:[128]:[2001:db8::1] rd 64512:1",
        ),
        (
            EthernetSegmentRoute(route_distinguisher=RD, ethernet_segment=SEGMENT, originating_router=ROUTER),
            "[4]:[00:11:22:33:44:55:66:77:88:99]:[32]:[192.0.2.1] rd 64512:1",
        ),
        (
            ip_prefix(gateway="10.1.1.1", label=16),
            "[5]:[0]:[24]:[10.0.0.0] rd 64512:1 gateway 10.1.1.1 label 16(mpls 1)",
        ),
        (
            ip_prefix("2001:db8::", 32, "::", segment=SEGMENT),
            "[5]:[0]:[32]:[2001:db8::] rd 64512:1 esi 00:11:22:33:44:55:66:77:88:99 label 0",
        ),
        (
            OpaqueEvpnRoute(EvpnRouteType.LEAF_AD, b"\1\2"),
            "[11] leaf-ad 0x0102",
        ),
    ],
)
def test_values_for_people(value: object, text: str) -> None:
    """The key in brackets, then what else the route says."""
    assert str(value) == text


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "ETHERNET_AUTO_DISCOVERY"),
        (2, "MAC_IP_ADVERTISEMENT"),
        (3, "INCLUSIVE_MULTICAST_ETHERNET_TAG"),
        (4, "ETHERNET_SEGMENT"),
        (5, "IP_PREFIX"),
        (6, "SELECTIVE_MULTICAST_ETHERNET_TAG"),
        (7, "MULTICAST_MEMBERSHIP_REPORT_SYNCH"),
        (8, "MULTICAST_LEAVE_SYNCH"),
        (9, "PER_REGION_I_PMSI_AD"),
        (10, "S_PMSI_AD"),
        (11, "LEAF_AD"),
    ],
)
def test_route_types_are_those_of_iana(number: int, name: str) -> None:
    """As IANA's registry of EVPN route types has them."""
    assert EvpnRouteType(number).name == name


def test_the_prefix_of_a_route_leaves_out_what_is_beyond_its_length() -> None:
    """A captured route says 10.10.10.10 with 24 bits."""
    assert ip_prefix("10.10.10.10", 24).prefix == Prefix.parse("10.10.10.0/24")
    assert ip_prefix("2001:db8:ffff::", 33, "::").prefix == Prefix.parse("2001:db8:8000::/33")
    assert ip_prefix("10.10.10.10", 0).prefix == Prefix.parse("0.0.0.0/0")


@pytest.mark.parametrize("tag", [-1, 1 << 32])
def test_an_ethernet_tag_has_32_bits(tag: int) -> None:
    """No number is cut to fit."""
    with pytest.raises(ValueError, match="does not fit 32 bits"):
        InclusiveMulticastRoute(route_distinguisher=RD, ethernet_tag=tag, originating_router=ROUTER)


@pytest.mark.parametrize("label", [-1, 1 << 24])
def test_a_label_has_24_bits(label: int) -> None:
    """No number is cut to fit, in any route that has one."""
    with pytest.raises(ValueError, match="does not fit 24 bits"):
        EthernetAutoDiscoveryRoute(route_distinguisher=RD, ethernet_segment=SEGMENT, label=label)
    with pytest.raises(ValueError, match="does not fit 24 bits"):
        MacIpAdvertisementRoute(route_distinguisher=RD, mac_address=MAC, label=label)
    with pytest.raises(ValueError, match="does not fit 24 bits"):
        MacIpAdvertisementRoute(route_distinguisher=RD, mac_address=MAC, second_label=label)
    with pytest.raises(ValueError, match="does not fit 24 bits"):
        ip_prefix(label=label)


def test_prefix_and_gateway_are_of_one_family() -> None:
    """An IPv4 prefix has an IPv4 gateway, or one of four zero octets."""
    with pytest.raises(ValueError, match="not of one address family"):
        ip_prefix("10.0.0.0", 24, "::")


@pytest.mark.parametrize(("address", "gateway", "length"), [("10.0.0.0", "10.0.0.1", 33), ("::", "::", 129)])
def test_a_prefix_is_no_longer_than_its_address(address: str, gateway: str, length: int) -> None:
    """33 bits of IPv4, 129 of IPv6."""
    with pytest.raises(ValueError, match=f"a prefix of {length} bits is longer"):
        ip_prefix(address, length, gateway)


@pytest.mark.parametrize("kind", [EvpnRouteType.IP_PREFIX, EvpnRouteType.ETHERNET_AUTO_DISCOVERY])
def test_types_with_a_class_of_their_own_are_not_opaque(kind: EvpnRouteType) -> None:
    """Only types 6 to 11 are carried octet for octet."""
    with pytest.raises(ValueError, match="is not one of 6 to 11"):
        OpaqueEvpnRoute(kind, b"")


def test_an_opaque_route_has_255_octets_at_most() -> None:
    """Its length is told in one octet."""
    with pytest.raises(ValueError, match="256 octets do not fit"):
        OpaqueEvpnRoute(EvpnRouteType.S_PMSI_AD, bytes(256))
