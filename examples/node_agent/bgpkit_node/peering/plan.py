"""Who peers with whom: a pure function from resources to the sessions that a node should have."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from bgpkit_node.peering.cluster import DEFAULT_PORT, Cluster
from bgpkit_node.resources import BGPPeer, BGPPeerSpec, Node, ReversePeering, parse_selector

_VERSIONS: Final = (4, 6)


class PeeringKind(Enum):
    """Where a peering comes from; the values are the words that ``node status`` prints."""

    MESH = "node-to-node mesh"
    GLOBAL = "global"
    NODE = "node specific"
    WORKLOAD = "local workload"


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
    own_address: str = ""
    """Our end of a session with a pod of the node, to which the pod connects; empty: the node's own address."""

    @property
    def version(self) -> int:
        """The IP version of the session, which is that of the routes on it: 4 or 6."""
        return ip_address(self.address).version


def plan_peerings(cluster: Cluster, node: Node) -> tuple[Peering, ...]:
    """Return the sessions that ``node`` should have, those of IPv4 first, ordered by address.

    Where resources ask for one session twice, the more particular one names it: a BGPPeer for nodes before a global
    one, both before the mesh; of two alike, the first by name. A peering between nodes is symmetric: what one end asks
    for, the other end has, too, unless the BGPPeer says reversePeering Manual or describes the other end as it is not
    (another AS number or port). Each IP version has sessions of its own: two nodes that have IPv6 addresses, too, have
    two, and a peerIP of IPv6 is for nodes that have one.
    """
    found: dict[str, Peering] = {}
    for peering in (*asked_for(cluster, node), *_mesh(cluster, node)):
        present = found.get(peering.address)
        if present is None or _RANK[peering.kind] < _RANK[present.kind]:
            found[peering.address] = peering
    return tuple(sorted(found.values(), key=lambda each: (each.version, ip_address(each.address))))


_RANK: Final = {PeeringKind.WORKLOAD: 0, PeeringKind.NODE: 1, PeeringKind.GLOBAL: 2, PeeringKind.MESH: 3}


def asked_for(cluster: Cluster, node: Node) -> Iterator[Peering]:
    """Yield the sessions that BGPPeers ask for at ``node``, or at another node with it; one may come twice."""
    yield from _own(cluster, node)
    yield from _reverse(cluster, node)


def _own(cluster: Cluster, node: Node) -> Iterator[Peering]:
    """Yield what the BGPPeers that are about ``node`` ask for."""
    for peer in cluster.peers:
        if not is_about(peer, node):
            continue
        kind = PeeringKind.GLOBAL if peer.is_global else PeeringKind.NODE
        if peer.spec.peer_selector:
            for other in _selected(cluster, peer.spec.peer_selector):
                yield from _between(cluster, node, other, kind, peer.name, peer.spec)
        elif peer.peer_address is not None:
            yield from _to_address(cluster, node, peer, kind, peer.peer_address)
        elif peer.spec.local_workload_selector:
            yield from _to_workloads(cluster, node, peer)


def _reverse(cluster: Cluster, node: Node) -> Iterator[Peering]:
    """Yield the other ends of what other nodes are told: the peerings that point at ``node``."""
    for peer in cluster.peers:
        versions = () if peer.spec.reverse_peering is ReversePeering.MANUAL else _pointed_at(cluster, peer, node)
        if not versions:
            continue
        kind = PeeringKind.GLOBAL if peer.is_global else PeeringKind.NODE
        for other in cluster.nodes:
            if is_about(peer, other):
                yield from _between(cluster, node, other, kind, peer.name, peer.spec, versions)


def _mesh(cluster: Cluster, node: Node) -> Iterator[Peering]:
    if cluster.mesh:
        for other in cluster.nodes:
            yield from _between(cluster, node, other, PeeringKind.MESH, "", cluster.mesh_terms)


def _between(
    cluster: Cluster,
    node: Node,
    other: Node,
    kind: PeeringKind,
    resource: str,
    spec: BGPPeerSpec,
    versions: tuple[int, ...] = _VERSIONS,
) -> Iterator[Peering]:
    if other.name == node.name:
        return
    if kind is not PeeringKind.MESH and _is_drained_away(cluster, node, other):
        return
    asn = cluster.asn(other)
    for version in versions:
        own, address = own_address(node, version), own_address(other, version)
        if own is not None and address is not None:
            yield Peering(
                address=str(address),
                port=cluster.port(other),
                asn=asn,
                kind=kind,
                node=other.name,
                client=kind is not PeeringKind.MESH and asn == cluster.asn(node) and _is_client(node, other),
                resource=resource,
                spec=spec,
            )


def _is_drained_away(cluster: Cluster, node: Node, other: Node) -> bool:
    """Tell whether two nodes of an AS have no need of each other: one is drained, the other reflects nothing for it."""
    return cluster.asn(node) == cluster.asn(other) and any(
        one.name in cluster.drained and another.cluster_id is None for one, another in ((node, other), (other, node))
    )


def _to_address(
    cluster: Cluster, node: Node, peer: BGPPeer, kind: PeeringKind, address: IPv4Address | IPv6Address
) -> Iterator[Peering]:
    for other in cluster.nodes:
        if own_address(other, address.version) == address:
            for peering in _between(cluster, node, other, kind, peer.name, peer.spec, (address.version,)):
                asn = peer.spec.as_number or peering.asn
                client = peering.client and asn == peering.asn
                yield replace(peering, asn=asn, port=peer.peer_port or peering.port, client=client)
            return
    if own_address(node, address.version) is None:
        return
    yield _outside(cluster, node, peer, kind, address)


def _to_workloads(cluster: Cluster, node: Node, peer: BGPPeer) -> Iterator[Peering]:
    """Yield sessions with pods of the node itself, which open them."""
    selector = parse_selector(peer.spec.local_workload_selector)
    for workload in cluster.workloads:
        if workload.spec.node == node.name and selector.matches(workload.metadata.labels):
            for address in workload.spec.addresses:
                own = cluster.workload_peering_address(address.version)
                if own:
                    peering = _outside(cluster, node, peer, PeeringKind.WORKLOAD, address)
                    yield replace(peering, own_address=own)


def _outside(
    cluster: Cluster, node: Node, peer: BGPPeer, kind: PeeringKind, address: IPv4Address | IPv6Address
) -> Peering:
    """Return the session with an address that is no node's."""
    asn = peer.spec.as_number or cluster.asn(node)
    return Peering(
        address=str(address),
        port=peer.peer_port or DEFAULT_PORT,
        asn=asn,
        kind=kind,
        node="",
        client=asn == cluster.asn(node) and node.cluster_id is not None,
        resource=peer.name,
        spec=peer.spec,
    )


def own_address(node: Node, version: int) -> IPv4Address | IPv6Address | None:
    """Return the address of ``node`` for BGP of an IP version, if it has one."""
    interface = node.ipv4 if version == _VERSIONS[0] else node.ipv6
    return None if interface is None else interface.ip


def _is_client(node: Node, other: Node) -> bool:
    """Tell whether ``node`` reflects for ``other``: it has a cluster ID, and the other has none or another."""
    return node.cluster_id is not None and other.cluster_id != node.cluster_id


def _pointed_at(cluster: Cluster, peer: BGPPeer, node: Node) -> tuple[int, ...]:
    """Return in which IP versions ``peer`` is with ``node``, by its labels, or by its address and as it is."""
    if peer.spec.peer_selector:
        return _VERSIONS if parse_selector(peer.spec.peer_selector).matches(node.labels) else ()
    address = peer.peer_address
    if (
        address is not None
        and address == own_address(node, address.version)
        and peer.spec.as_number in {0, cluster.asn(node)}
        and peer.peer_port in {None, cluster.port(node)}
    ):
        return (address.version,)
    return ()


def is_about(peer: BGPPeer, node: Node) -> bool:
    """Tell whether ``peer`` asks for sessions of ``node``."""
    if peer.spec.node:
        return peer.spec.node == node.name
    if peer.spec.node_selector:
        return parse_selector(peer.spec.node_selector).matches(node.labels)
    return True


def _selected(cluster: Cluster, selector: str) -> Iterator[Node]:
    parsed = parse_selector(selector)
    return (node for node in cluster.nodes if parsed.matches(node.labels))
