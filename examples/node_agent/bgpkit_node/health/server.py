"""Probes and scrapers of an agent."""

import asyncio
import socket
from datetime import UTC, datetime
from typing import Final, Self

from bgpkit_node.errors import DatastoreError
from bgpkit_node.health.exposition import exposition
from bgpkit_node.health.ipam_metrics import Allocations
from bgpkit_node.health.probes import ProbeServer
from bgpkit_node.health.verdict import liveness, readiness
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.resources import IPPool, ResourceStore
from bgpkit_node.running import RunningNode

DATASTORE_PATIENCE: Final = 5.0
"""Seconds that a scrape waits for the datastore; it then tells all the rest."""


class HealthServer:
    """Answers on a listening socket, which it closes; an asynchronous context manager."""

    def __init__(self, listener: socket.socket, running: RunningNode) -> None:
        """Tell of ``running``, and of the addresses in its datastore."""
        self._running = running
        self._server = ProbeServer(
            listener,
            liveness=lambda: liveness(running),
            readiness=lambda: readiness(running, datetime.now(UTC)),
            metrics=self._metrics,
        )

    async def __aenter__(self) -> Self:
        """Begin to answer."""
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Stop answering."""
        await self._server.__aexit__(*exception)

    async def _metrics(self) -> bytes:
        return exposition(self._running, await self._allocations(), datetime.now(UTC))

    async def _allocations(self) -> Allocations | None:
        """Read the allocation data and the pools; None when they cannot be had."""
        datastore = self._running.datastore
        if datastore is None:
            return None
        try:
            async with asyncio.timeout(DATASTORE_PATIENCE):
                pools = await ResourceStore(datastore).list(IPPool)
                return Allocations(await load_snapshot(datastore), pools)
        except (DatastoreError, TimeoutError):
            return None
