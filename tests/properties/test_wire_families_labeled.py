"""NLRI with labels, of VPNs, of Ethernet VPNs, of route targets: values and octets go both ways, whatever they are."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

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
from bgpkit.wire.families.label_stack import label_stack
from bgpkit.wire.families.labeled_unicast import LABELED_UNICAST_ROWS, LabeledPrefix
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.route_target import ROUTE_TARGET_ROWS, RouteTargetMembership
from bgpkit.wire.families.row import FamilyRow, Nlri, PathNlri
from bgpkit.wire.families.unicast import canonical_prefix
from bgpkit.wire.families.vpn import VPN_ROWS, LabeledVpnPrefix, VpnPrefix
from bgpkit_rib import ExtendedCommunity, MacAddress, Prefix, RouteDistinguisher
from tests.support.tshark import read_layers, texts
from tests.unit.wire.octets import AS_PATH, ORIGIN, mp_reach, mp_unreach, update

ROWS = LABELED_UNICAST_ROWS + VPN_ROWS + EVPN_ROWS + ROUTE_TARGET_ROWS
LABELED = LABELED_UNICAST_ROWS + VPN_ROWS[:2]
(EVPN,) = EVPN_ROWS
rows = st.sampled_from(ROWS)

distinguishers = st.binary(min_size=8, max_size=8).map(RouteDistinguisher)
segments = st.binary(min_size=10, max_size=10).map(EthernetSegmentIdentifier)
addresses = st.one_of(
    st.binary(min_size=4, max_size=4).map(IPv4Address), st.binary(min_size=16, max_size=16).map(IPv6Address)
)
tags = st.integers(0, (1 << 32) - 1)
numbers = st.integers(0, (1 << 24) - 1)
any_stack = st.lists(st.integers(0, (1 << 20) - 1), min_size=1, max_size=2).map(lambda labels: label_stack(*labels))
withdrawn_stack = st.lists(st.integers(16, (1 << 19) - 1), max_size=2).map(lambda labels: label_stack(*labels))
"""No labels, as a withdrawal has it, or those of an announcement that do not pass for the Compatibility field."""


@st.composite
def prefixes(draw: st.DrawFn, width: int) -> Prefix:
    """Draw a prefix of addresses so many bits wide."""
    length = draw(st.integers(0, width))
    size = (length + 7) // 8
    return Prefix(canonical_prefix(bytes((length,)) + draw(st.binary(min_size=size, max_size=size))), width)


@st.composite
def ip_prefix_routes(draw: st.DrawFn) -> IpPrefixRoute:
    """Draw a route of type 5 of either address family."""
    width = draw(st.sampled_from([32, 128]))
    address = addresses.filter(lambda each: each.max_prefixlen == width)
    return IpPrefixRoute(
        route_distinguisher=draw(distinguishers),
        ethernet_segment=draw(segments),
        ethernet_tag=draw(tags),
        ip_prefix_length=draw(st.integers(0, width)),
        ip_prefix=draw(address),
        gateway=draw(address),
        label=draw(numbers),
    )


@st.composite
def memberships(draw: st.DrawFn) -> RouteTargetMembership:
    """Draw a route target membership of any length."""
    length = draw(st.just(0) | st.integers(32, 96))
    number = draw(st.integers(0, (1 << length) - 1)) << 96 - length
    octets = number.to_bytes(12, "big")
    target = ExtendedCommunity(octets[4:])
    return RouteTargetMembership(length=length, origin_as=int.from_bytes(octets[:4], "big"), route_target=target)


evpn_routes: st.SearchStrategy[Nlri] = st.one_of(
    st.builds(
        EthernetAutoDiscoveryRoute,
        route_distinguisher=distinguishers,
        ethernet_segment=segments,
        ethernet_tag=tags,
        label=numbers,
    ),
    st.builds(
        MacIpAdvertisementRoute,
        route_distinguisher=distinguishers,
        ethernet_segment=segments,
        ethernet_tag=tags,
        mac_address=st.binary(min_size=6, max_size=6).map(MacAddress),
        ip_address=st.none() | addresses,
        label=numbers,
        second_label=st.none() | numbers,
    ),
    st.builds(
        InclusiveMulticastRoute, route_distinguisher=distinguishers, ethernet_tag=tags, originating_router=addresses
    ),
    st.builds(
        EthernetSegmentRoute,
        route_distinguisher=distinguishers,
        ethernet_segment=segments,
        originating_router=addresses,
    ),
    ip_prefix_routes(),
    st.builds(
        OpaqueEvpnRoute,
        st.sampled_from([EvpnRouteType(number) for number in range(6, 12)]),
        st.binary(min_size=6, max_size=255),
    ),
)


def values(row: FamilyRow, *, withdrawn: bool) -> st.SearchStrategy[Nlri]:
    """Return values of the row's family, as an announcement or a withdrawal has them."""
    width = 32 if row.family.afi == 1 else 128
    stacks = withdrawn_stack if withdrawn else any_stack
    if row in LABELED_UNICAST_ROWS:
        return st.builds(LabeledPrefix, prefixes(width), stacks)
    if row in LABELED:
        return st.builds(LabeledVpnPrefix, distinguishers, prefixes(width), stacks)
    if row in VPN_ROWS:
        return st.builds(VpnPrefix, distinguishers, prefixes(width))
    return evpn_routes if row is EVPN else memberships()


def look_into(row: FamilyRow, field: bytes, *, withdrawn: bool) -> None:
    """Cut a field, and hold what is found against what the row promises; a field that cannot be cut is no fault."""
    try:
        found = list(row.cut(field, add_path=False, withdrawn=withdrawn))
    except ValueError:
        return
    for _, key, rest, octets in found:
        if not key:
            assert row is EVPN
            assert octets[0] not in range(1, 12)
            continue
        value = row.decode(key, rest)
        assert isinstance(value, row.values)
        assert str(value)
        assert row.encode(value) == (key, rest)
        assert row.wire(key, rest) == (octets if row is EVPN else canonical_prefix(octets))
        assert str(row.decode(key, b""))


@given(st.data(), rows, st.sampled_from(["announced", "withdrawn"]), st.none() | st.integers(0, (1 << 32) - 1))
def test_values_come_back(data: st.DataObject, row: FamilyRow, how: str, path_id: int | None) -> None:
    """Any value of any of the families, several in a field, with a Path Identifier or without."""
    sent: tuple[Nlri, ...] = tuple(
        data.draw(st.lists(values(row, withdrawn=how == "withdrawn"), min_size=1, max_size=4))
    )
    if path_id is not None:
        sent = tuple(PathNlri(path_id, value) for value in sent)
    field = b"".join(row.octets(sent, add_path=path_id is not None))
    assert row.nlri(field, add_path=path_id is not None, withdrawn=how == "withdrawn") == sent


@given(rows, st.binary(max_size=80))
@example(LABELED[0], bytes.fromhex("30 000100 0a0001"))
@example(LABELED[0], bytes.fromhex("30 800000 0a0001"))
@example(LABELED[2], bytes.fromhex("58 000100 0000fc0000000001"))
def test_any_octets_are_read_or_refused(row: FamilyRow, field: bytes) -> None:
    """What is cut can be read, and written as it was but for spare bits."""
    look_into(row, field, withdrawn=False)
    look_into(row, field, withdrawn=True)


@given(st.data(), rows, st.integers(0, 1 << 16), st.integers(0, 255))
def test_damaged_octets_are_read_or_refused(data: st.DataObject, row: FamilyRow, place: int, octet: int) -> None:
    """The octets of a value with one of them changed."""
    (octets,) = row.octets([data.draw(values(row, withdrawn=False))], add_path=False)
    at = place % len(octets)
    look_into(row, octets[:at] + bytes((octet,)) + octets[at + 1 :], withdrawn=False)
    look_into(row, octets[:at], withdrawn=True)


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=255)), max_size=4))
def test_evpn_routes_of_types_that_are_not_known_end_where_their_length_says(found: list[tuple[int, bytes]]) -> None:
    """Each is told as it is; so are the known ones whose fields happen to fit."""
    unknown = [bytes((kind, len(body))) + body for kind, body in found if kind not in range(1, 12)]
    assert EVPN.nlri(b"".join(unknown), add_path=False, withdrawn=False) == tuple(map(OpaqueNlri, unknown))
    look_into(EVPN, b"".join(bytes((kind % 12, len(body))) + body for kind, body in found), withdrawn=False)


@given(st.data(), st.sampled_from(LABELED))
def test_keys_do_not_depend_on_labels(data: st.DataObject, row: FamilyRow) -> None:
    """An announcement with any labels and a withdrawal of it in any form have one key."""
    value = data.draw(values(row, withdrawn=True))
    key, _ = row.encode(value)
    for rest in (b"", b"\0\0\0", b"\0\1\x01"):
        (block,) = row.blocks(row.wire(key, rest), add_path=False, withdrawn=True)[0]
        assert block.keys == [key]


RD = RouteDistinguisher.parse("64512:100")
TSHARK: dict[FamilyRow, tuple[bytes, Nlri]] = {
    LABELED[0]: (bytes(4), LabeledPrefix(Prefix.parse("10.0.0.0/8"), label_stack(100, 200))),
    LABELED[1]: (bytes(16), LabeledPrefix(Prefix.parse("2001:db8::/32"), label_stack(300))),
    LABELED[2]: (bytes(12), LabeledVpnPrefix(RD, Prefix.parse("10.1.0.0/16"), label_stack(400))),
    LABELED[3]: (bytes(24), LabeledVpnPrefix(RD, Prefix.parse("2001:db8:1::/48"), label_stack(500))),
    ROUTE_TARGET_ROWS[0]: (
        bytes(4),
        RouteTargetMembership(origin_as=64512, route_target=ExtendedCommunity.parse("rt:64512:100")),
    ),
}
EVPN_SENT: tuple[Nlri, ...] = (
    MacIpAdvertisementRoute(
        route_distinguisher=RD,
        ethernet_segment=EthernetSegmentIdentifier.parse("00:11:22:33:44:55:66:77:88:99"),
        ethernet_tag=7,
        mac_address=MacAddress.parse("02:42:ac:11:00:02"),
        ip_address=IPv4Address("10.0.0.1"),
        label=16001,
        second_label=32001,
    ),
    InclusiveMulticastRoute(route_distinguisher=RD, ethernet_tag=8, originating_router=IPv6Address("2001:db8::1")),
    IpPrefixRoute(
        route_distinguisher=RD,
        ethernet_tag=9,
        ip_prefix_length=25,
        ip_prefix=IPv4Address("10.0.2.128"),
        gateway=IPv4Address("10.0.2.1"),
        label=16001,
    ),
)


def announcement(row: FamilyRow, next_hop: bytes, *sent: Nlri) -> bytes:
    """Return an UPDATE that announces routes."""
    field = b"".join(row.octets(sent, add_path=False))
    return update(mp_reach(field, next_hop, row.family.afi, row.family.safi) + ORIGIN + AS_PATH)


def test_tshark_reads_labels_and_prefixes(tmp_path: Path) -> None:
    """Two labels, one, those of VPNs, a route target, and a withdrawal."""
    stream = b"".join(announcement(row, hop, value) for row, (hop, value) in TSHARK.items())
    gone = LABELED[0].wire(Prefix.parse("10.0.0.0/8").key)
    layers = read_layers(tmp_path, stream + update(mp_unreach(gone, 1, 4)))
    expected = {
        "bgp.label_stack": ["100,200 (bottom)", "300 (bottom)", "400 (bottom)", "500 (bottom)", "0 (withdrawn)"],
        "bgp.mp_reach_nlri_ipv4_prefix": ["10.0.0.0", "10.1.0.0"],
        "bgp.mp_unreach_nlri_ipv4_prefix": ["10.0.0.0"],
        "bgp.rd": ["64512:100"],
        "bgp.originating_as": ["64512"],
        "bgp.community_prefix": ["64512:100"],
        "_ws.malformed": [],
    }
    assert {name: [text for layer in layers for text in texts(layer, name)] for name in expected} == expected


def test_tshark_reads_evpn_routes(tmp_path: Path) -> None:
    """Each field of a MAC/IP Advertisement, an Inclusive Multicast and an IP Prefix route."""
    (layer,) = read_layers(tmp_path, announcement(EVPN, bytes(4), *EVPN_SENT))
    expected = {
        "bgp.evpn.nlri.rt": ["2", "3", "5"],
        "bgp.evpn.nlri.rd": ["00:00:fc:00:00:00:00:64"] * 3,
        "bgp.evpn.nlri.esi": ["00:11:22:33:44:55:66:77:88:99", ":".join(["00"] * 10)],
        "bgp.evpn.nlri.etag": ["7", "8", "9"],
        "bgp.evpn.nlri.mac_addr": ["02:42:ac:11:00:02"],
        "bgp.evpn.nlri.iplen": ["32", "128"],
        "bgp.evpn.nlri.ip.addr": ["10.0.0.1", "10.0.2.128"],
        "bgp.evpn.nlri.ipv6.addr": ["2001:db8::1"],
        "bgp.evpn.nlri.prefix_len": ["25"],
        "bgp.evpn.nlri.ipv4.gtw_addr": ["10.0.2.1"],
        "bgp.evpn.nlri.mpls_ls1": ["1000"],
        "bgp.evpn.nlri.mpls_ls2": ["2000"],
        "bgp.update.path_attribute.mpls_label_value": ["16001"],
        "_ws.malformed": [],
    }
    assert {name: texts(layer, name) for name in expected} == expected
