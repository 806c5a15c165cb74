"""Which cluster IDs are in effect: a node's is while BGPPeers make it a reflector for somebody.

A reflector drops what has been through its cluster (RFC 4456, section 8). A node that keeps a cluster ID which others
have, and that reflects for nobody any more, would drop what those reflect, though it needs that now as any client
does. Without effect the ID costs nothing: the others take the node as a client, and it takes what they tell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address

import msgspec

from bgpkit_node.peering.cluster import Cluster, is_drained
from bgpkit_node.peering.plan import asked_for, is_about
from bgpkit_node.resources import BGPConfiguration, BGPFilter, BGPPeer, IPPool, Node, Resource


def cluster_of(resources: Iterable[Resource]) -> Cluster:
    """Return the cluster that ``resources`` describe, each kind by name; other kinds are passed over.

    Whoever asks about it sees the same cluster IDs: those of nodes that are drained, or idle, are taken out.
    """
    ordered = sorted(resources, key=lambda resource: resource.name)
    nodes = tuple(resource for resource in ordered if isinstance(resource, Node))
    drained = frozenset(node.name for node in nodes if is_drained(node))
    described = Cluster(
        nodes=_without_cluster_ids(nodes, drained),
        drained=drained,
        pools=tuple(resource for resource in ordered if isinstance(resource, IPPool)),
        configurations=tuple(resource for resource in ordered if isinstance(resource, BGPConfiguration)),
        peers=tuple(resource for resource in ordered if isinstance(resource, BGPPeer)),
        filters=tuple(resource for resource in ordered if isinstance(resource, BGPFilter)),
    )
    idle = _idle(described)
    return replace(described, nodes=_without_cluster_ids(described.nodes, idle), idle=idle) if idle else described


def _idle(cluster: Cluster) -> dict[str, IPv4Address]:
    """Return the cluster IDs that have no effect, by node, where ``cluster`` has those that stand in the resources.

    A node that is drained keeps its sessions with reflectors: it makes nobody one that has another in common with it.
    """
    idle = {
        node.name: node.cluster_id
        for node in cluster.nodes
        if node.cluster_id is not None and not _reflects(cluster, node)
    }
    if not cluster.drained:
        return idle
    reflectors = [node for node in cluster.nodes if node.cluster_id is not None and node.name not in idle]
    reached = [{peering.node for peering in asked_for(cluster, node)} for node in reflectors]
    needed = {
        node.name
        for node in cluster.nodes
        if node.name in idle
        for client in cluster.drained.intersection(_clients(cluster, node))
        if not any({node.name, client} <= partners for partners in reached)
    }
    return {name: cluster_id for name, cluster_id in idle.items() if name not in needed}


def _reflects(cluster: Cluster, node: Node) -> bool:
    """Tell whether a BGPPeer gives ``node`` a client: a node, a router, or pods of its own, which come and go.

    Nodes that are drained are left out.
    """
    own = {0, cluster.asn(node)}
    return any(name not in cluster.drained for name in _clients(cluster, node)) or any(
        peer.spec.local_workload_selector and peer.spec.as_number in own and is_about(peer, node)
        for peer in cluster.peers
    )


def _clients(cluster: Cluster, node: Node) -> Iterator[str]:
    return (peering.node for peering in asked_for(cluster, node) if peering.client)


def _without_cluster_ids(nodes: Iterable[Node], names: Iterable[str]) -> tuple[Node, ...]:
    taken = frozenset(names)
    return tuple(_without_cluster_id(node) if node.name in taken else node for node in nodes)


def _without_cluster_id(node: Node) -> Node:
    if node.spec.bgp is None:
        return node
    bgp = msgspec.structs.replace(node.spec.bgp, route_reflector_cluster_id="")
    return msgspec.structs.replace(node, spec=msgspec.structs.replace(node.spec, bgp=bgp))
