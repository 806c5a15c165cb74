"""Addresses for pods: out of the node's blocks, with every new block announced before the pod has its address."""

from datetime import UTC, datetime
from ipaddress import IPv4Address

from bgpkit_node.agent.block_routes import BlockRoutes
from bgpkit_node.datastore import Datastore
from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import IPAddress, Ipam, load_snapshot


class PodAddresses:
    """Gives and takes addresses for the pods of one node (``bgpkit_node.cni.Addresses``)."""

    def __init__(self, node: str, ipam: Ipam, datastore: Datastore, routes: BlockRoutes) -> None:
        """Serve ``node``; ``routes`` are brought up to date after every change."""
        self._node = node
        self._ipam = ipam
        self._datastore = datastore
        self._routes = routes

    async def assign(self, handle: str, attributes: dict[str, str]) -> IPv4Address:
        """Take one address for ``handle``."""
        stamped = {**attributes, "timestamp": datetime.now(UTC).isoformat(timespec="seconds")}
        (assigned,) = await self._ipam.auto_assign(node=self._node, handle=handle, attributes=stamped)
        await self._routes.bring_up_to_date()
        if not isinstance(assigned.address, IPv4Address):
            raise IpamError(f"{assigned.address} was assigned where an IPv4 address was asked for")
        return assigned.address

    async def release(self, handle: str) -> tuple[IPv4Address, ...]:
        """Give all addresses of ``handle`` back and return them."""
        released = _ipv4(await self._ipam.release_by_handle(handle))
        if released:
            await self._routes.bring_up_to_date()
        return released

    async def assigned(self, handle: str) -> tuple[IPv4Address, ...]:
        """Return the addresses of ``handle``."""
        return _ipv4(await self._ipam.addresses_of(handle))

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


def _ipv4(addresses: tuple[IPAddress, ...]) -> tuple[IPv4Address, ...]:
    return tuple(address for address in addresses if isinstance(address, IPv4Address))
