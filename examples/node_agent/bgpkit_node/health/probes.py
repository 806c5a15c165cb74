"""HTTP for probes and scrapers of any process that lives long."""

import socket
from collections.abc import Awaitable, Callable
from typing import Self

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST


class ProbeServer:
    """Answers ``/liveness``, ``/readiness`` and ``/metrics`` on a listening socket, which it closes.

    An asynchronous context manager. A verdict is why not, or empty; metrics are in the format that Prometheus reads.
    """

    def __init__(
        self,
        listener: socket.socket,
        *,
        liveness: Callable[[], str],
        readiness: Callable[[], str],
        metrics: Callable[[], Awaitable[bytes]],
    ) -> None:
        """Ask these at every request."""
        self._listener = listener
        self._metrics = metrics
        application = web.Application()
        application.add_routes(
            [
                web.get("/liveness", _verdict(liveness)),
                web.get("/readiness", _verdict(readiness)),
                web.get("/metrics", self._exposition),
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

    async def _exposition(self, _: web.Request) -> web.Response:
        return web.Response(body=await self._metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _verdict(judge: Callable[[], str]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        """Tell why not, or ok."""
        reason = judge()
        return web.Response(text=f"{reason or 'ok'}\n", status=503 if reason else 200)

    return answer
