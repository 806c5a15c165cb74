"""The kernel's side of a configured speaker: its best paths as routes, and the ways to next hops."""

import asyncio
from contextlib import AsyncExitStack, suppress

from bgpkit.configuration.settings import FibSettings
from bgpkit.fib import Fib, KernelNextHops
from bgpkit.speaker import Speaker
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST


class KernelRoutes:
    """Keeps routes in the kernel; after a clean end they are gone, unless they are to stay for a successor."""

    def __init__(self, settings: FibSettings) -> None:
        """Own what ``settings`` say; ConfigError for numbers that cannot be."""
        self.fib = Fib(protocol=settings.protocol, table=settings.table)
        self.stay = True
        """Whether the routes are to be left as they are in the end."""
        self._settings = settings
        self._sweep: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read what the kernel has; FibError when that is not possible."""
        await self.fib.start()

    def follow(self, speaker: Speaker) -> None:
        """Install what ``speaker`` chooses, and sweep up later what a former run has left behind."""
        for family in speaker.families:
            if family in {IPV4_UNICAST, IPV6_UNICAST}:
                self.fib.follow(speaker, family, multipath=self._settings.multipath)
        self._sweep = asyncio.create_task(self._sweep_later(), name="bgpkit.sweep")

    async def close(self) -> None:
        """End, with or without the routes."""
        if self._sweep is not None:
            self._sweep.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweep
        await self.fib.close(remove=not self.stay)

    async def _sweep_later(self) -> None:
        await asyncio.sleep(self._settings.sweep_time)
        await self.fib.sweep()


async def track_next_hops(speaker: Speaker, settings: FibSettings, stack: AsyncExitStack) -> None:
    """Let ``speaker`` judge next hops by the kernel's routes, until ``stack`` is closed."""
    own = [settings.protocol]
    ways = KernelNextHops(on_change=speaker.next_hops_changed, own=own, table=settings.table, default=True)
    speaker.use_next_hops(await stack.enter_async_context(ways))
