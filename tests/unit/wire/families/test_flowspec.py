"""Flow specifications as NLRI."""

import pytest

from bgpkit.wire.families.flowspec import FLOWSPEC_ROWS, FlowSpecRule
from bgpkit.wire.families.flowspec_components import (
    BitmaskTerm,
    Comparison,
    FlowBits,
    FlowComponent,
    FlowNumbers,
    FlowPrefix,
    NumericTerm,
)
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.row import FamilyRow
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, RouteDistinguisher

ROWS = {row.family: row for row in FLOWSPEC_ROWS}
IPV4 = ROWS[Family(1, 133)]
IPV6 = ROWS[Family(2, 133)]
VPN_IPV4 = ROWS[Family(1, 134)]
VPN_IPV6 = ROWS[Family(2, 134)]
LAYER_2 = ROWS[Family(25, 134)]

DESTINATION = FlowPrefix(FlowComponent.DESTINATION_PREFIX, Prefix.parse("192.0.2.0/24"))
TCP = FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(Comparison.EQUAL, 6),))
WEB = "0b 01 18 c00002 03 81 06 04 81 50"


def values(row: FamilyRow, octets: str) -> list[str]:
    """Return the texts of the NLRI in a field."""
    return [str(value) for value in row.nlri(bytes.fromhex(octets), add_path=False, withdrawn=False)]


def again(row: FamilyRow, octets: str) -> bytes:
    """Return a field of NLRI decoded and encoded."""
    return b"".join(row.octets(row.nlri(bytes.fromhex(octets), add_path=False, withdrawn=False), add_path=False))


@pytest.mark.parametrize(
    ("row", "octets", "text"),
    [
        (IPV4, "05 09 01 04 81 09", "tcp-flags =rst|=fin+psh"),
        (IPV4, "05 09 00 90 c2 41", "tcp-flags ack+cwr&!fin+ece"),
        (IPV4, "0c 02 18 0a0000 03 81 06 05 91 0c38", "src 10.0.0.0/24 & proto =tcp & dport =3128"),
        (IPV4, "0c 01 20 c0a80002 02 20 0a000001", "dst 192.168.0.2/32 & src 10.0.0.1/32"),
        (VPN_IPV4, "0e 0000ffff00010000 02 20 0a000001", "rd 65535:65536 src 10.0.0.1/32"),
        (
            IPV6,
            "28 01 80 00 2a0229b8192500000000000000002e69 02 40 00 beeff00e00000000 03 81 06 0c 00 04 00 02 80 08",
            "dst 2a02:29b8:1925::2e69/128 & src beef:f00e::/64 & proto =tcp & fragment ff|isf|lf",
        ),
    ],
)
def test_rules_of_exabgp_are_read_as_it_means_them(row: FamilyRow, octets: str, text: str) -> None:
    """Octets and meaning from the exabgp vectors (bgp-flow-1, 2 and 4, conf-flow.ci, conf-flow-redirect.ci)."""
    assert values(row, octets) == [text]
    assert again(row, octets) == bytes.fromhex(octets)


def test_a_captured_rule_with_all_components_is_read() -> None:
    """From a capture among os-ken's test data (flowspec_nlri_ipv4.pcap)."""
    octets = (
        "57 01 18 0a0000 02 18 140000 03 01 01 01 02 01 06 01 09 01 11 01 2e 01 84 01 08 01 2f 01 59 01 5e 81 67"
        " 04 01 50 13 1f90 d5 22b8 05 11 1f90 13 2328 d5 2382 06 11 2382 13 238c c5 c8 07 81 00 08 81 06"
        " 09 00 12 80 01 0a 81 64 0b 01 16 81 18 0c 00 01 80 04"
    )
    text = (
        "dst 10.0.0.0/24 & src 20.0.0.0/24"
        " & proto =icmp|=igmp|=tcp|=9|=udp|=46|=sctp|=8|=gre|=89|=94|=103"
        " & port =80|>=8080&<=8888 & dport =8080|>=9000&<=9090 & sport =9090|>=9100&<=200"
        " & icmp-type =0 & icmp-code =6 & tcp-flags syn+ack|fin & length =100 & dscp =22|=24 & fragment df|ff"
    )
    assert values(IPV4, octets) == [text]
    assert again(IPV4, octets) == bytes.fromhex(octets)


def test_a_rule_of_routecore_is_read() -> None:
    """From the routecore vectors: echo requests to one class, not to be fragmented."""
    octets = "0c 07 81 08 08 81 00 0b 81 08 0c 81 01"
    assert values(IPV4, octets) == ["icmp-type =8 & icmp-code =0 & dscp =8 & fragment =df"]
    assert again(IPV4, octets) == bytes.fromhex(octets)


def test_withdrawn_rules_are_keyed_as_announced_ones() -> None:
    """From the yabgp vectors: an MP_UNREACH_NLRI with two prefixes in one rule."""
    nlri = bytes.fromhex("0a 01 18 c05502 02 18 c05501")
    assert IPV4.blocks(nlri, add_path=False, withdrawn=True) == IPV4.blocks(nlri, add_path=False, withdrawn=False)
    assert IPV4.blocks(nlri, add_path=False, withdrawn=True)[0][0].keys == [nlri]


def test_several_rules_stand_one_after_another() -> None:
    """Each has its own length; the same rule twice is one route."""
    found = IPV4.blocks(bytes.fromhex(f"{WEB} 03 03 81 06 {WEB}"), add_path=False, withdrawn=False)
    assert [block.keys for block in found[0]] == [[bytes.fromhex(WEB), bytes.fromhex("03 03 81 06")]]
    assert found[1] == []


def test_a_rule_with_a_path_identifier_is_read() -> None:
    """Four octets before the length. RFC 7911, section 3."""
    nlri = bytes.fromhex(f"00000007 {WEB}")
    assert IPV4.blocks(nlri, add_path=True, withdrawn=False)[0][0].path_id == 7
    assert IPV4.octets(IPV4.nlri(nlri, add_path=True, withdrawn=False), add_path=True) == [nlri]


def test_a_rule_without_components_matches_any_packet() -> None:
    """All components are optional. RFC 8955, section 4.2."""
    assert values(IPV4, "00") == ["any"]
    assert again(IPV4, "00") == b"\0"
    assert values(VPN_IPV6, "08 0000fde800000001") == ["rd 65000:1 any"]


def test_a_rule_refuses_components_out_of_order() -> None:
    """Ascending types, each once. RFC 8955, section 4.2."""
    for components in ((TCP, DESTINATION), (TCP, TCP)):
        with pytest.raises(ValueError, match="out of order"):
            FlowSpecRule(components)


def test_a_rule_goes_to_a_family_that_can_carry_it() -> None:
    """Width of prefixes, VPN or not, and components decide."""
    distinguisher = RouteDistinguisher.parse("65000:1")
    label = FlowNumbers(FlowComponent.FLOW_LABEL, (NumericTerm(Comparison.EQUAL, 1),))
    unfragmented = FlowBits(FlowComponent.FRAGMENT, (BitmaskTerm(1),))
    assert VPN_IPV4.encode(FlowSpecRule((TCP,), distinguisher)) == (bytes.fromhex("0b 0000fde800000001 03 81 06"), b"")
    assert IPV6.encode(FlowSpecRule((label,))) == (bytes.fromhex("03 0d 81 01"), b"")
    assert IPV4.encode(FlowSpecRule((unfragmented,))) == (bytes.fromhex("03 0c 80 01"), b"")
    with pytest.raises(ValueError, match="takes flow specification rules with no route distinguisher"):
        IPV4.encode(FlowSpecRule((TCP,), distinguisher))
    with pytest.raises(ValueError, match="takes flow specification rules with a route distinguisher"):
        VPN_IPV4.encode(FlowSpecRule((TCP,)))
    with pytest.raises(ValueError, match="takes prefixes of 128-bit addresses"):
        IPV6.encode(FlowSpecRule((DESTINATION,)))
    with pytest.raises(ValueError, match="component type 13 is not known"):
        IPV4.encode(FlowSpecRule((label,)))
    with pytest.raises(ValueError, match="bits set in a fragment component"):
        IPV6.encode(FlowSpecRule((unfragmented,)))
    with pytest.raises(ValueError, match="is not an NLRI of"):
        IPV4.encode(Prefix.parse("192.0.2.0/24"))


def test_a_rule_longer_than_4095_octets_is_refused() -> None:
    """The length has twelve bits. RFC 8955, section 4.1."""
    term = NumericTerm(Comparison.EQUAL, 1)
    longest = FlowNumbers(FlowComponent.PORT, (term,) * 2047)
    octets = IPV4.encode(FlowSpecRule((longest,)))[0]
    assert (octets[:2], len(octets)) == (b"\xff\xff", 2 + 4095)
    assert IPV4.nlri(octets + octets, add_path=False, withdrawn=False) == (FlowSpecRule((longest,)),) * 2
    with pytest.raises(ValueError, match="4097 octets is longer than 4095"):
        IPV4.encode(FlowSpecRule((FlowNumbers(FlowComponent.PORT, (term,) * 2048),)))


@pytest.mark.parametrize("octets", ["0b 01 18 c00002", "ff", "f0", "f0f1 01", "01"])
def test_a_rule_cut_short_is_refused(octets: str) -> None:
    """The length goes beyond the field."""
    with pytest.raises(ValueError, match="cut short at octet 0"):
        IPV4.blocks(bytes.fromhex(octets), add_path=False, withdrawn=False)


def test_a_rule_of_a_vpn_needs_its_route_distinguisher() -> None:
    """Its eight octets count in the length. RFC 8955, section 8."""
    with pytest.raises(ValueError, match="a flow specification of 7 octets has no route distinguisher"):
        VPN_IPV4.blocks(bytes.fromhex("07 0000fde8000000"), add_path=False, withdrawn=False)


def test_rules_for_layer_2_are_carried_unread() -> None:
    """The length is that of RFC 8955, the rest is nobody's business here (draft-ietf-idr-flowspec-l2vpn)."""
    nlri = bytes.fromhex("0b 0000fde800000001 0e 81 06")
    block = LAYER_2.blocks(nlri + bytes.fromhex("f001 ff"), add_path=False, withdrawn=False)[0][0]
    assert block.keys == [nlri, bytes.fromhex("01 ff")]
    assert LAYER_2.nlri(nlri, add_path=False, withdrawn=False) == (OpaqueNlri(nlri),)
    assert LAYER_2.encode(OpaqueNlri(nlri)) == (nlri, b"")
    for octets in (b"", nlri[:-1], nlri + b"\0", b"\xf1"):
        with pytest.raises(ValueError, match="it takes octets behind their length"):
            LAYER_2.encode(OpaqueNlri(octets))
