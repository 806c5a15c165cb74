"""Following services, the pods behind them and the blocks of their addresses with what is announced of them."""

import asyncio
from contextlib import suppress
from functools import partial

from bgpkit import Prefix
from bgpkit_node.agent.service_addresses import ServiceAddresses
from bgpkit_node.agent.service_routes import ServiceRoutes
from bgpkit_node.errors import DatastoreError
from bgpkit_node.peering import Cluster
from bgpkit_node.peering.cluster import advertises_services
from bgpkit_node.resources import EndpointSlice, Node, ResourceBatch, ResourceChange, ResourceStore, Service
from bgpkit_node.running import Outages
from bgpkit_node.running.through_outages import through_outages
from bgpkit_node.services import NO_BLOCKS


class ServiceFollower:
    """Keeps what a node announces for services; while no block is configured, no service is read."""

    def __init__(self, name: str, store: ResourceStore, outages: Outages, routes: ServiceRoutes) -> None:
        """Follow for the node ``name``."""
        self._store = store
        self._outages = outages
        self._routes = routes
        self._addresses = ServiceAddresses(name)
        self._ranges: tuple[Prefix, ...] = ()
        self._turn = asyncio.Lock()
        self._configured = asyncio.Event()

    async def follow_plan(self, cluster: Cluster, node: Node) -> None:
        """Announce as ``cluster`` is configured by now.

        The services are read at once when blocks come: a node that comes back is to tell all addresses together.
        """
        blocks = cluster.service_blocks if advertises_services(node) else NO_BLOCKS
        if blocks.every and not self._configured.is_set():
            with suppress(DatastoreError):
                await self._read()
            self._configured.set()
        self._addresses.configure(blocks)
        self._ranges = tuple(map(Prefix.from_network, blocks.ranges))
        await self._announce()

    async def follow_services(self) -> None:
        """Follow services and pods from the time on that blocks are configured; runs until cancelled."""
        await self._configured.wait()
        begin = partial(self._store.watch, Service, EndpointSlice)
        async for anew, batch in through_outages("services", begin, self._outages):
            self._addresses.take(batch, anew=anew)
            await self._announce()

    async def _read(self) -> None:
        found = (*await self._store.list(Service), *await self._store.list(EndpointSlice))
        self._addresses.take(ResourceBatch(0, tuple(ResourceChange(None, each) for each in found)), anew=True)

    async def _announce(self) -> None:
        async with self._turn:
            await self._routes.follow((*self._ranges, *self._addresses.present))
