"""All allocation data at one revision, and what can be read off them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bgpkit_node.datastore.port import Datastore, KeyValue
from bgpkit_node.ipam.address import IPAddress, IPNetwork
from bgpkit_node.ipam.affinity import AffinityState, decode_affinity, is_held
from bgpkit_node.ipam.block import Block
from bgpkit_node.ipam.block_codec import decode_block_of
from bgpkit_node.ipam.handle import Handle, decode_handle
from bgpkit_node.ipam.keys import (
    AFFINITIES,
    BLOCKS,
    HANDLES,
    ROOT,
    parse_affinity_key,
    parse_block_key,
    parse_handle_key,
)

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Blocks, affinities and handles as they stood at ``revision``."""

    revision: int
    blocks: Mapping[IPNetwork, Block]
    affinities: Mapping[tuple[str, IPNetwork], AffinityState]
    """By node and block."""
    handles: Mapping[str, Handle]
    unreadable: tuple[tuple[str, str], ...]
    """Keys whose documents cannot be read, and why; they stop nothing else."""

    def blocks_of(self, node: str) -> tuple[IPNetwork, ...]:
        """Return the blocks that ``node`` really has: its affinity is confirmed and the block names the node.

        Only these may be announced: not a pending claim, not an affinity without a block, and of two nodes with an
        affinity to one block only the node that the block names.
        """
        return tuple(
            network
            for (owner, network), state in self.affinities.items()
            if owner == node and is_held(state, self.blocks.get(network), node)
        )

    def borrowed_of(self, node: str) -> tuple[IPAddress, ...]:
        """Return the addresses that ``node`` uses outside of the blocks it has; each is announced by itself."""
        own = set(self.blocks_of(node))
        return tuple(
            address
            for network, block in self.blocks.items()
            if network not in own
            for address, allocation in block.allocations()
            if allocation.owner.node == node
        )

    def handles_of(self, node: str, prefix: str = "") -> tuple[str, ...]:
        """Return the handles that begin with ``prefix`` and have addresses used on ``node``, in order."""
        names = {
            allocation.owner.handle
            for block in self.blocks.values()
            for _, allocation in block.allocations()
            if allocation.owner.node == node
        }
        return tuple(sorted(name for name in names if name is not None and name.startswith(prefix)))


async def load_snapshot(datastore: Datastore) -> Snapshot:
    """Read everything in one call, so that all of it is of one revision."""
    revision, found = await datastore.list(ROOT)
    unreadable: list[tuple[str, str]] = []

    def under(prefix: str) -> Iterable[KeyValue]:
        """Yield what stands under a prefix."""
        return (pair for pair in found if pair.key.startswith(prefix))

    return Snapshot(
        revision=revision,
        blocks=_read(under(BLOCKS), parse_block_key, decode_block_of, unreadable),
        affinities=_read(under(AFFINITIES), parse_affinity_key, lambda _, value: decode_affinity(value), unreadable),
        handles=_read(under(HANDLES), parse_handle_key, lambda _, value: decode_handle(value), unreadable),
        unreadable=tuple(unreadable),
    )


def _read(
    pairs: Iterable[KeyValue],
    parse: Callable[[str], K],
    decode: Callable[[K, bytes], V],
    unreadable: list[tuple[str, str]],
) -> dict[K, V]:
    found: dict[K, V] = {}
    for pair in pairs:
        try:
            name = parse(pair.key)
            found[name] = decode(name, pair.value)
        except ValueError as error:
            unreadable.append((pair.key, str(error)))
    return found
