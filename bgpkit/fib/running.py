"""All that a started :class:`bgpkit.fib.Fib` has, and how it ends."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from bgpkit.fib.dialogue import WIDTHS, Dialogue
from bgpkit.fib.follow import Replaying
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.kernel_socket import NetlinkKernel
from bgpkit.fib.options import FibOptions
from bgpkit.fib.wanted import Wanted
from bgpkit.fib.worker import Worker


class Running:
    """Sockets, dialogue, worker and wishes of one owner."""

    def __init__(self, options: FibOptions) -> None:
        """Open the sockets; FibError when that is not possible or the right to change routes is missing."""
        loop = asyncio.get_running_loop()
        self.table = uapi.RT_TABLE_MAIN if options.table is None else options.table
        self.kernel = NetlinkKernel(options.protocol, self.table)
        self.dialogue = Dialogue(options.protocol, self.kernel, self.kernel.index_of)
        self.worker = Worker(self.dialogue, options.check_interval, loop.time)
        self.wanted = {width: Wanted(self.dialogue.reconcilers[width]) for width in WIDTHS}
        self.unsubscribe: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the table, adopt what is ours, and begin to work; FibError when it cannot be read."""
        self.dialogue.know_links(await self.kernel.links())
        await self.worker.check(adopt=True)
        self._task = asyncio.create_task(self._work(), name="bgpkit.fib")

    async def replayed(self) -> None:
        """Wait until speakers that are followed have told of all that they held."""
        subscriptions: tuple[object, ...] = tuple(self.unsubscribe)
        for subscription in subscriptions:
            if isinstance(subscription, Replaying):
                await subscription.replayed()

    def follow_no_more(self) -> None:
        """Let speakers go."""
        for unsubscribe in self.unsubscribe:
            unsubscribe()
        self.unsubscribe.clear()

    async def close(self) -> None:
        """Stop the work and close the sockets; routes stay."""
        self.follow_no_more()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self.kernel.close()

    async def _work(self) -> None:
        loop, descriptor = asyncio.get_running_loop(), self.kernel.fileno()
        loop.add_reader(descriptor, self.worker.listen)
        try:
            await self.worker.run()
        finally:
            loop.remove_reader(descriptor)
