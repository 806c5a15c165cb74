"""Giving up the blocks of a range that is no pool any more."""

import asyncio
from typing import Final

from bgpkit_node.datastore.port import Datastore
from bgpkit_node.errors import AlreadyExistsError, ConflictError, IpamError, NotFoundError
from bgpkit_node.ipam.address import IPNetwork, contains
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.ipam.snapshot import load_snapshot

_ATTEMPTS: Final = 50


async def give_up_range(datastore: Datastore, network: IPNetwork) -> tuple[IPNetwork, ...]:
    """Give up all blocks in ``network`` and return those in which addresses are still taken: they are nobody's then.

    Empty ones go. Block by block: when it fails half-way, call it again. IpamError when others come first all the time.
    """
    snapshot = await load_snapshot(datastore)
    inside = {block for block in snapshot.blocks if contains(network, block)}
    claims = [(node, block) for node, block in snapshot.affinities if contains(network, block)]
    nodes = {block: [node for node, claimed in claims if claimed == block] for _, block in claims}
    blocks = sorted(inside | nodes.keys(), key=str)
    return tuple([block for block in blocks if await _give_up(datastore, block, nodes.get(block, []))])


async def _give_up(datastore: Datastore, network: IPNetwork, nodes: list[str]) -> bool:
    """Give up one block, to which ``nodes`` have affinities; return whether addresses in it are taken."""
    for attempt in range(_ATTEMPTS):
        draft = Draft(datastore)
        block = await draft.readable_block(network)
        taken = block is not None and not block.is_empty
        if block is not None and (block.affinity is not None or not taken):
            await draft.put_block(network, block.with_affinity(None))
        for node in nodes:
            await draft.put_affinity(node, network, None)
        try:
            await draft.commit()
        except (AlreadyExistsError, ConflictError, NotFoundError):
            await asyncio.sleep(attempt / 1000)
        else:
            return taken
    raise IpamError(f"block {network} is being changed by others all the time: it was not given up")
