"""The family of Ethernet VPNs."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.families.ethernet_segment import EthernetSegmentIdentifier
from bgpkit.wire.families.evpn import EVPN_ROWS
from bgpkit.wire.families.evpn_values import (
    EthernetAutoDiscoveryRoute,
    EthernetSegmentRoute,
    EvpnRouteType,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    MacIpAdvertisementRoute,
    OpaqueEvpnRoute,
)
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.row import Nlri, PathNlri
from bgpkit_fsm import Family
from bgpkit_rib import MacAddress, Prefix, RouteDistinguisher
from tests.unit.wire.families.test_evpn_framing import ROUTES

(ROW,) = EVPN_ROWS
RD = RouteDistinguisher.parse("192.0.2.1:100")
SEGMENT = EthernetSegmentIdentifier.parse("00:11:22:33:44:55:66:77:88:99")
MAC = MacAddress.parse("02:42:ac:11:00:02")

VALUES: dict[str, Nlri] = {
    "type 1": EthernetAutoDiscoveryRoute(route_distinguisher=RD, ethernet_segment=SEGMENT, ethernet_tag=7, label=0x101),
    "type 2": MacIpAdvertisementRoute(
        route_distinguisher=RD, ethernet_segment=SEGMENT, ethernet_tag=7, mac_address=MAC, label=0x101
    ),
    "type 2 with IPv4": MacIpAdvertisementRoute(
        route_distinguisher=RD,
        ethernet_segment=SEGMENT,
        ethernet_tag=7,
        mac_address=MAC,
        ip_address=IPv4Address("10.0.0.1"),
        label=0x101,
    ),
    "type 2 with IPv6 and two labels": MacIpAdvertisementRoute(
        route_distinguisher=RD,
        ethernet_segment=SEGMENT,
        ethernet_tag=7,
        mac_address=MAC,
        ip_address=IPv6Address("2001:db8::1"),
        label=0x101,
        second_label=0x201,
    ),
    "type 3": InclusiveMulticastRoute(
        route_distinguisher=RD, ethernet_tag=7, originating_router=IPv4Address("192.0.2.1")
    ),
    "type 3 with IPv6": InclusiveMulticastRoute(
        route_distinguisher=RD, ethernet_tag=7, originating_router=IPv6Address(b"\x20" * 16)
    ),
    "type 4": EthernetSegmentRoute(
        route_distinguisher=RD, ethernet_segment=SEGMENT, originating_router=IPv4Address("192.0.2.1")
    ),
    "type 4 with IPv6": EthernetSegmentRoute(
        route_distinguisher=RD, ethernet_segment=SEGMENT, originating_router=IPv6Address(b"\x20" * 16)
    ),
    "type 5": IpPrefixRoute(
        route_distinguisher=RD,
        ethernet_segment=SEGMENT,
        ethernet_tag=7,
        ip_prefix_length=24,
        ip_prefix=IPv4Address("10.0.0.0"),
        gateway=IPv4Address("10.0.0.1"),
        label=0x101,
    ),
    "type 5 with IPv6": IpPrefixRoute(
        route_distinguisher=RD,
        ethernet_segment=SEGMENT,
        ethernet_tag=7,
        ip_prefix_length=128,
        ip_prefix=IPv6Address(b"\x20" * 16),
        gateway=IPv6Address(b"\x21" * 16),
        label=0x101,
    ),
    "type 10": OpaqueEvpnRoute(EvpnRouteType.S_PMSI_AD, b"\1\2"),
    "type 11": OpaqueEvpnRoute(EvpnRouteType.LEAF_AD, b""),
}


def test_the_row_is_that_of_safi_70() -> None:
    """Its next hop is an IPv4 or an IPv6 address."""
    assert ROW.family == Family(25, 70)
    assert ROW.next_hop_lengths == {4, 16}
    assert not ROW.ipv6_next_hop_lengths


@pytest.mark.parametrize("name", VALUES)
def test_each_field_has_its_place(name: str) -> None:
    """Octets to value and back, each field by itself."""
    octets = bytes.fromhex(ROUTES[name][0])
    assert ROW.nlri(octets, add_path=False, withdrawn=False) == (VALUES[name],)
    assert ROW.octets([VALUES[name]], add_path=False) == [octets]


@pytest.mark.parametrize("number", range(6, 12))
def test_types_without_a_class_come_through(number: int) -> None:
    """They are named, and carried octet for octet."""
    octets = bytes.fromhex(ROUTES[f"type {number}"][0])
    (value,) = ROW.nlri(octets, add_path=False, withdrawn=False)
    assert value == OpaqueEvpnRoute(EvpnRouteType(number), octets[2:])
    assert ROW.octets([value], add_path=False) == [octets]


def test_an_opaque_route_must_have_what_is_no_key() -> None:
    """A type 8 of five octets lacks one of the last six."""
    with pytest.raises(ValueError, match="do not fit its 5 octets"):
        ROW.encode(OpaqueEvpnRoute(EvpnRouteType.MULTICAST_LEAVE_SYNCH, bytes(5)))


@pytest.mark.parametrize("name", ROUTES)
def test_a_key_alone_is_a_route(name: str) -> None:
    """Of a withdrawn route only the key is kept; what else the value has is zero."""
    key = bytes.fromhex(ROUTES[name][1])
    value = ROW.decode(key, b"")
    assert ROW.encode(value)[0] == key
    assert not any(ROW.encode(value)[1])


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        (
            (
                "0119 0001780002050064 00000000000010000005 00000000 493501"
                "0221 0001780002050064 00000000000000000000 00000064 30 000c2982c2a9 00 493001"
            ),
            [
                "[1]:[0]:[00:00:00:00:00:00:10:00:00:05] rd 120.0.2.5:100 label 4797697(mpls 299856)",
                "[2]:[100]:[48]:[00:0c:29:82:c2:a9] rd 120.0.2.5:100 label 4796417(mpls 299776)",
            ],
        ),
        (
            "0221 0001040404040004 00000000000000000000 00000000 30 02060a0efaf3 00 000065",
            ["[2]:[0]:[48]:[02:06:0a:0e:fa:f3] rd 4.4.4.4:4 label 101(mpls 6)"],
        ),
        (
            "0522 0000fde80000000a 00000000000000000000 0000000a 18 0a0a0a0a 14141414 000000",
            ["[5]:[10]:[24]:[10.10.10.10] rd 65000:10 gateway 20.20.20.20 label 0"],
        ),
        (
            "0119 0000111111111111 03aabbccddeeff345678 00001111 000651",
            ["[1]:[4369]:[03:aa:bb:cc:dd:ee:ff:34:56:78] rd 4369:286331153 label 1617(mpls 101)"],
        ),
    ],
)
def test_captured_routes(field: str, texts: list[str]) -> None:
    """From the routecore vectors, and from captures of tcpdump and twice os-ken."""
    octets = bytes.fromhex(field)
    values = ROW.nlri(octets, add_path=False, withdrawn=False)
    assert list(map(str, values)) == texts
    assert b"".join(ROW.octets(values, add_path=False)) == octets


def test_types_that_are_not_assigned_are_skipped() -> None:
    """The routes beside them are kept; for people they are shown as they are."""
    known, unknown = bytes.fromhex(ROUTES["type 3"][0]), bytes.fromhex("63 03 010203")
    field = unknown + known
    assert ROW.nlri(field, add_path=False, withdrawn=False) == (OpaqueNlri(unknown), VALUES["type 3"])
    (block,), skipped = ROW.blocks(field, add_path=False, withdrawn=False)
    assert (block.keys, skipped) == ([bytes.fromhex(ROUTES["type 3"][1])], [unknown])


def test_path_identifiers_stand_before_the_type() -> None:
    """Four octets more, with ADD-PATH."""
    octets = b"\0\0\0\x09" + bytes.fromhex(ROUTES["type 3"][0])
    assert ROW.nlri(octets, add_path=True, withdrawn=False) == (PathNlri(9, VALUES["type 3"]),)


@pytest.mark.parametrize(("field", "text"), [("01", "cut short"), ("0119", "cut short"), ("0100", "do not fit")])
def test_what_cannot_be_cut_is_told(field: str, text: str) -> None:
    """With its place in the field."""
    with pytest.raises(ValueError, match=f"{text}.* at octet 0 of the NLRI"):
        ROW.nlri(bytes.fromhex(field), add_path=False, withdrawn=False)


@pytest.mark.parametrize("value", [Prefix.parse("10.0.0.0/8"), "type 2", None])
def test_values_of_others_are_refused(value: object) -> None:
    """What is no EVPN route."""
    with pytest.raises(ValueError, match="is not an EVPN route"):
        ROW.encode(value)
