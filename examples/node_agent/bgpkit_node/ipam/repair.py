"""Mending what ``check`` has found, as far as it can be done without harm to anybody who may use an address."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Final

from bgpkit_node.datastore.port import Datastore
from bgpkit_node.errors import AlreadyExistsError, ConflictError, IpamError, NotFoundError
from bgpkit_node.ipam.affinity import AffinityState, Settlement, settle
from bgpkit_node.ipam.allocator import Ipam
from bgpkit_node.ipam.check import Finding, Verdict
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.ipam.handle import Handle
from bgpkit_node.ipam.pools import PoolSource
from bgpkit_node.ipam.snapshot import Snapshot, load_snapshot

_ATTEMPTS: Final = 50


async def repair(datastore: Datastore, pools: PoolSource, snapshot: Snapshot, findings: Sequence[Finding]) -> list[str]:
    """Mend what can be mended of ``findings`` and return, in sentences, what was.

    Leaked addresses are taken back, unless they were given anew since ``snapshot``, the data before the findings;
    handles are counted from the blocks, which are the truth; affinities become what the block says. All else needs a
    person.
    """
    ipam = Ipam(datastore, pools)
    mended: list[str] = []
    for finding in findings:
        match finding.verdict:
            case Verdict.LEAKED:
                if await _release(ipam, snapshot, finding.subject):
                    mended.append(f"{finding.subject}: taken back")
            case Verdict.HANDLE_MISMATCH:
                if await _recount(datastore, finding.subject):
                    mended.append(f"{finding.subject}: counted from the blocks")
            case Verdict.FALSE_AFFINITY:
                nodes = await _settle(datastore, pools, finding.subject)
                mended += [f"{finding.subject}: affinity of {node} is what the block says" for node in nodes]
            case _:
                pass
    return mended


async def _release(ipam: Ipam, snapshot: Snapshot, subject: str) -> bool:
    address = ip_address(subject)
    for network, block in snapshot.blocks.items():
        allocation = block.allocation_of(address) if address in network else None
        if allocation is not None:
            owner = allocation.owner
            try:
                return await ipam.release_address(address, handle=owner.handle, sequence=allocation.sequence)
            except IpamError:  # somebody else has it by now
                return False
    return False


async def _recount(datastore: Datastore, name: str) -> bool:
    """Write the handle anew from what the blocks show."""
    for attempt in range(_ATTEMPTS):
        draft = Draft(datastore)
        shown: Counter[object] = Counter()
        changed = False
        for network in await draft.networks():
            block = await draft.readable_block(network)
            if block is None:
                return False  # an unreadable block may hold addresses of the handle
            counted = dict((await draft.handle(name) or Handle()).counts).get(network, 0)
            real = block.counts()[name]
            shown[network] += real
            if counted != real:
                await draft.put_block(network, block.touched())
                await draft.change_handle(name, network, real - counted)
                changed = True
        handle = await draft.handle(name)
        for network in () if handle is None else handle.blocks:
            if network not in shown:
                await draft.change_handle(name, network, -dict(handle.counts)[network] if handle else 0)
                changed = True
        if handle is not None and not handle.counts:
            await draft.delete_handle(name)
            changed = True
        if await _committed(draft, attempt):
            return changed
    return False


async def _settle(datastore: Datastore, pools: PoolSource, subject: str) -> list[str]:
    """Bring the affinities to one block in line with it; return the nodes whose affinity was changed."""
    network = ip_network(subject)
    for attempt in range(_ATTEMPTS):
        snapshot = await load_snapshot(datastore)
        draft = Draft(datastore)
        block = await draft.readable_block(network)
        changed: list[str] = []
        for (node, place), state in snapshot.affinities.items():
            if place != network:
                continue
            match settle(state, block, node):
                case Settlement.CONFIRM:
                    await draft.put_affinity(node, network, AffinityState.CONFIRMED)
                case Settlement.DROP | Settlement.CREATE:
                    await draft.put_affinity(node, network, None)
                case Settlement.KEEP:
                    continue
            changed.append(node)
        if block is not None and block.node is not None and (block.node, network) not in snapshot.affinities:
            if await pools.node_labels(block.node) is None:
                await draft.put_block(network, block.with_affinity(None))
            else:
                await draft.put_affinity(block.node, network, AffinityState.CONFIRMED)
            changed.append(block.node)
        if await _committed(draft, attempt):
            return changed
    return []


async def _committed(draft: Draft, attempt: int) -> bool:
    try:
        await draft.commit()
    except (AlreadyExistsError, ConflictError, NotFoundError):
        await asyncio.sleep(attempt / 1000)
        return False
    return True
