"""What of the allocation data a node answers for: the block is the truth, whatever affinities say. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from bgpkit import Prefix
from bgpkit_node.ipam import Snapshot
from bgpkit_node.ipam.affinity import Settlement, settle
from bgpkit_node.ipam.block import Block
from bgpkit_node.ipam.keys import BLOCKS, parse_block_key


@dataclass(frozen=True, slots=True)
class NodeBlocks:
    """The prefixes that a node originates, and what is wrong with those that it does not."""

    blocks: frozenset[Prefix] = frozenset()
    borrowed: frozenset[Prefix] = frozenset()
    """Addresses in use on the node out of blocks of other nodes, or of none; each is a route of its own."""
    faults: frozenset[tuple[str, str]] = frozenset()
    """Claims of the node that do not count, and documents that cannot be read; and why."""

    @property
    def prefixes(self) -> frozenset[Prefix]:
        """All that is announced."""
        return self.blocks | self.borrowed


def node_blocks(snapshot: Snapshot, node: str, announced: frozenset[Prefix] = frozenset()) -> NodeBlocks:
    """Return what ``node`` has according to ``snapshot``.

    Only a confirmed affinity whose block names the node makes a block the node's. A block that was ``announced`` and
    whose document cannot be read any more is kept: its pods are still there.
    """
    faults = [*snapshot.unreadable, *_claims(snapshot, node)]
    blocks = {Prefix.from_network(network) for network in snapshot.blocks_of(node)}
    kept = announced & frozenset(_unreadable_blocks(snapshot))
    borrowed = (Prefix.from_network(ip_network(address)) for address in snapshot.borrowed_of(node))
    return NodeBlocks(kept | blocks, frozenset(borrowed), frozenset(faults))


def _unreadable_blocks(snapshot: Snapshot) -> Iterator[Prefix]:
    for key, _ in snapshot.unreadable:
        if key.startswith(BLOCKS):
            try:
                yield Prefix.from_network(parse_block_key(key))
            except ValueError:
                continue


def _claims(snapshot: Snapshot, node: str) -> Iterator[tuple[str, str]]:
    """Yield the affinities of ``node`` that do not count."""
    for (owner, network), state in snapshot.affinities.items():
        if owner == node:
            reason = _reason(settle(state, snapshot.blocks.get(network), node), snapshot.blocks.get(network))
            if reason:
                yield f"affinity of {node} to {network}", reason


def _reason(settlement: Settlement, block: Block | None) -> str:
    match settlement:
        case Settlement.KEEP:
            return ""
        case Settlement.CONFIRM:
            return "the claim is not confirmed: not announced"
        case Settlement.CREATE:
            return "there is no such block: not announced"
        case Settlement.DROP:
            holder = "is being given up" if block is None else f"is of {block.node or 'no node'}"
            return f"the block {holder}: not announced"
