"""Every known kind of extended community: octets by the figures of its RFC, value and text."""

from dataclasses import fields, is_dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import get_args

import pytest

from bgpkit_rib import (
    BgpDataCollection,
    Color,
    CostCommunity,
    DefaultGateway,
    DfElection,
    Encapsulation,
    EsiLabel,
    EsImportRouteTarget,
    ETree,
    ExtendedCommunity,
    ExtendedCommunityValue,
    IPv6ExtendedCommunity,
    IPv6ExtendedCommunityValue,
    L2vpnIdentifier,
    Layer2Attributes,
    Layer2Info,
    LinkBandwidth,
    MacAddress,
    MacMobility,
    MupSegment,
    OriginValidation,
    OriginValidationState,
    OspfDomainIdentifier,
    OspfRouterId,
    OspfRouteType,
    RedirectToIp,
    RedirectToNextHop,
    RouteOrigin,
    RouterMac,
    RouteTarget,
    RtRedirect,
    SourceAs,
    TrafficAction,
    TrafficMarking,
    TrafficRateBytes,
    TrafficRatePackets,
    TunnelType,
    VrfRouteImport,
)
from bgpkit_rib.extended_communities.row import Row
from bgpkit_rib.extended_communities.table import EXTENDED_COMMUNITIES, IPV6_EXTENDED_COMMUNITIES

HOST = IPv4Address("192.0.2.1")
HOST6 = IPv6Address("2001:db8::1")
MAC = MacAddress(bytes.fromhex("0242ac110002"))

KINDS: list[tuple[str, ExtendedCommunityValue, str]] = [
    ("0002 fc00 00000064", RouteTarget(64512, 100), "rt:64512:100"),
    ("0102 c0000201 0064", RouteTarget(HOST, 100), "rt:192.0.2.1:100"),
    ("0202 fa56ea00 0007", RouteTarget(4200000000, 7), "rt:4200000000:7"),
    ("0202 00000064 0001", RouteTarget(100, 1, four_octet_as=True), "0x0202000000640001"),
    ("0003 fc00 00000007", RouteOrigin(64512, 7), "ro:64512:7"),
    ("0103 c0000201 0007", RouteOrigin(HOST, 7), "ro:192.0.2.1:7"),
    ("0203 fa56ea00 0007", RouteOrigin(4200000000, 7), "ro:4200000000:7"),
    ("0005 fc00 00000200", OspfDomainIdentifier(64512, 512), "ospf-domain:64512:512"),
    ("0105 c0000201 0200", OspfDomainIdentifier(HOST, 512), "ospf-domain:192.0.2.1:512"),
    ("0205 fa56ea00 0200", OspfDomainIdentifier(4200000000, 512), "ospf-domain:4200000000:512"),
    (
        "0306 00000001 05 01",
        OspfRouteType(area=IPv4Address("0.0.0.1"), route_type=5, options=1),
        "ospf-route-type:0.0.0.1:5:1",
    ),
    ("0107 c0000201 0000", OspfRouterId(HOST), "ospf-router-id:192.0.2.1"),
    ("0107 c0000201 0001", OspfRouterId(HOST, reserved=1), "0x0107c00002010001"),
    ("0008 fc00 00000005", BgpDataCollection(64512, 5), "data-collection:64512:5"),
    ("0208 fa56ea00 0005", BgpDataCollection(4200000000, 5), "data-collection:4200000000:5"),
    ("0009 fc00 00000000", SourceAs(64512), "source-as:64512"),
    ("0009 fc00 00000001", SourceAs(64512, reserved=1), "0x0009fc0000000001"),
    ("0209 fa56ea00 0000", SourceAs(4200000000), "source-as:4200000000"),
    ("0209 0000fc00 0000", SourceAs(64512, four_octet_as=True), "0x02090000fc000000"),
    ("010b c0000201 0005", VrfRouteImport(HOST, 5), "vrf-route-import:192.0.2.1:5"),
    ("000a fc00 00000005", L2vpnIdentifier(64512, 5), "l2vpn:64512:5"),
    ("010a c0000201 0005", L2vpnIdentifier(HOST, 5), "l2vpn:192.0.2.1:5"),
    (
        "800a 13 02 05dc 006f",
        Layer2Info(encapsulation=19, control_flags=2, mtu=1500, preference=111),
        "layer2-info:19:2:1500:111",
    ),
    ("0c00 000a 0000000a", MupSegment(10, 10), "mup:10:10"),
    ("030c 00000000 0008", Encapsulation(TunnelType.VXLAN), "encapsulation:vxlan"),
    ("030c 00000000 000b", Encapsulation(TunnelType.MPLS_IN_GRE), "encapsulation:mpls-in-gre"),
    ("030c 00000000 ffff", Encapsulation(65535), "encapsulation:65535"),
    ("030c 00000001 0008", Encapsulation(8, reserved=1 << 16), "0x030c000000010008"),
    ("030b 0000 00000064", Color(100), "color:100"),
    ("030b 4000 00000064", Color(100, color_only=1), "color:01:100"),
    ("030b 8000 00000064", Color(100, color_only=2), "color:10:100"),
    ("030b 2000 00000064", Color(100, reserved=0x2000 << 32), "0x030b200000000064"),
    ("4004 fc00 4e9502f9", LinkBandwidth(64512, 1250000000.0), "link-bandwidth:64512:1250000000"),
    ("0004 fc00 4e9502f9", LinkBandwidth(64512, 1250000000.0, True), "transitive-link-bandwidth:64512:1250000000"),
    ("4300 0000000000 00", OriginValidation(OriginValidationState.VALID), "origin-validation:valid"),
    ("4300 0000000000 01", OriginValidation(OriginValidationState.NOT_FOUND), "origin-validation:not-found"),
    ("4300 0000000000 02", OriginValidation(OriginValidationState.INVALID), "origin-validation:invalid"),
    ("4300 0000000001 02", OriginValidation(OriginValidationState.INVALID, 256), "0x4300000000000102"),
    ("4301 80 05 00000064", CostCommunity(point_of_insertion=128, community_id=5, cost=100), "cost:128:5:100"),
    (
        "0301 80 05 00000064",
        CostCommunity(point_of_insertion=128, community_id=5, cost=100, transitive=True),
        "transitive-cost:128:5:100",
    ),
    ("0600 00 00 00000005", MacMobility(5), "mac-mobility:5"),
    ("0600 01 00 00000005", MacMobility(5, sticky=True), "mac-mobility:sticky:5"),
    ("0600 03 00 00000005", MacMobility(5, sticky=True, reserved=2 << 40), "0x0600030000000005"),
    ("0601 00 0000 000640", EsiLabel(100), "esi-label:100"),
    ("0601 01 0000 000640", EsiLabel(100, single_active=True), "esi-label:single-active:100"),
    ("0601 01 0000 000641", EsiLabel(100, single_active=True, reserved=1), "0x0601010000000641"),
    ("0602 0242ac110002", EsImportRouteTarget(MAC), "es-import:02:42:ac:11:00:02"),
    ("0603 0242ac110002", RouterMac(MAC), "router-mac:02:42:ac:11:00:02"),
    ("030d 000000000000", DefaultGateway(), "default-gateway"),
    ("030d 000000000001", DefaultGateway(1), "0x030d000000000001"),
    ("0604 0000 05dc 0000", Layer2Attributes(mtu=1500), "layer2-attributes:1500"),
    ("0604 0001 05dc 0000", Layer2Attributes(mtu=1500, backup=True), "layer2-attributes:backup:1500"),
    (
        "0604 0006 05dc 0000",
        Layer2Attributes(mtu=1500, primary=True, control_word=True),
        "layer2-attributes:primary:control-word:1500",
    ),
    ("0605 01 0000 000640", ETree(100, leaf=True), "e-tree:leaf:100"),
    (
        "0606 02 8000 00 7fff",
        DfElection(algorithm=2, capabilities=0x8000, preference=32767),
        "df-election:2:32768:32767",
    ),
    ("8006 fc00 00000000", TrafficRateBytes(64512, 0.0), "flowspec-rate:64512:0"),
    ("800c fc00 42c80000", TrafficRatePackets(64512, 100.0), "flowspec-rate-packets:64512:100"),
    ("8007 000000000000", TrafficAction(), "flowspec-action"),
    ("8007 000000000001", TrafficAction(terminal_action=True), "flowspec-action:terminal"),
    ("8007 000000000002", TrafficAction(sample=True), "flowspec-action:sample"),
    ("8007 000000000007", TrafficAction(terminal_action=True, sample=True, reserved=4), "0x8007000000000007"),
    ("8008 fc00 00000001", RtRedirect(64512, 1), "redirect:64512:1"),
    ("8108 c0000201 0001", RtRedirect(HOST, 1), "redirect:192.0.2.1:1"),
    ("8208 fa56ea00 0001", RtRedirect(4200000000, 1), "redirect:4200000000:1"),
    ("8009 0000000000 2e", TrafficMarking(46), "flowspec-marking:46"),
    ("8009 0000000000 6e", TrafficMarking(46, reserved=64), "0x800900000000006e"),
    ("010c c0000201 0000", RedirectToIp(HOST), "redirect-to-ip:192.0.2.1"),
    ("010c c0000201 0001", RedirectToIp(HOST, copy=True), "redirect-to-ip:copy:192.0.2.1"),
    ("0800 000000000000", RedirectToNextHop(), "redirect-to-next-hop"),
    ("0800 000000000001", RedirectToNextHop(copy=True), "redirect-to-next-hop:copy"),
]
IPV6_KINDS: list[tuple[str, IPv6ExtendedCommunityValue, str]] = [
    ("0002", RouteTarget(HOST6, 100), "rt:[2001:db8::1]:100"),
    ("0003", RouteOrigin(HOST6, 100), "ro:[2001:db8::1]:100"),
    ("000b", VrfRouteImport(HOST6, 100), "vrf-route-import:[2001:db8::1]:100"),
    ("000d", RtRedirect(HOST6, 100), "redirect:[2001:db8::1]:100"),
]


@pytest.mark.parametrize(("octets", "value", "text"), KINDS)
def test_octets_value_and_text_say_the_same(octets: str, value: ExtendedCommunityValue, text: str) -> None:
    """Each field stands where its RFC puts it, and each of the three gives the others."""
    community = ExtendedCommunity(bytes.fromhex(octets))
    assert (community.value, str(community)) == (value, text)
    assert ExtendedCommunity.from_value(value) == ExtendedCommunity.parse(text) == community


@pytest.mark.parametrize(("head", "value", "text"), IPV6_KINDS)
def test_octets_value_and_text_of_twenty_say_the_same(head: str, value: IPv6ExtendedCommunityValue, text: str) -> None:
    """Type and subtype, sixteen octets of address, two of number: RFC 5701, section 2."""
    community = IPv6ExtendedCommunity(bytes.fromhex(head + "20010db8000000000000000000000001 0064"))
    assert (community.value, str(community)) == (value, text)
    assert IPv6ExtendedCommunity.from_value(value) == IPv6ExtendedCommunity.parse(text) == community


@pytest.mark.parametrize(
    ("former", "present"),
    [
        ("8005 fc00 00000200", "0005 fc00 00000200"),
        ("8000 00000001 05 01", "0306 00000001 05 01"),
        ("8001 c0000201 0000", "0107 c0000201 0000"),
    ],
)
def test_former_types_mean_the_present_ones(former: str, present: str) -> None:
    """The former OSPF types have the same value, which is written with the present type. RFC 4577, section 4.2.6."""
    old, new = ExtendedCommunity(bytes.fromhex(former)), ExtendedCommunity(bytes.fromhex(present))
    assert old.value is not None
    assert old.value == new.value
    assert ExtendedCommunity.from_value(old.value) == new
    assert str(old) == "0x" + old.octets.hex()


@pytest.mark.parametrize(
    "value",
    [
        RouteTarget(-1, 0),
        RouteTarget(65536, 65536),
        RouteTarget(4200000000, 7, four_octet_as=True),
        RouteTarget(HOST6, 7),
        OspfRouteType(area=HOST, route_type=256),
        SourceAs(1, reserved=1 << 32),
        Encapsulation(65536),
        Encapsulation(8, reserved=8),
        Color(1 << 32),
        Color(1, color_only=4),
        LinkBandwidth(65536, 1.0),
        LinkBandwidth(1, -1.0),
        LinkBandwidth(1, float("nan")),
        MacMobility(1 << 32),
        EsiLabel(1 << 20),
        Layer2Attributes(mtu=65536),
        DfElection(algorithm=32),
        TrafficRateBytes(1, -1.0),
        TrafficRatePackets(1, 1e39),
        TrafficMarking(64),
        RedirectToIp(HOST6),
        MupSegment(65536, 0),
    ],
)
def test_a_value_that_does_not_fit_is_refused(value: ExtendedCommunityValue) -> None:
    """A number beyond its bits is never cut."""
    with pytest.raises(ValueError, match=type(value).__name__):
        ExtendedCommunity.from_value(value)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("target:64512:100", "rt:64512:100"),
        ("RT:64512:100", "rt:64512:100"),
        ("route-target:192.0.2.1:100", "rt:192.0.2.1:100"),
        ("origin:64512:7", "ro:64512:7"),
        ("SoO:64512:7", "ro:64512:7"),
        ("l2info:19:0:1500:111", "layer2-info:19:0:1500:111"),
        ("ET:8", "encapsulation:vxlan"),
        ("encapsulation:VXLAN", "encapsulation:vxlan"),
        ("encap:vxlan_gpe", "encapsulation:vxlan-gpe"),
        ("color:00:100", "color:100"),
        ("MM:5", "mac-mobility:5"),
        ("Rmac:02:42:ac:11:00:02", "router-mac:02:42:ac:11:00:02"),
        ("ES-Import-Rt:02:42:ac:11:00:02", "es-import:02:42:ac:11:00:02"),
        ("redirect-to-nexthop", "redirect-to-next-hop"),
        ("LB:64512:1250000000", "link-bandwidth:64512:1250000000"),
        ("flowspec-rate:0:1e3", "flowspec-rate:0:1000"),
        ("0x0002fc0000000064", "rt:64512:100"),
    ],
)
def test_the_notations_of_other_daemons_are_read(text: str, canonical: str) -> None:
    """What ExaBGP, FRR and others print for a kind is read where it is of the same form."""
    assert str(ExtendedCommunity.parse(text)) == canonical


def test_every_kind_has_a_row_and_every_row_a_kind() -> None:
    """The classes of the two unions are those of the rows."""
    classes = set(get_args(ExtendedCommunityValue))
    assert {row.kind for row in EXTENDED_COMMUNITIES.rows} == classes
    assert {type(value) for _, value, _ in KINDS} == classes
    assert {row.kind for row in IPV6_EXTENDED_COMMUNITIES.rows} == set(get_args(IPv6ExtendedCommunityValue))


ROWS: list[tuple[int, Row[object]]] = [
    *((48, row) for row in EXTENDED_COMMUNITIES.rows),
    *((144, row) for row in IPV6_EXTENDED_COMMUNITIES.rows),
]


@pytest.mark.parametrize(("width", "row"), ROWS)
def test_the_fields_of_a_row_cover_every_bit_once(width: int, row: Row[object]) -> None:
    """No bit of a community is lost, none is read twice, and every attribute of the value is set."""
    masks = [field.mask for field in row.fields]
    assert sum(masks) == (1 << width) - 1
    assert all(first & second == 0 for index, first in enumerate(masks) for second in masks[:index])
    assert is_dataclass(row.kind)
    attributes = [field.name for field in row.fields] + [name for name, _ in row.fixed]
    assert sorted(attributes) == sorted(field.name for field in fields(row.kind))


def test_heads_and_names_are_two_octets_and_a_word() -> None:
    """A row has a type and a subtype, and a name without a colon in lower case."""
    assert [row for _, row in ROWS if len(row.head) != 2] == []
    names = [name for _, row in ROWS for name in (row.name, *row.aliases) if name]
    assert [name for name in names if ":" in name or name != name.lower()] == []
