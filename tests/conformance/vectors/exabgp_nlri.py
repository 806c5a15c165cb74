"""NLRI in the words of ExaBGP's JSON, so that both can be compared."""

from typing import Final, TypeAlias

from bgpkit.wire import ROWS, Nlri, PathNlri
from bgpkit.wire.families.bgp_ls import LinkStateNlri, LinkStateType
from bgpkit.wire.families.bgp_ls_descriptors import (
    AutonomousSystem,
    BgpLsIdentifier,
    IgpRouterId,
    InterfaceAddress,
    LinkIdentifiers,
    LinkStateDescriptor,
    MultiTopologyId,
    NeighborAddress,
    NodeDescriptor,
)
from bgpkit.wire.families.flowspec import FlowSpecRule
from bgpkit.wire.families.flowspec_components import FlowComponent, FlowMatch, FlowPrefix
from bgpkit.wire.families.label_stack import MplsLabel
from bgpkit.wire.families.labeled_unicast import LabeledPrefix
from bgpkit.wire.families.mup_routes import MupDirectSegment, MupInterworkSegment, MupType1Session, MupType2Session
from bgpkit.wire.families.mvpn_routes import MvpnSourceActive
from bgpkit.wire.families.vpls import VplsLabelBlock
from bgpkit.wire.families.vpn import LabeledVpnPrefix
from bgpkit_fsm import Family
from bgpkit_rib import Prefix

Words: TypeAlias = dict[str, object]
"""A JSON object of ExaBGP's."""

FAMILIES: Final = {
    "ipv4 unicast": Family(1, 1),
    "ipv6 unicast": Family(2, 1),
    "ipv4 nlri-mpls": Family(1, 4),
    "ipv4 mpls-vpn": Family(1, 128),
    "ipv6 mpls-vpn": Family(2, 128),
    "ipv4 mcast-vpn": Family(1, 5),
    "ipv6 mcast-vpn": Family(2, 5),
    "ipv4 mup": Family(1, 85),
    "ipv6 mup": Family(2, 85),
    "ipv4 flow": Family(1, 133),
    "ipv6 flow": Family(2, 133),
    "ipv4 flow-vpn": Family(1, 134),
    "l2vpn vpls": Family(25, 65),
    "bgp-ls bgp-ls": Family(16388, 71),
}
"""ExaBGP's names of families."""

_FLOW_NAMES: Final = {
    FlowComponent.DESTINATION_PORT: "destination-port",
    FlowComponent.TCP_FLAGS: "tcp-flags",
    FlowComponent.FRAGMENT: "fragment",
    FlowComponent.DSCP: "traffic-class",
    FlowComponent.FLOW_LABEL: "flow-label",
}
_FLOW_WORDS: Final = {"psh": "push", "ff": "first-fragment", "isf": "is-fragment", "lf": "last-fragment"}


def nlri_words(family: Family, nlri: Nlri) -> Words:
    """Return an NLRI as ExaBGP tells it, without texts that say the same again."""
    match nlri:
        case PathNlri():
            number = nlri.path_id.to_bytes(4, "big")
            return nlri_words(family, nlri.nlri) | {"path-information": ".".join(map(str, number))}
        case Prefix():
            return {"nlri": str(nlri)}
        case LabeledPrefix():
            return {"nlri": str(nlri.prefix), "label": _labels(nlri.labels)}
        case LabeledVpnPrefix():
            distinguisher = str(nlri.route_distinguisher)
            return {"nlri": str(nlri.prefix), "label": _labels(nlri.labels), "rd": distinguisher}
        case VplsLabelBlock():
            numbers = {"endpoint": nlri.ve_id, "offset": nlri.block_offset, "size": nlri.block_size}
            return {"rd": str(nlri.route_distinguisher), **numbers, "base": nlri.label_base.label}
        case FlowSpecRule():
            words = {name: said for match in nlri.components for name, said in _flow(match, family).items()}
            vpn = nlri.route_distinguisher
            return words if vpn is None else words | {"rd": str(vpn)}
        case MvpnSourceActive():
            flow = {"source": str(nlri.source), "group": str(nlri.group)}
            return {"code": 5, "rd": str(nlri.route_distinguisher), **flow, "raw": _raw(family, nlri)}
        case LinkStateNlri():
            return _link_state(nlri)
        case _:
            return _mup(family, nlri)


def _raw(family: Family, nlri: Nlri) -> str:
    return ROWS[family].octets([nlri], add_path=False)[0].hex().upper()


def _labels(labels: tuple[MplsLabel, ...]) -> list[list[int]]:
    """Return each label, and the three octets that it stands in as a number."""
    return [[each.label, each.label << 4 | each.reserved << 1 | each.bottom_of_stack] for each in labels]


def _flow(match: FlowMatch, family: Family) -> Words:
    """Return one component: a list of alternatives."""
    version = "ipv4" if family.afi == 1 else "ipv6"
    if isinstance(match, FlowPrefix):
        way = "destination" if match.component is FlowComponent.DESTINATION_PREFIX else "source"
        text = str(match.prefix) if family.afi == 1 else f"{match.prefix}/{match.offset}"
        return {f"{way}-{version}": [text]}
    if match.component is FlowComponent.PROTOCOL:
        name = "protocol" if family.afi == 1 else "next-header"
    else:
        name = _FLOW_NAMES[match.component]
    text = str(match).partition(" ")[2]
    for ours, theirs in _FLOW_WORDS.items():
        text = text.replace(ours, theirs)
    return {name: text.split("|")}


def _mup(family: Family, nlri: Nlri) -> Words:
    words: Words = {"arch": 1, "raw": _raw(family, nlri)}
    match nlri:
        case MupInterworkSegment():
            words |= {"code": 1, "rd": str(nlri.route_distinguisher), **_mup_prefix(nlri.prefix)}
        case MupDirectSegment():
            words |= {"code": 2, "rd": str(nlri.route_distinguisher), "ip": str(nlri.address)}
        case MupType1Session():
            words |= {"code": 3, "rd": str(nlri.route_distinguisher), **_mup_prefix(nlri.prefix)}
            words |= {"teid": str(nlri.teid), "qfi": str(nlri.qfi)}
            words |= {"endpoint_ip": str(nlri.endpoint), "endpoint_ip_len": nlri.endpoint.max_prefixlen}
            source = nlri.source
            words |= {"source_ip": str(source or b""), "source_ip_len": 0 if source is None else source.max_prefixlen}
        case MupType2Session():
            words |= {"code": 4, "rd": str(nlri.route_distinguisher), "endpoint_ip": str(nlri.endpoint)}
            words |= {"endpoint_len": nlri.endpoint.max_prefixlen + nlri.teid_bits}
            words |= {"teid": str(int.from_bytes(nlri.teid, "big"))}
        case _:
            raise ValueError(f"ExaBGP's words for {nlri} are not known")
    return words


def _mup_prefix(prefix: Prefix) -> Words:
    return {"prefix_ip": str(prefix.address), "prefix_ip_len": prefix.length}


def _link_state(nlri: LinkStateNlri) -> Words:
    words: Words = {"l3-routing-topology": nlri.identifier, "protocol-id": nlri.protocol_id}
    if nlri.nlri_type is LinkStateType.NODE:
        return words | {"ls-nlri-type": "bgpls-node", "node-descriptors": _node(nlri.local_node)}
    assert nlri.nlri_type is LinkStateType.LINK
    found = nlri.descriptors
    return words | {
        "ls-nlri-type": "bgpls-link",
        "local-node-descriptors": _node(nlri.local_node),
        "remote-node-descriptors": _node(nlri.remote_node),
        "interface-addresses": [str(each.address) for each in found if isinstance(each, InterfaceAddress)],
        "neighbor-addresses": [str(each.address) for each in found if isinstance(each, NeighborAddress)],
        "multi-topology-ids": [topology for each in found for topology in _topologies(each)],
        "link-identifiers": [
            {"link-local-id": each.local, "link-remote-id": each.remote}
            for each in found
            if isinstance(each, LinkIdentifiers)
        ],
    }


def _topologies(descriptor: LinkStateDescriptor) -> tuple[int, ...]:
    return descriptor.topologies if isinstance(descriptor, MultiTopologyId) else ()


def _node(descriptors: tuple[NodeDescriptor, ...]) -> list[Words]:
    found: list[Words] = []
    for each in descriptors:
        match each:
            case AutonomousSystem():
                found.append({"autonomous-system": each.asn})
            case BgpLsIdentifier():
                found.append({"bgp-ls-identifier": str(each.identifier)})
            case IgpRouterId():
                pseudonode = {"psn": str(each.octets[6])} if len(each.octets) == 7 else {}
                found.append({"router-id": each.octets.hex(), **pseudonode})
            case _:
                raise ValueError(f"ExaBGP's words for {each} are not known")
    return found
