"""RFC 4364, section 4: VPN-IPv4 routes."""

import pytest

from bgpkit.wire.families.label_stack import label_stack
from bgpkit.wire.families.vpn import VPN_ROWS, LabeledVpnPrefix
from bgpkit_rib import Prefix, RouteDistinguisher

VPNV4 = VPN_ROWS[0]
PREFIX = Prefix.parse("10.0.0.0/8")


@pytest.mark.rfc("4364", "4.1")
def test_one_prefix_with_two_route_distinguishers_is_two_routes() -> None:
    """Equal addresses of different VPNs are told apart."""
    field = bytes.fromhex("60 000641 0000fc0000000001 0a 60 000641 0000fc0000000002 0a")
    (block,) = VPNV4.blocks(field, add_path=False, withdrawn=False)[0]
    assert block.keys == [bytes.fromhex("48 0000fc0000000001 0a"), bytes.fromhex("48 0000fc0000000002 0a")]


@pytest.mark.rfc("4364", "4.1")
def test_route_distinguishers_are_compared_as_eight_octets() -> None:
    """BGP looks into none of them: one number in two types is two, and an unknown type is as good as any."""
    distinguishers = ["0000 fc00 00000001", "0002 0000fc00 0001", "0001 0000fc00 0001", "ffff 0000fc00 0001"]
    field = b"".join(bytes.fromhex(f"60 000641 {each} 0a") for each in distinguishers)
    (block,) = VPNV4.blocks(field, add_path=False, withdrawn=False)[0]
    assert len(block.keys) == 4
    values = VPNV4.nlri(field, add_path=False, withdrawn=False)
    assert b"".join(VPNV4.octets(values, add_path=False)) == field


@pytest.mark.rfc("4364", "4.2")
@pytest.mark.parametrize(
    ("distinguisher", "octets"),
    [
        ("64512:100", "0000 fc00 00000064"),
        ("192.0.2.1:100", "0001 c0000201 0064"),
        ("4200000000:100", "0002 fa56ea00 0064"),
    ],
)
def test_the_three_types_of_route_distinguishers(distinguisher: str, octets: str) -> None:
    """Two octets of type, then administrator and number of 2 and 4, or of 4 and 2 octets."""
    value = LabeledVpnPrefix(RouteDistinguisher.parse(distinguisher), PREFIX, label_stack(100))
    (written,) = VPNV4.octets([value], add_path=False)
    assert written == bytes.fromhex(f"60 000641 {octets} 0a")


@pytest.mark.rfc("4364", "4.3.4")
@pytest.mark.parametrize("length", range(33))
def test_the_prefix_is_an_rd_followed_by_an_ipv4_prefix(length: int) -> None:
    """The length counts 24 bits of label, 64 of RD, and those of the IPv4 prefix."""
    octets = bytes((88 + length,)) + bytes.fromhex("000641 0000fc0000000001") + bytes((length + 7) // 8)
    (value,) = VPNV4.nlri(octets, add_path=False, withdrawn=False)
    prefix = Prefix(bytes((length,)) + bytes((length + 7) // 8))
    assert value == LabeledVpnPrefix(RouteDistinguisher.parse("64512:1"), prefix, label_stack(100))


@pytest.mark.rfc("4364", "4.3.2")
def test_the_next_hop_is_a_vpn_ipv4_address() -> None:
    """Eight octets of RD, four of address; IPv6 ones only by agreement."""
    assert VPNV4.next_hop_lengths == {12}
