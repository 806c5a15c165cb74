"""Addresses for pods: out of the node's blocks, with every new block announced before the pod has its address."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

from bgpkit_node.cni import Wish
from bgpkit_node.datastore import Datastore
from bgpkit_node.errors import DatastoreError, NodeError, ResourceError
from bgpkit_node.ipam import Go, IPAddress, Ipam, at_once, load_snapshot
from bgpkit_node.resources import ClusterInformation, ResourceStore
from bgpkit_node.side_by_side import side_by_side


class Routes(Protocol):
    """The routes that a node answers for (``bgpkit_node.agent.block_routes.BlockRoutes``)."""

    def covers(self, address: IPAddress) -> bool:
        """Tell whether one of the blocks that are announced has ``address`` in it."""
        ...

    async def bring_up_to_date(self) -> None:
        """Announce what is the node's by now, and withdraw what is not any more."""
        ...


class PodAddresses:
    """Gives and takes addresses for the pods of one node (``bgpkit_node.cni.Addresses``)."""

    def __init__(self, node: str, ipam: Ipam, datastore: Datastore, routes: Routes) -> None:
        """Serve ``node``; ``routes`` are brought up to date where a change adds or ends one."""
        self._node = node
        self._ipam = ipam
        self._datastore = datastore
        self._routes = routes

    async def assign(
        self, handle: str, attributes: dict[str, str], wish: Wish, go: Go = at_once
    ) -> tuple[IPAddress, ...]:
        """Take one address of each family of the ``wish`` for ``handle``; when one is not to be had, release it.

        None is given while the datastore is locked, so that its contents can be moved: DatastoreError. That is looked
        up meanwhile, and nothing changed before ``go`` has returned; then what ``handle`` had goes back.
        """
        unlocked = asyncio.Event()

        async def both() -> None:
            """Return when addresses may be taken."""
            await unlocked.wait()
            await go()

        _, given = await side_by_side(self._unlock(unlocked), self._give(handle, attributes, wish, both))
        if not all(map(self._routes.covers, given)):
            await self._routes.bring_up_to_date()
        return given

    async def _unlock(self, unlocked: asyncio.Event) -> None:
        await self._require_unlocked()
        unlocked.set()

    async def _give(self, handle: str, attributes: dict[str, str], wish: Wish, go: Go) -> tuple[IPAddress, ...]:
        stamped = {**attributes, "timestamp": datetime.now(UTC).isoformat(timespec="seconds")}
        given: list[IPAddress] = []
        for version in wish.versions:
            wanted, anew = wish.address(version), not given
            if wanted is not None:
                assigned = await self._ipam.assign_address(
                    wanted, node=self._node, handle=handle, attributes=stamped, anew=anew, go=go
                )
            else:
                (assigned,) = await self._ipam.auto_assign(
                    node=self._node,
                    handle=handle,
                    attributes=stamped,
                    version=version,
                    pools=wish.pools(version),
                    anew=anew,
                    go=go,
                )
            given.append(assigned.address)
        return tuple(given)

    async def release(self, handle: str) -> tuple[IPAddress, ...]:
        """Give all addresses of ``handle`` back and return them."""
        released = await self._ipam.release_by_handle(handle)
        if not all(map(self._routes.covers, released)):
            await self._routes.bring_up_to_date()
        return released

    async def assigned(self, handle: str) -> tuple[IPAddress, ...]:
        """Return the addresses of ``handle``."""
        return await self._ipam.addresses_of(handle)

    async def why_not_ready(self, versions: Collection[int]) -> str:
        """Return one sentence why a pod could have no address of one of the IP ``versions``; empty when it could."""
        try:
            await self._require_unlocked()
            for version in sorted(versions):
                if not await self._ipam.pools_for(self._node, version=version):
                    return f"no enabled IPPool gives IPv{version} addresses to pods of node {self._node}"
        except NodeError as error:
            return str(error)
        return ""

    async def _require_unlocked(self) -> None:
        with suppress(ResourceError):  # one that cannot be read locks nothing
            cluster = await ResourceStore(self._datastore).get(ClusterInformation, "default")
            if cluster is not None and not cluster.datastore_ready:
                raise DatastoreError(
                    f"the datastore is locked, {cluster} has datastoreReady not true:"
                    " pods get addresses after bgpkit-node datastore migrate unlock"
                )

    async def handles(self, prefix: str) -> tuple[str, ...]:
        """Return the handles on this node that begin with ``prefix``."""
        snapshot = await load_snapshot(self._datastore)
        found = {
            allocation.owner.handle
            for block in snapshot.blocks.values()
            for _, allocation in block.allocations()
            if allocation.owner.node == self._node and (allocation.owner.handle or "").startswith(prefix)
        }
        return tuple(sorted(handle for handle in found if handle))
