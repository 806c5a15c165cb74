"""Finding blocks in the datastore, and bringing a node's claims in order on the way."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bgpkit_node.ipam.address import IPAddress, IPNetwork, block_around, contains
from bgpkit_node.ipam.affinity import AffinityState, Settlement, settle
from bgpkit_node.ipam.block import Block
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.ipam.pools import Pool, pool_of
from bgpkit_node.ipam.walk import walk


async def claim(draft: Draft, node: str, network: IPNetwork, now: datetime) -> Block:
    """Write a new block of ``node`` with its affinity; the transaction fails if somebody else writes it first."""
    # The sequence of a new block is the time, so that a block that is deleted and claimed again never repeats one.
    sequence = int(now.timestamp() * 1e6) * 1000
    block = Block.empty(network, sequence=sequence).with_affinity(node, now)
    await draft.put_block(network, block)
    await draft.put_affinity(node, network, AffinityState.CONFIRMED)
    return block


async def settle_affinity(
    draft: Draft, node: str, network: IPNetwork, usable: Sequence[Pool], now: datetime
) -> Block | None:
    """Make an affinity of ``node`` true, or drop it; returns the block if the node has it.

    A block that is empty and of no pool that is ``usable`` for the node is given up.
    """
    state = await draft.affinity(node, network)
    block = await draft.block(network)
    if state is None:
        return None
    pool = pool_of(usable, network)
    mine = block is not None and block.node == node
    if pool is None and (block is None or (mine and block.is_empty)):
        await draft.put_block(network, None)
        await draft.put_affinity(node, network, None)
        return None
    match settle(state, block, node):
        case Settlement.KEEP:
            return block
        case Settlement.CONFIRM if block is not None:
            touched = block.touched()
            await draft.put_block(network, touched)
            await draft.put_affinity(node, network, AffinityState.CONFIRMED)
            return touched
        case Settlement.CREATE if pool is not None and await _may_stand(draft, network, pool):
            return await claim(draft, node, network, now)
        case _:
            await draft.put_affinity(node, network, None)
            return None


async def unclaimed_block(
    draft: Draft, pools: Sequence[Pool], node: str, reserved: Sequence[IPNetwork] = ()
) -> tuple[Pool, IPNetwork] | None:
    """Return the first place on the node's walk where no block stands, and its pool; None when all pools are full.

    Places that lie in a ``reserved`` network as a whole are passed over.
    """
    existing = await draft.networks()
    for pool in pools:
        inside = {network for network in existing if network.overlaps(pool.network)}
        for network in _free_places(pool, inside, node):
            if not _within(network, reserved) and await draft.block(network) is None:
                return pool, network
    return None


async def reclaimable_block(
    draft: Draft, pools: Sequence[Pool], node: str, before: datetime, reserved: Sequence[IPNetwork] = ()
) -> tuple[Pool, IPNetwork] | None:
    """Return an empty block of another node or of none, claimed ``before`` that time (or nobody knows when).

    Not one that lies in a ``reserved`` network as a whole.
    """
    for pool, network in await blocks_on_walk(draft, pools, node):
        block = await draft.readable_block(network)
        if block is None or not block.is_empty or not _may_be_forsaken(block, node) or _within(network, reserved):
            continue
        if block.claimed_at is None or block.claimed_at < before:
            return pool, network
    return None


async def blocks_on_walk(draft: Draft, pools: Sequence[Pool], node: str) -> list[tuple[Pool, IPNetwork]]:
    """Return the existing blocks of each pool in turn, in the order in which ``node`` meets them."""
    existing = await draft.networks()
    found: list[tuple[Pool, IPNetwork]] = []
    for pool in pools:
        inside = sorted((network for network in existing if contains(pool.network, network)), key=_start)
        first = next(walk(pool.network, pool.block_length, node), pool.network)
        ahead = [network for network in inside if _start(network) >= _start(first)]
        found += [(pool, network) for network in (*ahead, *inside[: len(inside) - len(ahead)])]
    return found


async def block_holding(draft: Draft, pools: Sequence[Pool], address: IPAddress) -> IPNetwork | None:
    """Return the existing block that holds ``address``, of whatever size; None when there is none."""
    pool = pool_of(pools, address)
    if pool is not None:
        network = block_around(address, pool.block_length)
        if await draft.block(network) is not None:
            return network
    return next((network for network in await draft.networks() if address in network), None)


def _free_places(pool: Pool, existing: set[IPNetwork], node: str) -> Iterator[IPNetwork]:
    regular = {network for network in existing if network.prefixlen == pool.block_length}
    odd = existing - regular
    if len(regular) == 1 << max(pool.block_length - pool.network.prefixlen, 0):
        return
    for network in walk(pool.network, pool.block_length, node):
        if network not in regular and not any(network.overlaps(other) for other in odd):
            yield network


def _within(network: IPNetwork, reserved: Sequence[IPNetwork]) -> bool:
    return any(contains(other, network) for other in reserved)


def _may_be_forsaken(block: Block, node: str) -> bool:
    return block.affinity is None or block.node not in {None, node}


async def _may_stand(draft: Draft, network: IPNetwork, pool: Pool) -> bool:
    if network.prefixlen != pool.block_length or not contains(pool.network, network):
        return False
    return not any(network.overlaps(other) for other in await draft.networks())


def _start(network: IPNetwork) -> int:
    return int(network.network_address)
