"""All that a started :class:`bgpkit.fib.Fib` has, and how it ends."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import structlog

from bgpkit.fib.dialogue import WIDTHS, Dialogue
from bgpkit.fib.events import Swept
from bgpkit.fib.follow import Follower, Replaying
from bgpkit.fib.look import Look
from bgpkit.fib.netlink.kernel_socket import NetlinkKernel
from bgpkit.fib.netlink.object_socket import NetlinkObjects
from bgpkit.fib.netlink.read_only import ReadOnlyKernel
from bgpkit.fib.netlink.table_reader import TableReader
from bgpkit.fib.options import FibMode, FibOptions
from bgpkit.fib.owner import OwnerClaim, unix_socket
from bgpkit.fib.place import Place
from bgpkit.fib.report import Reporter
from bgpkit.fib.wanted import Wanted
from bgpkit.fib.watching import WatchingDialogue
from bgpkit.fib.worker import Worker
from bgpkit.transport import socket_in

_log = structlog.stdlib.get_logger("bgpkit.fib")


class Running:
    """Sockets, dialogue, worker and wishes of one owner."""

    def __init__(self, options: FibOptions) -> None:
        """Open the sockets; FibError when that is not possible or the right to change routes is missing.

        ConfigError when there is no such network namespace or VRF.
        """
        loop = asyncio.get_running_loop()
        place = options.place()
        self.table = place.find_table()
        self.writes = options.mode is FibMode.INSTALL
        make = NetlinkKernel if self.writes else ReadOnlyKernel
        self.kernel = make(options.protocol, self.table, vrf=place.vrf, netns=place.netns)
        inside = partial(socket_in, options.netns, unix_socket, who="fib")
        self._claim = OwnerClaim(options.protocol, self.table, inside) if self.writes else None
        speak = Dialogue if self.writes else WatchingDialogue
        self._objects = self._find_objects(place) if options.next_hop_objects and self.writes else None
        self.dialogue = speak(
            options.protocol, self.kernel, self.kernel.index_of, table=self.table, objects=self._objects
        )
        self.look = self._look(options)
        self.reporter = Reporter(options.on_event, loop.time)
        self.worker = Worker(self.dialogue, options.check_interval, loop.time, self.reporter)
        self.wanted = {width: Wanted(self.dialogue.reconcilers[width]) for width in WIDTHS}
        self.followers: list[Follower] = []
        self.unsubscribe: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the table, adopt what is ours, and begin to work; FibError when that cannot be, or another keeps it."""
        if self._claim is not None:
            await self._claim.take()
        self.dialogue.hearing.know_links(await self.kernel.links())
        await self.worker.check(adopt=True)
        self._task = asyncio.create_task(self._work(), name="bgpkit.fib")

    async def replayed(self) -> None:
        """Wait until speakers that are followed have told of all that they held."""
        subscriptions: tuple[object, ...] = tuple(self.unsubscribe)
        for subscription in subscriptions:
            if isinstance(subscription, Replaying):
                await subscription.replayed()

    def leftover(self, width: int) -> int:
        """Return how many adopted prefixes of an address width nobody has asked for."""
        return len(self.dialogue.reconcilers[width].stale)

    async def sweep(self, *widths: int) -> int:
        """Remove the adopted routes of ``widths`` that nobody has asked for; return how many prefixes."""
        await self.replayed()
        count = sum(self.dialogue.reconcilers[width].sweep() for width in widths)
        self.worker.wake()
        await self.worker.settled()
        _log.info("fib.swept", count=count, table=self.table)
        self.reporter.tell(Swept(count=count))
        return count

    def follow_no_more(self) -> None:
        """Let speakers go."""
        for unsubscribe in self.unsubscribe:
            unsubscribe()
        self.unsubscribe.clear()
        self.followers.clear()

    async def close(self) -> None:
        """Stop the work and close the sockets; routes stay."""
        self.follow_no_more()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self.kernel.close()
        if self._objects is not None:
            self._objects.close()
        self.look.close()
        if self._claim is not None:
            self._claim.release()

    def _find_objects(self, place: Place) -> NetlinkObjects | None:
        """Return the kernel's next-hop objects; without them routes are plain, which is logged."""
        try:
            objects = NetlinkObjects(self.kernel, self.table, netns=place.netns)
        except BaseException:
            self.kernel.close()
            raise
        if objects.known_here():
            self.kernel.watch_next_hops()
            return objects
        _log.warning("fib.next_hop_objects_unknown", table=self.table)
        objects.close()
        return None

    def _look(self, options: FibOptions) -> Look:
        try:
            reader = TableReader(self.table, protocol=options.protocol, netns=options.netns)
        except BaseException:
            self.kernel.close()
            if self._objects is not None:
                self._objects.close()
            raise
        return Look(self.dialogue, reader, options.protocol, writes=self.writes)

    async def _work(self) -> None:
        loop, descriptor = asyncio.get_running_loop(), self.kernel.fileno()
        loop.add_reader(descriptor, self.worker.listen)
        try:
            await self.worker.run()
        finally:
            loop.remove_reader(descriptor)
