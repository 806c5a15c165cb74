"""The families of VPN prefixes."""

import pytest

from bgpkit.wire.families.label_stack import MplsLabel, label_stack
from bgpkit.wire.families.row import FamilyRow, PathNlri
from bgpkit.wire.families.vpn import VPN_ROWS, LabeledVpnPrefix, VpnPrefix
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, RouteDistinguisher

VPNV4, VPNV6, MULTICAST_V4, MULTICAST_V6 = VPN_ROWS
RD = "0000fc0000000064"


def route(text: str, distinguisher: str, *labels: int) -> LabeledVpnPrefix:
    """Return a prefix with the stack of the labels."""
    return LabeledVpnPrefix(RouteDistinguisher.parse(distinguisher), Prefix.parse(text), label_stack(*labels))


def test_the_rows_are_those_of_safi_128_and_129() -> None:
    """Their next hops have a route distinguisher before each address; their keys are no plain prefixes."""
    assert [row.family for row in VPN_ROWS] == [Family(1, 128), Family(2, 128), Family(1, 129), Family(2, 129)]
    for row in (VPNV4, MULTICAST_V4):
        assert row.next_hop_lengths == {12}
        assert row.ipv6_next_hop_lengths == {24, 48}
    for row in (VPNV6, MULTICAST_V6):
        assert row.next_hop_lengths == {24, 48}
        assert not row.ipv6_next_hop_lengths
    assert {row.width for row in VPN_ROWS} == {0}


@pytest.mark.parametrize(
    ("row", "field", "texts"),
    [
        (VPNV4, "71 003e81 0000fde800000001 14000080", ["20.0.0.128/25 rd 65000:1 label 1000"]),
        (VPNV4, "78 000191 0000006400000064 aa000000", ["170.0.0.0/32 rd 100:100 label 25"]),
        (VPNV4, "60 187701 000001f4000001f4 85", ["133.0.0.0/8 rd 500:500 label 100208"]),
        (
            VPNV4,
            "704936010001ac100001000b0a0100 784936010001ac100001000b0a000001",
            ["10.1.0.0/24 rd 172.16.0.1:11 label 299872", "10.0.0.1/32 rd 172.16.0.1:11 label 299872"],
        ),
        (
            VPNV6,
            "d8 007dc1 0000006400000001 fc000000000000000000000000000001",
            ["fc00::1/128 rd 100:1 label 2012"],
        ),
        (
            VPNV6,
            "98 800000 000000640000000c 2010000000120004 98 800000 000000640000000c 2010000100120000",
            ["2010:0:12:4::/64 rd 100:12 label 524288", "2010:1:12::/64 rd 100:12 label 524288"],
        ),
    ],
)
def test_labelled_prefixes(row: FamilyRow, field: str, texts: list[str]) -> None:
    """As ExaBGP, yabgp, tcpdump, an Internet collector, routecore and yabgp again have them."""
    octets = bytes.fromhex(field)
    values = row.nlri(octets, add_path=False, withdrawn=False)
    assert list(map(str, values)) == texts
    assert b"".join(row.octets(values, add_path=False)) == octets


def test_the_key_is_length_route_distinguisher_and_prefix() -> None:
    """Without the labels, whose bits the length counts no more; spare bits are zero."""
    octets = bytes.fromhex(f"61 000101 {RD} 0aff")
    (block,) = VPNV4.blocks(octets, add_path=False, withdrawn=False)[0]
    assert (block.keys, block.rest) == ([bytes.fromhex(f"49 {RD} 0a80")], b"\0\1\1")
    assert VPNV4.wire(*VPNV4.encode(route("10.128.0.0/9", "64512:100", 16))) == bytes.fromhex(f"61 000101 {RD} 0a80")


def test_path_identifiers_stand_before_the_length() -> None:
    """From the yabgp vectors."""
    field = bytes.fromhex("00000064 78 000191 0000006400000064 aa000000")
    assert VPNV4.nlri(field, add_path=True, withdrawn=False) == (PathNlri(100, route("170.0.0.0/32", "100:100", 25)),)


def test_a_withdrawal_needs_no_label() -> None:
    """What the key alone gives is the form of withdrawals, and is read as a prefix without labels."""
    key, rest = VPNV6.encode(route("2001:db8::/32", "64512:100"))
    octets = VPNV6.wire(key, rest)
    assert octets == bytes.fromhex(f"78 800000 {RD} 20010db8")
    assert VPNV6.nlri(octets, add_path=False, withdrawn=True) == (route("2001:db8::/32", "64512:100"),)


def test_prefixes_without_labels() -> None:
    """The families for multicast: a length, a route distinguisher, a prefix; spare bits become zero."""
    octets = bytes.fromhex(f"58 {RD} 0a0001 40 {RD} 49 {RD} 0aff")
    values = MULTICAST_V4.nlri(octets, add_path=False, withdrawn=False)
    assert list(map(str, values)) == ["10.0.1.0/24 rd 64512:100", "0.0.0.0/0 rd 64512:100", "10.128.0.0/9 rd 64512:100"]
    written = MULTICAST_V4.octets(values, add_path=False)
    assert b"".join(written) == octets[:-1] + b"\x80"
    v6 = VpnPrefix(RouteDistinguisher.parse("64512:100"), Prefix.parse("2001:db8::/32"))
    assert MULTICAST_V6.octets([v6], add_path=False) == [bytes.fromhex(f"60 {RD} 20010db8")]


@pytest.mark.parametrize(
    ("row", "field", "text"),
    [
        (VPNV4, f"79 000101 {RD} 0a00000080", "a prefix of 97 bits behind its labels, more than 96"),
        (VPNV4, f"57 000101 {RD}", "of 87 bits in all, fewer than 88"),
        (VPNV4, f"70 000101 {RD} 0a", "cut short"),
        (VPNV6, f"d9 000101 {RD} {'20' * 17}", "a prefix of 193 bits behind its labels, more than 192"),
        (MULTICAST_V4, f"3f {RD}", "of 63 bits in all, not 64 to 96"),
        (MULTICAST_V4, f"61 {RD} 0000000000", "of 97 bits in all, not 64 to 96"),
        (MULTICAST_V6, f"58 {RD} 2001", "cut short"),
    ],
)
def test_what_cannot_be_cut_is_told(row: FamilyRow, field: str, text: str) -> None:
    """Lengths that cannot be, and a field that ends early."""
    with pytest.raises(ValueError, match=text):
        row.nlri(bytes.fromhex(field), add_path=False, withdrawn=False)


@pytest.mark.parametrize(
    ("row", "value", "text"),
    [
        (VPNV4, route("::/0", "1:1", 16), "labelled prefixes of VPNs, 32 bits wide"),
        (VPNV4, Prefix.parse("10.0.0.0/8"), "labelled prefixes of VPNs, 32 bits wide"),
        (VPNV6, VpnPrefix(RouteDistinguisher.parse("1:1"), Prefix.parse("::/0")), "labelled prefixes of VPNs"),
        (VPNV6, route("2001:db8::1/128", "1:1", 16, 17, 18), "3 labels and a prefix of 192 bits do not fit the 255"),
        (MULTICAST_V4, route("10.0.0.0/8", "1:1", 16), "prefixes of VPNs, 32 bits wide"),
        (MULTICAST_V6, VpnPrefix(RouteDistinguisher.parse("1:1"), Prefix.parse("10.0.0.0/8")), "128 bits wide"),
    ],
)
def test_values_that_cannot_be_written_are_refused(row: FamilyRow, value: object, text: str) -> None:
    """Those of other families, and more labels than fit."""
    with pytest.raises(ValueError, match=text):
        row.encode(value)


def test_a_stack_that_contradicts_itself_is_no_value() -> None:
    """Two labels, neither at the bottom."""
    with pytest.raises(ValueError, match="bottom of the stack"):
        LabeledVpnPrefix(
            RouteDistinguisher.parse("1:1"), Prefix.parse("::/0"), (MplsLabel(1, bottom_of_stack=False),) * 2
        )
