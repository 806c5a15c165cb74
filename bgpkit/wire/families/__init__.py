"""The address families that UPDATEs may carry: one row for each, and the values of their NLRI."""

from bgpkit.wire.families.bgp_ls import LinkStateNlri, LinkStateType
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
from bgpkit.wire.families.ethernet_segment import SINGLE_HOMED, EthernetSegmentIdentifier
from bgpkit.wire.families.evpn_values import (
    EthernetAutoDiscoveryRoute,
    EthernetSegmentRoute,
    EvpnRouteType,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    MacIpAdvertisementRoute,
    OpaqueEvpnRoute,
)
from bgpkit.wire.families.flowspec import FlowSpecRule
from bgpkit.wire.families.flowspec_components import (
    BitmaskTerm,
    Comparison,
    FlowBits,
    FlowComponent,
    FlowMatch,
    FlowNumbers,
    FlowPrefix,
    NumericTerm,
)
from bgpkit.wire.families.flowspec_order import in_order_of_precedence
from bgpkit.wire.families.label_stack import MplsLabel, label_stack
from bgpkit.wire.families.labeled_unicast import LabeledPrefix
from bgpkit.wire.families.mup_routes import (
    MupDirectSegment,
    MupInterworkSegment,
    MupRoute,
    MupType1Session,
    MupType2Session,
)
from bgpkit.wire.families.mvpn_routes import (
    MvpnInterAsPmsi,
    MvpnIntraAsPmsi,
    MvpnLeaf,
    MvpnRoute,
    MvpnSelectivePmsi,
    MvpnSharedTreeJoin,
    MvpnSourceActive,
    MvpnSourceTreeJoin,
)
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.route_target import DEFAULT_ROUTE_TARGET, RouteTargetMembership
from bgpkit.wire.families.row import FamilyRow, Frame, Nlri, NlriBlock, PathNlri, Split
from bgpkit.wire.families.sr_policy import SrPolicy
from bgpkit.wire.families.table import ROWS, register_family
from bgpkit.wire.families.vpls import L2vpnLabelBlock, VplsDiscovery, VplsLabelBlock, VplsNlri
from bgpkit.wire.families.vpn import LabeledVpnPrefix, VpnPrefix

__all__ = [
    "DEFAULT_ROUTE_TARGET",
    "ROWS",
    "SINGLE_HOMED",
    "AutonomousSystem",
    "BgpLsIdentifier",
    "BgpRouterId",
    "BitmaskTerm",
    "Comparison",
    "EthernetAutoDiscoveryRoute",
    "EthernetSegmentIdentifier",
    "EthernetSegmentRoute",
    "EvpnRouteType",
    "FamilyRow",
    "FlowBits",
    "FlowComponent",
    "FlowMatch",
    "FlowNumbers",
    "FlowPrefix",
    "FlowSpecRule",
    "Frame",
    "IgpRouterId",
    "InclusiveMulticastRoute",
    "InterfaceAddress",
    "IpPrefixRoute",
    "IpReachability",
    "L2vpnLabelBlock",
    "LabeledPrefix",
    "LabeledVpnPrefix",
    "LinkIdentifiers",
    "LinkStateDescriptor",
    "LinkStateNlri",
    "LinkStateType",
    "MacIpAdvertisementRoute",
    "MemberAs",
    "MplsLabel",
    "MultiTopologyId",
    "MupDirectSegment",
    "MupInterworkSegment",
    "MupRoute",
    "MupType1Session",
    "MupType2Session",
    "MvpnInterAsPmsi",
    "MvpnIntraAsPmsi",
    "MvpnLeaf",
    "MvpnRoute",
    "MvpnSelectivePmsi",
    "MvpnSharedTreeJoin",
    "MvpnSourceActive",
    "MvpnSourceTreeJoin",
    "NeighborAddress",
    "Nlri",
    "NlriBlock",
    "NodeDescriptor",
    "NodeDescriptors",
    "NumericTerm",
    "OpaqueEvpnRoute",
    "OpaqueNlri",
    "OspfAreaId",
    "OspfRouteTypeDescriptor",
    "PathNlri",
    "RouteTargetMembership",
    "Split",
    "SrPolicy",
    "Srv6Sid",
    "VplsDiscovery",
    "VplsLabelBlock",
    "VplsNlri",
    "VpnPrefix",
    "in_order_of_precedence",
    "label_stack",
    "register_family",
]
