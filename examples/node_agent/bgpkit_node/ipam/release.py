"""Taking addresses back: by handle, one by one, or all of a node."""

from collections import Counter
from collections.abc import Sequence

from bgpkit_node.errors import IpamError
from bgpkit_node.ipam.address import IPAddress, IPNetwork
from bgpkit_node.ipam.assignment import count_in_handle, describe
from bgpkit_node.ipam.block import Block
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.ipam.handle import Handle
from bgpkit_node.ipam.leaks import Holding, Taken
from bgpkit_node.ipam.pools import Pool
from bgpkit_node.ipam.search import block_holding


async def addresses_of_handle(draft: Draft, handle: str) -> tuple[IPAddress, ...]:
    """Return the addresses that the blocks show for ``handle``, found through its index."""
    found: list[IPAddress] = []
    for network in (await draft.handle(handle) or Handle()).blocks:
        block = await draft.block(network)
        if block is not None:
            found += _addresses(block, handle)
    return tuple(found)


async def release_all_of_handle(draft: Draft, handle: str) -> tuple[IPAddress, ...]:
    """Free what the blocks show for ``handle``, whatever it counts, and delete it."""
    found = await addresses_of_handle(draft, handle)
    for network in (await draft.handle(handle) or Handle()).blocks:
        block = await draft.block(network)
        if block is not None:
            await draft.put_block(network, block.release(_addresses(block, handle), await draft.cooling_from()))
    await draft.delete_handle(handle)
    return found


async def release_one(
    draft: Draft, pools: Sequence[Pool], address: IPAddress, *, handle: str | None, sequence: int | None
) -> bool:
    """Free one address and say whether it was taken; IpamError when it is another's than ``handle``, ``sequence``."""
    network = await block_holding(draft, pools, address)
    block = None if network is None else await draft.block(network)
    allocation = None if block is None else block.allocation_of(address)
    if block is None or allocation is None:
        return False
    if handle is not None and allocation.owner.handle != handle:
        raise IpamError(
            f"{address} is not released: it belongs to {describe(allocation.owner)}, not to handle {handle}"
        )
    if sequence is not None and allocation.sequence != sequence:
        raise IpamError(f"{address} is not released: it was given anew, sequence {allocation.sequence}, not {sequence}")
    await draft.put_block(block.network, block.release([address], await draft.cooling_from()))
    await count_in_handle(draft, allocation.owner, block.network, -1)
    return True


async def release_from_node(draft: Draft, node: str, network: IPNetwork, *, addresses: bool) -> None:
    """Give up the affinity of ``node`` to one block and, with ``addresses``, free those in it that the node uses."""
    block = await draft.block(network)
    if block is not None:
        if addresses:
            block = await _without_addresses_of(draft, block, node)
        await draft.put_block(network, block.with_affinity(None) if block.node == node else block)
    await draft.put_affinity(node, network, None)


async def release_leak(draft: Draft, leak: Holding) -> bool:
    """Free what a handle has, if that is still all it has and nothing was given anew; say whether it was freed."""
    index = await draft.handle(leak.handle) or Handle()
    if not set(index.blocks) <= leak.counts().keys():
        return False
    found = {network: block for network in leak.counts() if (block := await draft.block(network)) is not None}
    present = {
        Taken(network, address, allocation.sequence)
        for network, block in found.items()
        for address, allocation in block.allocations()
        if allocation.owner.handle == leak.handle
    }
    if present != set(leak.taken):
        return False
    for network, block in found.items():
        addresses = [one.address for one in leak.taken if one.block == network]
        await draft.put_block(network, block.release(addresses, await draft.cooling_from()))
        await draft.change_handle(leak.handle, network, -len(addresses))
    return True


async def give_up_empty(draft: Draft, node: str, network: IPNetwork, sequence: int) -> bool:
    """Give up a block of ``node`` if nothing has happened in it since ``sequence``; say whether it was given up.

    Where blocks are not allocated automatically the node could not get another one, and keeps it.
    """
    block = await draft.block(network)
    untouched = block is not None and block.is_empty and block.node == node and block.sequence == sequence
    if block is None or not untouched or not (await draft.config()).auto_allocate_blocks:
        return False
    await draft.put_block(network, None)
    await draft.put_affinity(node, network, None)
    return True


async def _without_addresses_of(draft: Draft, block: Block, node: str) -> Block:
    used = {address: a.owner for address, a in block.allocations() if a.owner.node == node}
    for owner, count in Counter(used.values()).items():
        await count_in_handle(draft, owner, block.network, -count)
    return block.release(used.keys(), await draft.cooling_from())


def _addresses(block: Block, handle: str) -> list[IPAddress]:
    return [address for address, allocation in block.allocations() if allocation.owner.handle == handle]
