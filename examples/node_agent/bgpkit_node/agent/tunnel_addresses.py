"""The addresses of a node's tunnels: out of its blocks, kept as long as a pool asks for a tunnel, told in its Node.

An address is taken before the Node names it, and the Node names it no more before it is given back: so no pod ever
gets an address that a tunnel has, wherever the agent dies in between. The Node names one when the device is there: to
the other nodes it says that packets may come that way.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final, Protocol

import msgspec
import structlog

from bgpkit_node.agent.own_node import change_node
from bgpkit_node.beside import beside
from bgpkit_node.errors import IpamError, NodeError
from bgpkit_node.ipam import IPAddress, Ipam
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import IPPool, Node, NodeSpec, ResourceStore
from bgpkit_node.resources.ip_pool import PoolUse
from bgpkit_node.tunnels import TUNNELS, Tunnel

_AGAIN: Final = 10.0
"""Seconds until what could not be done is tried anew."""


class PreparedTunnels(Protocol):
    """What is known of tunnels whose devices are there."""

    @property
    def cluster(self) -> Cluster:
        """The cluster that has been prepared for."""
        ...

    def on_change(self, follower: Callable[[], None], /) -> None:
        """Call ``follower`` whenever that, or the use of a tunnel, may have changed."""
        ...

    def is_in_use(self, tunnel: Tunnel, /) -> bool:
        """Tell whether routes go by ``tunnel``."""
        ...


class TunnelAddresses:
    """Keeps the addresses of one node's tunnels as the pools want them."""

    def __init__(
        self, node: str, store: ResourceStore, ipam: Ipam, in_use: Callable[[Tunnel], bool] = lambda _: False
    ) -> None:
        """Keep those of ``node``; an address is not given back while its tunnel is ``in_use``."""
        self._node = node
        self._store = store
        self._ipam = ipam
        self._in_use = in_use
        self._settled: dict[Tunnel, tuple[tuple[IPPool, ...], NodeSpec]] = {}
        """From what each tunnel was settled."""
        self._told: dict[Tunnel, str] = {}
        """Why a tunnel has no address, as logged last."""
        self._log = structlog.get_logger("bgpkit_node.tunnels").bind(node=node)

    async def settle(self, cluster: Cluster) -> bool:
        """Make every tunnel's address what ``cluster`` asks for; False when something is to be tried anew.

        What cannot be done is logged once, and stops nothing else.
        """
        node = cluster.node(self._node)
        if node is None:
            return True
        return all([await self._settle_one(tunnel, node, cluster.pools) for tunnel in TUNNELS])

    async def run(self, cluster: Callable[[], Cluster], changed: asyncio.Event) -> None:
        """Settle for ever: now, whenever ``changed`` is set, and again after a while when something went wrong."""
        while True:
            changed.clear()
            done = False
            try:
                done = await self.settle(cluster())
            except Exception:
                self._log.exception("tunnel.address_not_settled")
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), None if done else _AGAIN)

    async def _settle_one(self, tunnel: Tunnel, node: Node, known: tuple[IPPool, ...]) -> bool:
        pools = tunnel.pools(node, known)
        state = (pools, node.spec)
        if self._settled.get(tunnel) == state or (not pools and self._in_use(tunnel)):
            return True
        try:
            await (self._keep(tunnel, node, pools) if pools else self._give_up(tunnel))
        except NodeError as error:
            if self._told.get(tunnel) != str(error):
                self._log.warning("tunnel.address_not_settled", purpose=tunnel.purpose, reason=str(error))
            self._told[tunnel] = str(error)
            return False
        self._told.pop(tunnel, None)
        self._settled[tunnel] = state
        return True

    async def _keep(self, tunnel: Tunnel, node: Node, pools: tuple[IPPool, ...]) -> None:
        """Have one address out of ``pools``, preferably the one that the Node names, and let the Node name it."""
        handle = tunnel.handle_of(node.name)
        held = await self._ipam.addresses_of(handle)
        fitting = [address for address in held if any(address in pool.network for pool in pools)]
        text = tunnel.address(node.spec)
        named = ip_address(text) if text else None
        if named is not None and named in fitting:
            chosen = named
        elif fitting:
            chosen = fitting[0]
        else:
            chosen = await self._taken(tunnel, named, pools)
            self._log.info("tunnel.address_taken", purpose=tunnel.purpose, address=str(chosen))
        await self._tell(tunnel, str(chosen))
        for address in held:
            if address != chosen:
                await self._ipam.release_address(address, handle=handle)

    async def _taken(self, tunnel: Tunnel, named: IPAddress | None, pools: tuple[IPPool, ...]) -> IPAddress:
        handle = tunnel.handle_of(self._node)
        attributes = {"type": tunnel.purpose, "timestamp": str(datetime.now(UTC))}
        if named is not None and any(named in pool.network for pool in pools):
            with suppress(IpamError):  # it is somebody else's by now
                given = await self._ipam.assign_address(
                    named, node=self._node, handle=handle, attributes=attributes, use=PoolUse.TUNNEL
                )
                return given.address
        [assigned] = await self._ipam.auto_assign(
            node=self._node,
            handle=handle,
            attributes=attributes,
            version=tunnel.version,
            use=PoolUse.TUNNEL,
            pools=[pool.name for pool in pools],
        )
        return assigned.address

    async def _give_up(self, tunnel: Tunnel) -> None:
        await self._tell(tunnel, "")
        for address in await self._ipam.release_by_handle(tunnel.handle_of(self._node)):
            self._log.info("tunnel.address_given_back", purpose=tunnel.purpose, address=str(address))

    async def _tell(self, tunnel: Tunnel, address: str) -> None:
        def change(node: Node) -> Node:
            """Put the address in place."""
            return msgspec.structs.replace(node, spec=tunnel.named(node.spec, self._node, address))

        await change_node(self._store, self._node, change)


@asynccontextmanager
async def tunnel_addresses(
    node: str, store: ResourceStore, ipam: Ipam, tunnels: PreparedTunnels
) -> AsyncGenerator[None, None]:
    """Keep the addresses of the ``tunnels`` of ``node`` while the context lasts; their devices come before."""
    changed = asyncio.Event()
    tunnels.on_change(changed.set)
    addresses = TunnelAddresses(node, store, ipam, tunnels.is_in_use)
    async with beside(addresses.run(lambda: tunnels.cluster, changed)):
        yield
