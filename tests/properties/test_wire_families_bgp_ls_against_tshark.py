"""Another decoder reads the link states that we write: tshark, from captures put together here."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from bgpkit.wire.families.bgp_ls import LinkStateNlri, LinkStateType
from bgpkit.wire.families.bgp_ls_descriptors import (
    AutonomousSystem,
    BgpLsIdentifier,
    IgpRouterId,
    InterfaceAddress,
    IpReachability,
    LinkIdentifiers,
    MultiTopologyId,
    NeighborAddress,
    NodeDescriptors,
    OspfAreaId,
    OspfRouteTypeDescriptor,
)
from bgpkit_fsm import Family
from bgpkit_rib import Prefix
from tests.support.tshark_readings import differences, of_nlri

IPV4, IPV6 = Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8:1::/48")


def node(*octets: int, remote: bool = False) -> NodeDescriptors:
    """Return descriptors of a node of AS 64512 in area 1, with its router identifier."""
    area = OspfAreaId(IPv4Address("0.0.0.1"))
    return NodeDescriptors((AutonomousSystem(64512), BgpLsIdentifier(3), area, IgpRouterId(bytes(octets))), remote)


def test_tshark_reads_link_states(tmp_path: Path) -> None:
    """A node, a link, and prefixes; it does not know SRv6 SIDs ("NLRI Type: Unknown (6)")."""
    local, remote = node(192, 0, 2, 1), node(192, 0, 2, 2, remote=True)
    link = (
        LinkIdentifiers(11, 12),
        InterfaceAddress(IPv4Address("192.0.2.5")),
        NeighborAddress(IPv4Address("192.0.2.6")),
        InterfaceAddress(IPv6Address("2001:db8::5")),
        NeighborAddress(IPv6Address("2001:db8::6")),
        MultiTopologyId((2,)),
    )
    states = [
        LinkStateNlri(nlri_type=LinkStateType.NODE, protocol_id=2, identifier=0, descriptors=(node(0, 0, 0, 0, 0, 3),)),
        LinkStateNlri(nlri_type=LinkStateType.LINK, protocol_id=3, identifier=9, descriptors=(local, remote, *link)),
        LinkStateNlri(
            nlri_type=LinkStateType.IPV4_PREFIX,
            protocol_id=3,
            identifier=9,
            descriptors=(local, OspfRouteTypeDescriptor(1), IpReachability(IPV4)),
        ),
        LinkStateNlri(
            nlri_type=LinkStateType.IPV6_PREFIX, protocol_id=4, identifier=9, descriptors=(local, IpReachability(IPV6))
        ),
    ]
    assert differences(tmp_path, [*of_nlri(Family(16388, 71), states, LINK_STATES)]) == []


LINK_STATES: Final = """
    NLRI Type: Node NLRI (1)
    Protocol ID: IS-IS Level 2 (2)
    AS ID: 64512 (0x0000fc00)
    BGP-LS ID: 3 (0x00000003)
    Area ID: 1 (0x00000001)
    IGP ID: 000000000003
    NLRI Type: Link NLRI (2)
    Protocol ID: OSPF (3)
    Local Node Descriptors TLV
    AS ID: 64512 (0x0000fc00)
    IGP ID: c0000201
    Remote Node Descriptors TLV
    AS ID: 64512 (0x0000fc00)
    IGP ID: c0000202
    Link Local Identifier: 0x0000000b (11)
    Link Remote Identifier: 0x0000000c (12)
    IPv4 Interface Address: 192.0.2.5
    IPv4 Neighbor Address: 192.0.2.6
    IPv6 Interface Address: 2001:db8::5
    IPv6 Neighbor Address: 2001:db8::6
    Multi Topology ID: 2 (0x002)
    NLRI Type: IPv4 Topology Prefix NLRI (3)
    IGP ID: c0000201
    OSPF Route Type: Intra-Area (1)
    Reachability prefix length: 24
    Reachability prefix: 192.0.2.0
    NLRI Type: IPv6 Topology Prefix NLRI (4)
    Protocol ID: Direct (4)
    IGP ID: c0000201
    Reachability prefix length: 48
    Reachability prefix: 2001:db8:1::
    """
