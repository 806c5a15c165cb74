"""Where a node's next addresses come from: own blocks, a new one, a forsaken one, and at last those of others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bgpkit_node.errors import IpamError
from bgpkit_node.ipam.address import IPAddress, IPNetwork, as_host, block_around
from bgpkit_node.ipam.affinity import AffinityState
from bgpkit_node.ipam.block import Block, Owner
from bgpkit_node.ipam.config import IpamConfig
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.ipam.pools import Pool, pool_of
from bgpkit_node.ipam.search import (
    block_holding,
    blocks_on_walk,
    claim,
    reclaimable_block,
    settle_affinity,
    unclaimed_block,
)

RECLAIM_AGE: Final = timedelta(minutes=1)
"""A block of another node that is empty may be taken over when its claim is older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who wants how many addresses, and from where they may come."""

    node: str
    owner: Owner
    version: int
    """4 or 6."""
    count: int = 1
    pools: tuple[Pool, ...]
    """The pools this request may use, best first."""
    usable: tuple[Pool, ...]
    """All pools that the node may use."""
    reserved: tuple[IPNetwork, ...] = ()
    """Addresses that are given only to who names them: networks of the version that do not touch each other."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """An address that was given."""

    address: IPAddress
    block: IPNetwork
    pool: str
    """Name of the IPPool."""
    borrowed: bool
    """Whether the block is not the node's own: the address must be announced by itself."""

    @property
    def host(self) -> IPNetwork:
        """The address as /32 or /128."""
        return as_host(self.address)


@dataclass(slots=True)
class _Progress:
    draft: Draft
    request: Request
    given: list[Assigned] = field(default_factory=lambda: list[Assigned]())

    @property
    def missing(self) -> int:
        return self.request.count - len(self.given)

    async def take(self, block: Block, pool: Pool, *, borrowed: bool) -> None:
        """Take what is missing, or all there is, out of one block."""
        changed, addresses = block.assign(self.missing, self.request.owner, self.request.reserved)
        if not addresses:
            return
        await self.draft.put_block(block.network, changed)
        await count_in_handle(self.draft, self.request.owner, block.network, len(addresses))
        self.given += [Assigned(address=a, block=block.network, pool=pool.name, borrowed=borrowed) for a in addresses]


async def assign_any(draft: Draft, request: Request) -> tuple[Assigned, ...]:
    """Give ``request.count`` addresses, or raise IpamError with nothing to commit.

    Blocks of the node come first, then a new block, then an empty one that another node has forsaken; the node has
    never more than the configured number of blocks. Addresses of other nodes' blocks are the last resort, and none
    under strict affinity.
    """
    config = await draft.config()
    progress = _Progress(draft, request)
    held = await _from_own_blocks(progress)
    while progress.missing and config.auto_allocate_blocks and held < config.block_limit:
        if not await _from_another_block(progress):
            break
        held += 1
    if progress.missing and not config.strict_affinity:
        await _from_blocks_of_others(progress)
    if progress.missing:
        raise IpamError(_why_not(request, config, held))
    return tuple(progress.given)


async def assign_given(draft: Draft, request: Request, address: IPAddress) -> Assigned:
    """Give one certain address, claiming its block for the node when there is none; IpamError: it cannot be had."""
    pool = pool_of(request.pools, address)
    if pool is None:
        raise IpamError(f"{address} is in no enabled IPPool that node {request.node} may use")
    network = await block_holding(draft, request.pools, address)
    block = None if network is None else await draft.block(network)
    if block is None:
        block = await claim(draft, request.node, block_around(address, pool.block_length), request.now)
    elif (taken := block.allocation_of(address)) is not None:
        raise IpamError(f"{address} is taken by {describe(taken.owner)}")
    borrowed = block.node != request.node
    if borrowed and (await draft.config()).strict_affinity:
        raise IpamError(f"{address} is in block {block.network} of {block.node or 'no node'}, and affinity is strict")
    if not borrowed:
        await draft.put_affinity(request.node, block.network, AffinityState.CONFIRMED)
    await draft.put_block(block.network, block.assign_address(address, request.owner))
    await count_in_handle(draft, request.owner, block.network, 1)
    return Assigned(address=address, block=block.network, pool=pool.name, borrowed=borrowed)


async def count_in_handle(draft: Draft, owner: Owner, network: IPNetwork, by: int) -> None:
    """Count ``by`` addresses more (or fewer) of the owner's handle, if it has one."""
    if owner.handle is not None and by:
        await draft.change_handle(owner.handle, network, by)


def describe(owner: Owner) -> str:
    """Name an owner for a person."""
    attributes: Mapping[str, str] = dict(owner.attributes)
    pod = "/".join(attributes[name] for name in ("namespace", "pod") if name in attributes)
    parts = [f"handle {owner.handle}" if owner.handle else "nobody known"]
    parts += [f"pod {pod}"] if pod else []
    parts += [f"node {owner.node}"] if owner.node else []
    return ", ".join(parts)


async def _from_own_blocks(progress: _Progress) -> int:
    draft, request = progress.draft, progress.request
    held = 0
    for network in await draft.affine_networks(request.node):
        if network.version != request.version or (not progress.missing and pool_of(request.usable, network)):
            continue
        try:
            block = await settle_affinity(draft, request.node, network, request.usable, request.now)
        except IpamError:  # unreadable: the block stays the node's, and others give the addresses
            held += 1
            continue
        if block is None:
            continue
        held += 1
        pool = pool_of(request.pools, network)
        if pool is not None and progress.missing:
            await progress.take(block, pool, borrowed=False)
    return held


async def _from_another_block(progress: _Progress) -> bool:
    draft, request = progress.draft, progress.request
    found = await unclaimed_block(draft, request.pools, request.node, request.reserved)
    if found is not None:
        pool, network = found
        block = await claim(draft, request.node, network, request.now)
    else:
        before = request.now - RECLAIM_AGE
        found = await reclaimable_block(draft, request.pools, request.node, before, request.reserved)
        if found is None:
            return False
        pool, network = found
        block = await _take_over(draft, request, network)
    await progress.take(block, pool, borrowed=False)
    return True


async def _take_over(draft: Draft, request: Request, network: IPNetwork) -> Block:
    block = await draft.block(network)
    if block is None:
        return await claim(draft, request.node, network, request.now)
    if block.node is not None:
        await draft.put_affinity(block.node, network, None)
    mine = block.with_affinity(request.node, request.now)
    await draft.put_block(network, mine)
    await draft.put_affinity(request.node, network, AffinityState.CONFIRMED)
    return mine


async def _from_blocks_of_others(progress: _Progress) -> None:
    request = progress.request
    for pool, network in await blocks_on_walk(progress.draft, request.pools, request.node):
        if not progress.missing:
            return
        block = await progress.draft.readable_block(network)
        if block is not None:
            await progress.take(block, pool, borrowed=block.node != request.node)


def _why_not(request: Request, config: IpamConfig, held: int) -> str:
    names = ", ".join(f"{pool.name} ({pool.network})" for pool in request.pools)
    wanted = "a free address" if request.count == 1 else f"{request.count} free addresses"
    text = f"there is not {wanted} for node {request.node} in {names}"
    if not config.auto_allocate_blocks:
        return f"{text}: blocks are not allocated automatically"
    if held >= config.block_limit:
        return f"{text}: the node has {held} blocks, the most it may have"
    full = "affinity is strict and no block is left to claim" if config.strict_affinity else "full"
    kept = any(pool.network.overlaps(network) for pool in request.pools for network in request.reserved)
    return f"{text}: {full}{', but for what is reserved' if kept else ''}"
