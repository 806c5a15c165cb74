"""The kernel's side of a configured speaker: its best paths as routes, and the ways to next hops."""

import asyncio
from contextlib import AsyncExitStack, suppress

from bgpkit.configuration.fib_settings import FibSettings, FibUse
from bgpkit.configuration.kernel_events import KernelEvents
from bgpkit.errors import FibError, SpeakerClosedError
from bgpkit.fib import KernelNextHops, gateway_of
from bgpkit.speaker import Speaker
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST


class KernelRoutes:
    """Keeps routes in the kernel; after a clean end they are gone, unless they are to stay for a successor."""

    def __init__(self, settings: FibSettings) -> None:
        """Own what ``settings`` say; ConfigError for numbers that cannot be."""
        self.events = KernelEvents()
        self.fib = settings.fib(self.events)
        self.stay = True
        """Whether the routes are to be left as they are in the end."""
        self._settings = settings
        self._keeping: asyncio.Task[None] | None = None

    @property
    def went_on(self) -> bool:
        """Whether forwarding went on meanwhile: there are routes of a former run. RFC 4724, section 4.1."""
        return self._settings.mode is FibUse.INSTALL and self.fib.held > 0

    async def start(self) -> None:
        """Read what the kernel has; FibError when that is not possible."""
        await self.fib.start()

    def follow(self, speaker: Speaker, ways: KernelNextHops | None = None) -> None:
        """Install what ``speaker`` chooses, as soon as it may, and then sweep up what a former run has left behind.

        ``ways`` tell the neighbours behind which next hops are; without them a next hop is its own neighbour.
        """
        self._keeping = asyncio.create_task(self._keep(speaker, ways), name="bgpkit.kernel_routes")

    async def close(self) -> None:
        """End, with or without the routes."""
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError, FibError):  # a kernel that was lost has been told of in the log
                await self._keeping
        await self.fib.close(remove=not self.stay and self._settings.mode is FibUse.INSTALL)

    async def _keep(self, speaker: Speaker, ways: KernelNextHops | None) -> None:
        via, settings = gateway_of if ways is None else ways.via, self._settings
        with suppress(SpeakerClosedError):
            await speaker.wait_converged()
            for family in speaker.families:
                if family in {IPV4_UNICAST, IPV6_UNICAST}:
                    self.fib.follow(
                        speaker,
                        family,
                        via=via,
                        multipath=settings.multipath,
                        link_bandwidth=settings.link_bandwidth,
                    )
            await self.fib.sweep_when_complete(speaker, deadline=settings.sweep_time)


async def track_next_hops(
    speaker: Speaker, settings: FibSettings, kernel: KernelRoutes | None, stack: AsyncExitStack
) -> KernelNextHops:
    """Let ``speaker`` judge next hops by the kernel's routes, until ``stack`` is closed; return what tells of them."""

    def changed() -> None:
        """Move the kernel's own routes first: what has only moved goes on without a gap."""
        if kernel is not None:
            kernel.fib.next_hops_changed()
        speaker.next_hops_changed()

    ways = KernelNextHops(
        on_change=changed,
        own=[settings.protocol_number],
        table=settings.table,
        vrf=settings.vrf,
        netns=settings.netns,
        default=True,
    )
    speaker.use_next_hops(await stack.enter_async_context(ways))
    return ways
