"""How full pools and blocks are, counted as calicoctl counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from bgpkit_node.ipam.address import IPNetwork, contains, in_order
from bgpkit_node.ipam.block import Block
from bgpkit_node.ipam.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The addresses of one network; one that was in use before it was reserved counts as both."""

    network: IPNetwork
    in_use: int
    """Taken, and those that cool."""
    reserved: int
    free: int
    cooling: int
    """Released, and not to be given again yet; part of those in use."""

    @property
    def total(self) -> int:
        """How many there are."""
        return self.network.num_addresses


@dataclass(frozen=True, slots=True)
class PoolUse:
    """A pool and its blocks; ``pool`` is None for the blocks that lie in no pool."""

    pool: Use | None
    blocks: tuple[Use, ...]


def utilisation(snapshot: Snapshot, pools: Sequence[IPNetwork], reserved: Sequence[IPNetwork]) -> tuple[PoolUse, ...]:
    """Return the use of each of ``pools``, and at the end that of the blocks in none of them.

    ``reserved`` are networks that do not touch each other. Blocks come in the order of their addresses.
    """
    blocks = sorted(snapshot.blocks.values(), key=lambda block: in_order(block.network))
    found = [_pool_use(pool, [block for block in blocks if contains(pool, block.network)], reserved) for pool in pools]
    orphans = [block for block in blocks if not any(contains(pool, block.network) for pool in pools)]
    if orphans:
        found.append(PoolUse(None, tuple(_block_use(block, reserved) for block in orphans)))
    return tuple(found)


def _pool_use(pool: IPNetwork, blocks: Sequence[Block], reserved: Sequence[IPNetwork]) -> PoolUse:
    uses = tuple(_block_use(block, reserved) for block in blocks)
    # Addresses in no block are free, but for those that are reserved; those in blocks have been counted.
    kept = _common(pool, reserved)
    outside = kept - sum(use.reserved for use in uses)
    rest = pool.num_addresses - sum(use.total for use in uses) - outside
    total = Use(
        network=pool,
        in_use=sum(use.in_use for use in uses),
        reserved=kept,
        free=sum(use.free for use in uses) + rest,
        cooling=sum(use.cooling for use in uses),
    )
    return PoolUse(total, uses)


def _block_use(block: Block, reserved: Sequence[IPNetwork]) -> Use:
    cooling = {block.network[place] for place, _ in block.cooling}
    busy = {address for address, _ in block.allocations()} | cooling
    kept = _common(block.network, reserved)
    both = sum(any(address in network for network in reserved) for address in busy)
    return Use(
        network=block.network,
        in_use=len(busy),
        reserved=kept,
        free=block.network.num_addresses - len(busy) - kept + both,
        cooling=len(cooling),
    )


def _common(network: IPNetwork, others: Sequence[IPNetwork]) -> int:
    """Return how many addresses of ``network`` lie in ``others``."""
    inside = [other.num_addresses for other in others if contains(network, other)]
    return network.num_addresses if any(contains(other, network) for other in others) else sum(inside)
