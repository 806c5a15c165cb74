"""Giving addresses to pods and taking them back."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from bgpkit_node.datastore.port import Datastore
from bgpkit_node.errors import IpamError
from bgpkit_node.ipam.address import IPAddress, IPNetwork, joined
from bgpkit_node.ipam.affinity import is_held
from bgpkit_node.ipam.assignment import Assigned, Request, assign_any, assign_given
from bgpkit_node.ipam.block import Owner
from bgpkit_node.ipam.check import Finding, check
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.ipam.keys import affinities_of, handle_key
from bgpkit_node.ipam.leaks import Holding
from bgpkit_node.ipam.pools import Pool, PoolSource, pool_of, requested_pools, usable_pools
from bgpkit_node.ipam.release import (
    addresses_of_handle,
    give_up_empty,
    release_all_of_handle,
    release_from_node,
    release_leak,
    release_one,
)
from bgpkit_node.ipam.search import settle_affinity
from bgpkit_node.ipam.snapshot import load_snapshot
from bgpkit_node.ipam.turns import Go, Turns, at_once
from bgpkit_node.resources.ip_pool import PoolUse


class Ipam:
    """The addresses of a cluster, through one datastore that many processes share.

    Each change is one transaction over block, affinity and handle: done or not done, whenever a process dies. Changes
    of one Ipam go one after the other, so that the pods of a node do not race for its block. Every method raises
    IpamError, one sentence, when it cannot do what is asked, and DatastoreError when the store cannot be reached.
    """

    def __init__(self, datastore: Datastore, pools: PoolSource, *, clock: Callable[[], float] = time.time) -> None:
        """Use ``datastore``, and ``pools`` for what is configured; ``clock`` gives seconds since 1970."""
        self._datastore = datastore
        self._pools = pools
        self._clock = clock
        self._turns = Turns(datastore, self._now)
        self._near: dict[int, tuple[IPNetwork, ...]] = {}

    async def auto_assign(
        self,
        *,
        node: str,
        handle: str,
        attributes: Mapping[str, str],
        count: int = 1,
        version: int = 4,
        use: PoolUse = PoolUse.WORKLOAD,
        pools: Sequence[str] = (),
        anew: bool = False,
        go: Go = at_once,
    ) -> tuple[Assigned, ...]:
        """Give ``count`` addresses of an IP ``version`` to ``handle`` on ``node``: all of them, or none and IpamError.

        ``attributes`` say to people who has them (``pod``, ``namespace``, ``timestamp``); ``node`` is added. ``pools``
        restricts the choice to pools of these names or CIDRs. A handle that has addresses already gets more; with
        ``anew`` these are taken back in the same moment. Nothing is written before ``go`` has returned.
        """
        owner = _owner(node, handle, attributes)

        async def change(draft: Draft) -> tuple[Assigned, ...]:
            """Work out one attempt with the pools of the moment."""
            request, _ = await asyncio.gather(
                self._request(node, owner, version=version, use=use, names=pools, count=count),
                draft.read_ahead(node, handle, self._near.get(version, ())),
            )
            if anew:
                await release_all_of_handle(draft, handle)
            found = await assign_any(draft, request)
            self._near[version] = draft.seen
            return found

        return await self._turns.carry_out(change, go)

    async def assign_address(
        self,
        address: IPAddress,
        *,
        node: str,
        handle: str,
        attributes: Mapping[str, str],
        use: PoolUse = PoolUse.WORKLOAD,
        anew: bool = False,
        go: Go = at_once,
    ) -> Assigned:
        """Give this very ``address`` to ``handle`` on ``node``; IpamError: it is taken, or in no pool for the node.

        ``anew`` and ``go`` as above.
        """
        owner = _owner(node, handle, attributes)

        async def change(draft: Draft) -> Assigned:
            """Work out one attempt with the pools of the moment."""
            pool = pool_of(await self._pools.pools(), address)
            if pool is None:
                raise IpamError(f"{address} is in no IPPool")
            request = await self._request(node, owner, version=address.version, use=use, names=[pool.name])
            if anew:
                await release_all_of_handle(draft, handle)
            return await assign_given(draft, request, address)

        return await self._turns.carry_out(change, go)

    async def addresses_of(self, handle: str) -> tuple[IPAddress, ...]:
        """Return the addresses that ``handle`` has; empty when it has none."""
        return await addresses_of_handle(Draft(self._datastore), handle)

    async def handles_of(self, node: str, prefix: str = "") -> tuple[str, ...]:
        """Return the handles that begin with ``prefix`` and have addresses used on ``node``, in order."""
        return (await load_snapshot(self._datastore)).handles_of(node, prefix)

    async def release_by_handle(self, handle: str) -> tuple[IPAddress, ...]:
        """Take back all addresses of ``handle`` and return them; one that has none changes nothing."""
        return await self._turns.carry_out(lambda draft: release_all_of_handle(draft, handle))

    async def release_address(
        self, address: IPAddress, *, handle: str | None = None, sequence: int | None = None
    ) -> bool:
        """Take one address back and say whether it was taken.

        With ``handle`` or ``sequence`` (of the allocation) only from that owner: IpamError when it has another by now.
        """

        async def change(draft: Draft) -> bool:
            """Work out one attempt."""
            return await release_one(draft, await self._pools.pools(), address, handle=handle, sequence=sequence)

        return await self._turns.carry_out(change)

    async def release_leak(self, leak: Holding) -> bool:
        """Take back what a handle has, if it is exactly that; say whether it was. Whoever comes second does nothing."""
        return await self._turns.carry_out(lambda draft: release_leak(draft, leak))

    async def give_up_empty(self, node: str, network: IPNetwork, sequence: int) -> bool:
        """Give up an empty block of ``node`` in which nothing has happened since ``sequence``; say whether it was."""
        return await self._turns.carry_out(lambda draft: give_up_empty(draft, node, network, sequence))

    async def blocks_of(self, node: str) -> tuple[IPNetwork, ...]:
        """Return the blocks that ``node`` really has: affinity confirmed, and the block names the node."""
        draft = Draft(self._datastore)
        found: list[IPNetwork] = []
        for network in await draft.affine_networks(node):
            with suppress(IpamError):  # unreadable: check() names it
                state = await draft.affinity(node, network)
                if state is not None and is_held(state, await draft.block(network), node):
                    found.append(network)
        return tuple(found)

    async def borrowed_of(self, node: str) -> tuple[IPAddress, ...]:
        """Return the addresses that ``node`` uses outside of the blocks it has."""
        return (await load_snapshot(self._datastore)).borrowed_of(node)

    async def settle_node(self, node: str) -> tuple[IPNetwork, ...]:
        """Finish or drop the claims of ``node`` that were left half done, and return the blocks it has then.

        To be called when a node's agent starts. Empty blocks of pools that do not select the node are given up.
        """
        usable = await self._usable(node)

        async def change(draft: Draft) -> tuple[IPNetwork, ...]:
            """Work out one attempt."""
            found: list[IPNetwork] = []
            for network in await draft.affine_networks(node):
                with suppress(IpamError):
                    if await settle_affinity(draft, node, network, usable, self._now()) is not None:
                        found.append(network)
            return tuple(found)

        return await self._turns.carry_out(change)

    async def release_node(self, node: str, *, addresses: bool = True) -> None:
        """Give up all blocks of ``node`` and, unless ``addresses`` is False, take back all addresses it uses.

        For a node that has left the cluster. A block in which another node still has addresses stays, as nobody's.
        Block by block: when it fails half-way, call it again.
        """
        snapshot = await load_snapshot(self._datastore)
        networks = {network for owner, network in snapshot.affinities if owner == node}
        for network, block in snapshot.blocks.items():
            if block.node == node or any(a.owner.node == node for _, a in block.allocations()):
                networks.add(network)
        for network in sorted(networks, key=str):
            await self._turns.carry_out(_leave(node, network, addresses=addresses))

    async def pools_for(self, node: str, *, version: int = 4, use: PoolUse = PoolUse.WORKLOAD) -> tuple[Pool, ...]:
        """Return the pools from which ``node`` gets addresses of an IP ``version`` without naming one."""
        return requested_pools(await self._usable(node), version=version, use=use)

    async def check(self, in_use: Mapping[IPAddress, Sequence[str]] | None = None) -> tuple[Finding, ...]:
        """Look for contradictions; ``in_use`` maps the addresses of all endpoints and tunnels to their names."""
        snapshot = await load_snapshot(self._datastore)
        names = {a.owner.node for block in snapshot.blocks.values() for _, a in block.allocations()}
        nodes = {name for name in names if name is not None and await self._pools.node_labels(name) is not None}
        return check(snapshot, await self._pools.pools(), nodes, in_use)

    async def _request(
        self, node: str, owner: Owner, *, version: int, use: PoolUse, names: Sequence[str], count: int = 1
    ) -> Request:
        usable, reserved = await asyncio.gather(self._usable(node), self._reserved(version))
        pools = requested_pools(usable, version=version, use=use, names=names)
        if not pools:
            among = f" among {', '.join(names)}" if names else ""
            raise IpamError(f"no enabled IPPool{among} gives IPv{version} addresses for {use.value} to node {node}")
        return Request(
            node=node,
            owner=owner,
            version=version,
            count=count,
            pools=pools,
            usable=usable,
            reserved=reserved,
            now=self._now(),
        )

    async def _reserved(self, version: int) -> tuple[IPNetwork, ...]:
        found = await self._pools.reserved()
        return joined(network for network in found if network.version == version)

    async def _usable(self, node: str) -> tuple[Pool, ...]:
        labels, pools = await asyncio.gather(self._pools.node_labels(node), self._pools.pools())
        if labels is None:
            raise IpamError(f"node {node} does not exist in the datastore")
        return usable_pools(pools, labels)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _owner(node: str, handle: str, attributes: Mapping[str, str]) -> Owner:
    try:
        handle_key(handle)
        affinities_of(node)
    except ValueError as error:
        raise IpamError(str(error)) from error
    return Owner.of(handle, {**attributes, "node": node})


def _leave(node: str, network: IPNetwork, *, addresses: bool) -> Callable[[Draft], Awaitable[None]]:
    return lambda draft: release_from_node(draft, node, network, addresses=addresses)
