"""How many routes of each kind every node should have, by what the datastore says."""

from collections.abc import Mapping, Sequence
from typing import Final

from bgpkit_node.ipam import IPNetwork, Snapshot
from bgpkit_node.ipam.address import as_host, contains
from bgpkit_node.resources import IPPool

KINDS: Final = ("pod", "own block", "remote block", "borrowed", "external")


def wanted_routes(
    snapshot: Snapshot, nodes: Sequence[str], pools: Sequence[IPPool]
) -> Mapping[str, Mapping[str, int | None]]:
    """Return, for each of ``nodes``, the number of its routes by kind; external ones are not known: None.

    A node has a route to each of its pods, one for each of its blocks, and one for each block, and each address
    borrowed out of another's block, that another node announces.
    """
    exported = [pool.network for pool in pools if not pool.spec.disable_bgp_export]
    blocks = {node: snapshot.blocks_of(node) for node in nodes}
    lent = {node: tuple(map(as_host, snapshot.borrowed_of(node))) for node in nodes}
    told = {node: _leaving(blocks[node], exported) for node in nodes}
    borrowed = {node: _leaving(lent[node], exported) for node in nodes}
    return {
        node: {
            "pod": _pods(snapshot, node),
            "own block": len(blocks[node]),
            "remote block": sum(told.values()) - told[node],
            "borrowed": sum(borrowed.values()) - borrowed[node],
            "external": None,
        }
        for node in nodes
    }


def _leaving(networks: Sequence[IPNetwork], exported: Sequence[IPNetwork]) -> int:
    """Return how many of ``networks`` may leave a node: those in the exported pools."""
    return sum(any(contains(pool, network) for pool in exported) for network in networks)


def _pods(snapshot: Snapshot, node: str) -> int:
    return sum(
        allocation.owner.node == node and "pod" in dict(allocation.owner.attributes)
        for block in snapshot.blocks.values()
        for _, allocation in block.allocations()
    )
