"""The values of BGP-LS descriptors: what they refuse, and their texts."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.families.bgp_ls_descriptors import (
    AutonomousSystem,
    BgpLsIdentifier,
    BgpRouterId,
    IgpRouterId,
    InterfaceAddress,
    IpReachability,
    LinkIdentifiers,
    LinkStateDescriptor,
    MemberAs,
    MultiTopologyId,
    NeighborAddress,
    NodeDescriptor,
    NodeDescriptors,
    OspfAreaId,
    OspfRouteTypeDescriptor,
    Srv6Sid,
)
from bgpkit.wire.tlv import Tlv
from bgpkit_rib import Prefix


@pytest.mark.parametrize(
    ("descriptor", "text"),
    [
        (AutonomousSystem(65000), "as 65000"),
        (BgpLsIdentifier(178), "ls-id 178"),
        (OspfAreaId(IPv4Address("0.0.0.1")), "area 0.0.0.1"),
        (IgpRouterId(bytes.fromhex("000000000003")), "router 0000.0000.0003"),
        (IgpRouterId(bytes.fromhex("19216825224002")), "router 1921.6825.2240-02"),
        (IgpRouterId(bytes.fromhex("c0000201")), "router 192.0.2.1"),
        (IgpRouterId(bytes.fromhex("c0000201cb007101")), "router 192.0.2.1:203.0.113.1"),
        (IgpRouterId(IPv6Address("2001:db8::1").packed), "router 2001:db8::1"),
        (IgpRouterId(b"\1\2\3"), "router 0x010203"),
        (BgpRouterId(IPv4Address("192.0.2.1")), "bgp-router 192.0.2.1"),
        (MemberAs(65001), "member-as 65001"),
        (LinkIdentifiers(16, 0), "link-ids 16:0"),
        (InterfaceAddress(IPv4Address("192.0.2.1")), "interface 192.0.2.1"),
        (NeighborAddress(IPv6Address("2001:db8::2")), "neighbor 2001:db8::2"),
        (MultiTopologyId((0, 2)), "topology 0,2"),
        (OspfRouteTypeDescriptor(1), "ospf-intra-area"),
        (OspfRouteTypeDescriptor(6), "ospf-nssa-2"),
        (OspfRouteTypeDescriptor(0), "ospf-route-type 0"),
        (OspfRouteTypeDescriptor(7), "ospf-route-type 7"),
        (IpReachability(Prefix.parse("192.0.2.0/24")), "prefix 192.0.2.0/24"),
        (Srv6Sid(IPv6Address("2001:db8::5")), "sid 2001:db8::5"),
        (NodeDescriptors((AutonomousSystem(1), Tlv(600, b"\1"))), "local(as 1 tlv-600 0x01)"),
        (NodeDescriptors((), remote=True), "remote()"),
    ],
)
def test_a_descriptor_has_a_text(descriptor: LinkStateDescriptor | NodeDescriptor, text: str) -> None:
    """A keyword and the value, as operators of the protocol write it."""
    assert str(descriptor) == text


@pytest.mark.parametrize("number", [-1, 1 << 32])
def test_numbers_of_32_bits_must_fit(number: int) -> None:
    """AS numbers, BGP-LS identifiers and link identifiers."""
    for build in (AutonomousSystem, BgpLsIdentifier, MemberAs):
        with pytest.raises(ValueError, match=f"{number} does not fit 32 bits"):
            build(number)
    with pytest.raises(ValueError, match=f"local identifier {number} does not fit 32 bits"):
        LinkIdentifiers(number, 0)
    with pytest.raises(ValueError, match=f"remote identifier {number} does not fit 32 bits"):
        LinkIdentifiers(0, number)


def test_topologies_and_route_types_must_fit() -> None:
    """A topology has 12 bits (RFC 9552, section 5.2.2.1), an OSPF route type 8 (section 5.2.3.1)."""
    assert MultiTopologyId((4095,)).topologies == (4095,)
    with pytest.raises(ValueError, match="topology 4096 does not fit 12 bits"):
        MultiTopologyId((0, 4096))
    with pytest.raises(ValueError, match="OSPF route type 256 does not fit 8 bits"):
        OspfRouteTypeDescriptor(256)
