"""RFC 4659, section 3: VPN-IPv6 routes."""

from ipaddress import IPv6Address

import pytest

from bgpkit.wire.attributes.multiprotocol import VpnAddress, read_next_hop
from bgpkit.wire.families.label_stack import label_stack
from bgpkit.wire.families.vpn import VPN_ROWS, LabeledVpnPrefix
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, RouteDistinguisher

VPNV6 = VPN_ROWS[1]
NO_RD = RouteDistinguisher(bytes(8))


@pytest.mark.rfc("4659", "3.2")
@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 127, 128])
def test_the_prefix_is_an_rd_followed_by_an_ipv6_prefix(length: int) -> None:
    """AFI 2, SAFI 128; the length counts 24 bits of label, 64 of RD, and those of the IPv6 prefix."""
    assert VPNV6.family == Family(2, 128)
    octets = bytes((88 + length,)) + bytes.fromhex("000641 0000fc0000000001") + bytes((length + 7) // 8)
    (value,) = VPNV6.nlri(octets, add_path=False, withdrawn=False)
    prefix = Prefix(bytes((length,)) + bytes((length + 7) // 8), 128)
    assert value == LabeledVpnPrefix(RouteDistinguisher.parse("64512:1"), prefix, label_stack(100))
    assert VPNV6.octets([value], add_path=False) == [octets]


@pytest.mark.rfc("4659", "3.2.1.1")
def test_the_next_hop_is_one_vpn_ipv6_address_or_two() -> None:
    """24 octets, or 48 with a link-local address; each has an RD of zero before it."""
    assert VPNV6.next_hop_lengths == {24, 48}
    addresses = [IPv6Address("2001:db8::1"), IPv6Address("fe80::1")]
    octets = b"".join(bytes(8) + each.packed for each in addresses)
    assert read_next_hop(octets) == tuple(VpnAddress(NO_RD, each) for each in addresses)


@pytest.mark.rfc("4659", "3.2.1.2")
def test_over_ipv4_the_next_hop_is_an_ipv4_mapped_address() -> None:
    """As a captured route has it (from an os-ken capture), 24 octets long."""
    octets = bytes(8) + bytes.fromhex("00000000000000000000ffffac140001")
    assert len(octets) in VPNV6.next_hop_lengths
    assert read_next_hop(octets) == (VpnAddress(NO_RD, IPv6Address("::ffff:172.20.0.1")),)
