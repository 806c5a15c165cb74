"""The nodes of a cluster as targets of what is measured between nodes, each with a pod of its own. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address

from bgpkit_node.diagnosis.between import Target
from bgpkit_node.ipam import IPAddress, Snapshot
from bgpkit_node.peering import Cluster


def targets_of(cluster: Cluster, snapshot: Snapshot) -> Iterator[Target]:
    """Yield the nodes that have an IPv4 address."""
    pods = pods_by_node(snapshot)
    for node in cluster.nodes:
        if node.ipv4 is not None:
            four = (address for address in pods.get(node.name, ()) if isinstance(address, IPv4Address))
            pod = min(four, default=None)
            yield Target(
                node=node.name,
                address=str(node.ipv4.ip),
                port=cluster.port(node),
                pod="" if pod is None else str(pod),
            )


def pods_by_node(snapshot: Snapshot) -> Mapping[str, frozenset[IPAddress]]:
    """Return the addresses that the pods of each node have been given; nodes without pods are not here."""
    found: dict[str, set[IPAddress]] = defaultdict(set)
    for block in snapshot.blocks.values():
        for address, allocation in block.allocations():
            node = allocation.owner.node
            if node and "pod" in dict(allocation.owner.attributes):
                found[node].add(address)
    return {node: frozenset(addresses) for node, addresses in found.items()}
