"""Attributes and NLRI in the words of yabgp's tests, so that both can be compared."""

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TypeAlias

from bgpkit.wire import Attribute, MpReach, MpUnreach, Nlri, PathNlri
from bgpkit.wire.families.bgp_ls import LinkStateNlri, LinkStateType
from bgpkit.wire.families.bgp_ls_descriptors import (
    AutonomousSystem,
    BgpLsIdentifier,
    IgpRouterId,
    InterfaceAddress,
    LinkStateDescriptor,
    MemberAs,
    NeighborAddress,
    NodeDescriptor,
    NodeDescriptors,
)
from bgpkit.wire.families.flowspec import FlowSpecRule
from bgpkit.wire.families.flowspec_components import FlowPrefix
from bgpkit.wire.families.label_stack import MplsLabel
from bgpkit.wire.families.labeled_unicast import LabeledPrefix
from bgpkit.wire.families.vpn import LabeledVpnPrefix
from bgpkit.wire.plain.json_data import is_tuple
from bgpkit_fsm import Family
from bgpkit_rib import Aggregator, AsPath, Community, Prefix

Words: TypeAlias = dict[str, object]

_COMPATIBILITY = 0x80000
"""What yabgp reads as the label of a withdrawn prefix. RFC 8277, section 2.4."""


def attributes_words(attributes: Iterable[Attribute]) -> Words:
    """Return attributes by type code, without MP attributes."""
    return {str(each.code): attribute_words(each.value) for each in attributes}


def attribute_words(value: object) -> object:
    """Return the value of one attribute."""
    match value:
        case AsPath():
            return [[int(segment.kind), list(segment.asns)] for segment in value.segments]
        case Aggregator():
            return [value.asn, str(value.address)]
        case Community():
            return str(value).upper().replace("-", "_")
        case MpReach():
            hops = [str(each) for each in value.next_hop]
            return {"afi_safi": family_words(value.family), "nexthop": hops[0], "nlri": [*map(nlri_words, value.nlri)]}
        case MpUnreach():
            return {"afi_safi": family_words(value.family), "withdraw": [*map(nlri_words, value.nlri)]}
        case int():
            return int(value)
        case _:
            return [attribute_words(each) for each in value] if is_tuple(value) else str(value)


def family_words(family: Family) -> list[int]:
    """Return AFI and SAFI."""
    return [family.afi, family.safi]


def nlri_words(nlri: Nlri) -> object:
    """Return an NLRI: a bare prefix as its text, anything else as an object."""
    match nlri:
        case PathNlri():
            inner = nlri_words(nlri.nlri)
            words: Words = {"prefix": inner} if isinstance(inner, str) else _object(nlri.nlri)
            return words | {"path_id": nlri.path_id}
        case Prefix():
            return str(nlri)
        case _:
            return _object(nlri)


def label_words(labels: tuple[MplsLabel, ...]) -> list[int]:
    """Return the labels of a stack; of none that which stands in their place in a withdrawal."""
    return [each.label for each in labels] or [_COMPATIBILITY]


def _object(nlri: Nlri) -> Words:
    match nlri:
        case LabeledPrefix():
            return {"label": label_words(nlri.labels), "prefix": str(nlri.prefix)}
        case LabeledVpnPrefix():
            distinguisher = str(nlri.route_distinguisher)
            return {"label": label_words(nlri.labels), "rd": distinguisher, "prefix": str(nlri.prefix)}
        case FlowSpecRule():
            return {f"{each.component:d}": str(each.prefix) for each in nlri.components if isinstance(each, FlowPrefix)}
        case LinkStateNlri():
            assert nlri.nlri_type is LinkStateType.LINK
            numbers = {"protocol_id": nlri.protocol_id, "instances_id": nlri.identifier}
            return {"type": "link", **numbers, "descriptors": [*map(_descriptor, nlri.descriptors)]}
        case _:
            raise ValueError(f"yabgp's words for {nlri} are not known")


def _descriptor(descriptor: LinkStateDescriptor) -> Words:
    match descriptor:
        case NodeDescriptors():
            side = "remote_node" if descriptor.remote else "local_node"
            return {"type": side, "value": {key: said for each in descriptor.descriptors for key, said in _node(each)}}
        case InterfaceAddress():
            return {"type": "link_local_ipv4", "value": str(descriptor.address)}
        case NeighborAddress():
            return {"type": "link_remote_ipv4", "value": str(descriptor.address)}
        case _:
            raise ValueError(f"yabgp's words for {descriptor} are not known")


def _node(descriptor: NodeDescriptor) -> list[tuple[str, object]]:
    match descriptor:
        case AutonomousSystem():
            return [("as_num", descriptor.asn)]
        case BgpLsIdentifier():
            return [("bgpls_id", str(IPv4Address(descriptor.identifier)))]
        case IgpRouterId():
            node = descriptor.octets.hex(".", 2)
            return [("igp_router_id", {"pseudonode": len(descriptor.octets) == 7, "iso_node_id": node})]
        case MemberAs():
            return [("member_as_num", descriptor.asn)]
        case _:
            raise ValueError(f"yabgp's words for {descriptor} are not known")
