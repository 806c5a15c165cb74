"""The path attributes: one row for each, and the values of those that the RIB does not reason about."""

from bgpkit.wire.attributes.aigp import Aigp, AigpMetric
from bgpkit.wire.attributes.attr_set import AttrSet
from bgpkit.wire.attributes.attribute import Attribute, decode_attribute_list, encode_attribute_list
from bgpkit.wire.attributes.bgp_ls_attribute import BgpLsAttribute
from bgpkit.wire.attributes.code import AttributeCode
from bgpkit.wire.attributes.link_state_codes import LinkStateCode
from bgpkit.wire.attributes.link_state_tlvs import (
    IgpMetric,
    LinkStateAddress,
    LinkStateBandwidth,
    LinkStateNumber,
    LinkStateNumbers,
    LinkStateOctets,
    LinkStateSid,
    LinkStateText,
)
from bgpkit.wire.attributes.multiprotocol import MpReach, MpUnreach, NextHop, OpaqueNextHop, VpnAddress
from bgpkit.wire.attributes.pmsi_tunnel import (
    IngressReplication,
    MldpFecType,
    MldpLsp,
    OpaqueTunnelIdentifier,
    PimTree,
    PmsiTunnel,
    PmsiTunnelType,
    RsvpTeP2mpLsp,
)
from bgpkit.wire.attributes.prefix_sid import (
    LabelIndex,
    OriginatorSrgb,
    PrefixSid,
    SrgbRange,
)
from bgpkit.wire.attributes.row import AttributeRow
from bgpkit.wire.attributes.srv6_service import SidInformation, SidStructure, Srv6L2Service, Srv6L3Service
from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS
from bgpkit.wire.attributes.tunnel_encapsulation import Tunnel, TunnelEncapsulation

__all__ = [
    "ATTRIBUTE_ROWS",
    "Aigp",
    "AigpMetric",
    "AttrSet",
    "Attribute",
    "AttributeCode",
    "AttributeRow",
    "BgpLsAttribute",
    "IgpMetric",
    "IngressReplication",
    "LabelIndex",
    "LinkStateAddress",
    "LinkStateBandwidth",
    "LinkStateCode",
    "LinkStateNumber",
    "LinkStateNumbers",
    "LinkStateOctets",
    "LinkStateSid",
    "LinkStateText",
    "MldpFecType",
    "MldpLsp",
    "MpReach",
    "MpUnreach",
    "NextHop",
    "OpaqueNextHop",
    "OpaqueTunnelIdentifier",
    "OriginatorSrgb",
    "PimTree",
    "PmsiTunnel",
    "PmsiTunnelType",
    "PrefixSid",
    "RsvpTeP2mpLsp",
    "SidInformation",
    "SidStructure",
    "SrgbRange",
    "Srv6L2Service",
    "Srv6L3Service",
    "Tunnel",
    "TunnelEncapsulation",
    "VpnAddress",
    "decode_attribute_list",
    "encode_attribute_list",
]
