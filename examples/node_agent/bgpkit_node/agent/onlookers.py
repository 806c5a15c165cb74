"""All that looks at a running agent from outside: clients of BIRD's socket, probes, scrapers, the service manager."""

import asyncio
import importlib
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bgpkit_node.agent.service_notice import ServiceNotice
from bgpkit_node.beside import beside
from bgpkit_node.bird_socket import BirdSocket, Commands, Layout
from bgpkit_node.health.listener import open_health_listener
from bgpkit_node.running import RunningNode


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlookerOptions:
    """What is served to those who look."""

    bird_socket: Path | None = None
    """Where ``birdc`` finds the agent; None: nowhere."""
    bird_layout: Layout = Layout.BIRD_1_6
    health_address: tuple[str, int] | None = None
    """Where probes and scrapers find the agent; None: nowhere."""

    @property
    def bird6_socket(self) -> Path | None:
        """Where clients of BIRD 1.6 find what concerns IPv6; BIRD 2 has one socket for both."""
        if self.bird_socket is None or self.bird_layout is Layout.BIRD_2:
            return None
        return self.bird_socket.with_name(f"{self.bird_socket.stem}6{self.bird_socket.suffix}")


@asynccontextmanager
async def onlookers(
    options: OnlookerOptions, running: RunningNode, notice: ServiceNotice
) -> AsyncGenerator[None, None]:
    """Serve those who look at ``running`` while the context lasts; NodeError, one sentence, when that cannot be."""
    async with AsyncExitStack() as stack:
        layout = options.bird_layout
        versions = (4,) if layout is Layout.BIRD_1_6 else (4, 6)
        for path, shown in ((options.bird_socket, versions), (options.bird6_socket, (6,))):
            if path is not None:
                await stack.enter_async_context(BirdSocket(path, Commands(running, versions=shown, layout=layout)))
        if options.health_address is not None:
            listener = stack.enter_context(open_health_listener(options.health_address))
            await stack.enter_async_context(beside(_serve_health(listener, running)))
        if notice.watchdog:
            await stack.enter_async_context(beside(_feed_watchdog(notice, running)))
        yield


async def _serve_health(listener: socket.socket, running: RunningNode) -> None:
    """Answer probes and scrapers; what that takes is loaded beside the work, for it takes half a second."""
    health = await asyncio.to_thread(importlib.import_module, "bgpkit_node.health")
    async with health.HealthServer(listener, running):
        await asyncio.Event().wait()


async def _feed_watchdog(notice: ServiceNotice, running: RunningNode) -> None:
    """Say that the agent is alive as long as its event loop turns and the kernel can be heard."""
    while not running.fib_tally.lost:
        notice.alive()
        await asyncio.sleep(notice.watchdog / 3)
