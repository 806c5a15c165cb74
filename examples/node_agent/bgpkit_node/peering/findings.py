"""What in the resources does not do what it seems to: selectors that match nothing, reflectors that reflect nothing."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.identifiers import shared_identifiers
from bgpkit_node.peering.plan import PeeringKind, own_address, plan_peerings
from bgpkit_node.resources import BGPPeer, Node, parse_selector

_FOUR: Final = 4
_SIX: Final = 6


def findings(cluster: Cluster) -> tuple[str, ...]:
    """Return a sentence for each thing that is allowed, and that whoever wrote it can hardly mean."""
    return (
        *_addresses(cluster),
        *map(str, shared_identifiers(cluster)),
        *_peers(cluster),
        *_versions(cluster),
        *_contradicting(cluster),
        *_misdescribed(cluster),
        *_drained(cluster),
        *_selected(cluster),
        *_reflectors(cluster),
    )


def _addresses(cluster: Cluster) -> Iterator[str]:
    for node in cluster.nodes:
        if not node.interfaces:
            yield f"{node} has neither spec.bgp.ipv4Address nor ipv6Address: it has no session"


def _versions(cluster: Cluster) -> Iterator[str]:
    """Name peerings of an IP version that their nodes have no address of, and pods that are to peer with no address."""
    for peer in cluster.peers:
        address = peer.peer_address
        asking = [] if address is None else _asking(cluster, peer)
        if address is not None and asking and all(own_address(node, address.version) is None for node in asking):
            yield f"{peer}: no node that it is for has a spec.bgp.ipv{address.version}Address: it makes no session"
        if peer.spec.local_workload_selector and not any(map(cluster.workload_peering_address, (_FOUR, _SIX))):
            what = "localWorkloadPeeringIPV4 or localWorkloadPeeringIPV6"
            yield f"{peer}: pods cannot reach a speaker without {what} in BGPConfiguration(default)"
        if peer.spec.local_workload_selector and cluster.binds_node_address:
            yield f"{peer}: pods cannot reach a speaker that listens at its node's addresses only (bindMode NodeIP)"


def _contradicting(cluster: Cluster) -> Iterator[str]:
    """Name BGPPeers that give one address two AS numbers, or ports, at a node that both are for, and which counts."""
    to_addresses = [peer for peer in cluster.peers if peer.peer_address is not None]
    for one, other in combinations(sorted(to_addresses, key=lambda peer: (peer.is_global, peer.name)), 2):
        if one.peer_address != other.peer_address or _said(one) == _said(other):
            continue
        asking = {node.name for node in _asking(cluster, one)}
        if any(node.name in asking for node in _asking(cluster, other)):
            both = f"{other} and {one} give {one.peer_address} {_said(other)} and {_said(one)}"
            yield f"{both}: at nodes that both are for, {one} counts"


def _said(peer: BGPPeer) -> str:
    asn = f"AS {peer.spec.as_number}" if peer.spec.as_number else "no AS number"
    return asn if peer.peer_port is None else f"{asn} at port {peer.peer_port}"


def _misdescribed(cluster: Cluster) -> Iterator[str]:
    """Name BGPPeers that give the address of a node an AS number that the node does not have."""
    for peer in cluster.peers:
        address, asn = peer.peer_address, peer.spec.as_number
        for node in cluster.nodes if address is not None and asn else ():
            if address is not None and own_address(node, address.version) == address and asn != cluster.asn(node):
                yield f"{peer}: {address} is {node} of AS {cluster.asn(node)}, not of AS {asn}: no session opens"


def _drained(cluster: Cluster) -> Iterator[str]:
    for name in sorted(cluster.drained):
        yield f"Node({name}) is drained: it reflects nothing until bgpkit-node drain --undo {name}"


def _peers(cluster: Cluster) -> Iterator[str]:
    for peer in cluster.peers:
        if peer.spec.node and cluster.node(peer.spec.node) is None:
            yield f"{peer}: there is no node {peer.spec.node}"
        for field, selector in (("nodeSelector", peer.spec.node_selector), ("peerSelector", peer.spec.peer_selector)):
            if selector and not _matching(cluster, selector):
                yield f"{peer}: {field} {selector!r} matches no node"


def _selected(cluster: Cluster) -> Iterator[str]:
    """Name nodes that a peerSelector picks out, and that do not reflect, though the mesh is off."""
    if cluster.mesh:
        return
    seen = {*cluster.drained, *cluster.idle}
    for peer in cluster.peers:
        asking = [node for node in _asking(cluster, peer) if node.name not in cluster.drained]
        if not peer.spec.peer_selector or all(node.cluster_id is not None for node in asking):
            continue  # reflectors that select their clients
        for node in _matching(cluster, peer.spec.peer_selector):
            if node.cluster_id is None and node.name not in seen:
                seen.add(node.name)
                why = "and has no routeReflectorClusterID: it reflects nothing"
                yield f"{node} is selected by peerSelector of {peer}, {why}"


def _asking(cluster: Cluster, peer: BGPPeer) -> list[Node]:
    """Return the nodes that are to keep the sessions of ``peer``."""
    if peer.spec.node:
        return [node for node in cluster.nodes if node.name == peer.spec.node]
    return _matching(cluster, peer.spec.node_selector or "all()")


def _reflectors(cluster: Cluster) -> Iterator[str]:
    reflectors = [node for node in cluster.nodes if node.cluster_id is not None]
    idle = {**cluster.idle, **{node.name: node.cluster_id for node in reflectors if _is_idle(cluster, node)}}
    for name, cluster_id in sorted(idle.items()):
        what = f"Node({name}) has routeReflectorClusterID {cluster_id}, and no BGPPeer makes it a reflector"
        yield f"{what}: it reflects nothing"
    busy = [node for node in reflectors if node.name not in idle]
    if not cluster.mesh and len(busy) == 1 and len(cluster.nodes) > 2:
        yield f"{busy[0]} is the only reflector: without it no two other nodes have a path to each other"


def _is_idle(cluster: Cluster, node: Node) -> bool:
    """Tell whether there is nobody to whom ``node`` could pass on what it learns from a client."""
    sessions = [each for each in plan_peerings(cluster, node) if each.kind is not PeeringKind.MESH and each.node]
    alone = len({each.node for each in sessions}) < 2 and len(cluster.nodes) > 2
    return alone or not any(each.client for each in sessions)


def _matching(cluster: Cluster, selector: str) -> list[Node]:
    parsed = parse_selector(selector)
    return [node for node in cluster.nodes if parsed.matches(node.labels)]
