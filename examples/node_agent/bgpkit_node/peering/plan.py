"""Who peers with whom: a pure function from resources to the sessions that a node should have."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import IPv4Address

from bgpkit_node.peering.cluster import DEFAULT_PORT, Cluster
from bgpkit_node.resources import BGPPeer, BGPPeerSpec, Node, ReversePeering, parse_selector


class PeeringKind(Enum):
    """Where a peering comes from; the values are the words that ``node status`` prints."""

    MESH = "node-to-node mesh"
    GLOBAL = "global"
    NODE = "node specific"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peering:
    """One session that a node should have, with a peer known by its address."""

    address: str
    port: int
    asn: int
    kind: PeeringKind
    node: str
    """The name of the node at the other end; empty for a router outside of the cluster."""
    client: bool
    """The other end is a client of ours. RFC 4456, section 6."""
    resource: str
    """The name of the BGPPeer that asked for it; empty for the mesh."""
    spec: BGPPeerSpec = field(default_factory=BGPPeerSpec)
    """How the session is kept: as that BGPPeer says."""


def plan_peerings(cluster: Cluster, node: Node) -> tuple[Peering, ...]:
    """Return the sessions that ``node`` should have, ordered by address.

    Where resources ask for one session twice, the more particular one names it: a BGPPeer for nodes before a global
    one, both before the mesh; of two alike, the first by name. A peering between nodes is symmetric: what one end asks
    for, the other end has, too, unless the BGPPeer says reversePeering Manual or describes the other end as it is not
    (another AS number or port). Addresses are IPv4: a peerIP of IPv6 is passed over.
    """
    found: dict[str, Peering] = {}
    for peering in (*_asked_for(cluster, node), *_reverse(cluster, node), *_mesh(cluster, node)):
        present = found.get(peering.address)
        if present is None or _RANK[peering.kind] < _RANK[present.kind]:
            found[peering.address] = peering
    return tuple(found[address] for address in sorted(found, key=IPv4Address))


_RANK = {PeeringKind.NODE: 0, PeeringKind.GLOBAL: 1, PeeringKind.MESH: 2}


def _asked_for(cluster: Cluster, node: Node) -> Iterator[Peering]:
    """Yield what the BGPPeers that are about ``node`` ask for."""
    for peer in cluster.peers:
        if not _is_about(peer, node):
            continue
        kind = PeeringKind.GLOBAL if peer.is_global else PeeringKind.NODE
        if peer.spec.peer_selector:
            for other in _selected(cluster, peer.spec.peer_selector):
                yield from _between(cluster, node, other, kind, peer.name, peer.spec)
        elif isinstance(peer.peer_address, IPv4Address):
            yield from _to_address(cluster, node, peer, kind, peer.peer_address)


def _reverse(cluster: Cluster, node: Node) -> Iterator[Peering]:
    """Yield the other ends of what other nodes are told: the peerings that point at ``node``."""
    for peer in cluster.peers:
        if peer.spec.reverse_peering is ReversePeering.MANUAL or not _points_at(cluster, peer, node):
            continue
        kind = PeeringKind.GLOBAL if peer.is_global else PeeringKind.NODE
        for other in cluster.nodes:
            if _is_about(peer, other):
                yield from _between(cluster, node, other, kind, peer.name, peer.spec)


def _mesh(cluster: Cluster, node: Node) -> Iterator[Peering]:
    if cluster.mesh:
        for other in cluster.nodes:
            yield from _between(cluster, node, other, PeeringKind.MESH, "", cluster.mesh_terms)


def _between(
    cluster: Cluster, node: Node, other: Node, kind: PeeringKind, resource: str, spec: BGPPeerSpec
) -> Iterator[Peering]:
    address = other.ipv4
    if other.name == node.name or address is None or node.ipv4 is None:
        return
    asn = cluster.asn(other)
    yield Peering(
        address=str(address.ip),
        port=cluster.port(other),
        asn=asn,
        kind=kind,
        node=other.name,
        client=kind is not PeeringKind.MESH and asn == cluster.asn(node) and _is_client(node, other),
        resource=resource,
        spec=spec,
    )


def _to_address(
    cluster: Cluster, node: Node, peer: BGPPeer, kind: PeeringKind, address: IPv4Address
) -> Iterator[Peering]:
    for other in cluster.nodes:
        if other.ipv4 is not None and other.ipv4.ip == address:
            for peering in _between(cluster, node, other, kind, peer.name, peer.spec):
                asn = peer.spec.as_number or peering.asn
                client = peering.client and asn == peering.asn
                yield replace(peering, asn=asn, port=peer.peer_port or peering.port, client=client)
            return
    asn = peer.spec.as_number or cluster.asn(node)
    yield Peering(
        address=str(address),
        port=peer.peer_port or DEFAULT_PORT,
        asn=asn,
        kind=kind,
        node="",
        client=asn == cluster.asn(node) and node.cluster_id is not None,
        resource=peer.name,
        spec=peer.spec,
    )


def _is_client(node: Node, other: Node) -> bool:
    """Tell whether ``node`` reflects for ``other``: it has a cluster ID, and the other has none or another."""
    return node.cluster_id is not None and other.cluster_id != node.cluster_id


def _points_at(cluster: Cluster, peer: BGPPeer, node: Node) -> bool:
    """Tell whether ``peer`` is with ``node``, by its labels, or by its address and as it is."""
    if peer.spec.peer_selector:
        return parse_selector(peer.spec.peer_selector).matches(node.labels)
    return (
        node.ipv4 is not None
        and peer.peer_address == node.ipv4.ip
        and peer.spec.as_number in {0, cluster.asn(node)}
        and peer.peer_port in {None, cluster.port(node)}
    )


def _is_about(peer: BGPPeer, node: Node) -> bool:
    if peer.spec.node:
        return peer.spec.node == node.name
    if peer.spec.node_selector:
        return parse_selector(peer.spec.node_selector).matches(node.labels)
    return True


def _selected(cluster: Cluster, selector: str) -> Iterator[Node]:
    parsed = parse_selector(selector)
    return (node for node in cluster.nodes if parsed.matches(node.labels))
