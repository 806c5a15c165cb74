"""HTTP for probes and scrapers."""

import asyncio
import socket
from datetime import UTC, datetime
from typing import Final, Self

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bgpkit_node.errors import DatastoreError
from bgpkit_node.health.exposition import exposition
from bgpkit_node.health.ipam_metrics import Allocations
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
        self._listener = listener
        self._running = running
        application = web.Application()
        application.add_routes(
            [
                web.get("/liveness", self._liveness),
                web.get("/readiness", self._readiness),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=1.0)

    async def __aenter__(self) -> Self:
        """Begin to answer."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Stop answering."""
        await self._runner.cleanup()

    async def _liveness(self, _: web.Request) -> web.Response:
        return _verdict(liveness(self._running))

    async def _readiness(self, _: web.Request) -> web.Response:
        return _verdict(readiness(self._running, datetime.now(UTC)))

    async def _metrics(self, _: web.Request) -> web.Response:
        body = exposition(self._running, await self._allocations(), datetime.now(UTC))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

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


def _verdict(reason: str) -> web.Response:
    return web.Response(text=f"{reason or 'ok'}\n", status=503 if reason else 200)
