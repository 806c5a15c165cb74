"""The kernel's table, kept as its callers want it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.errors import ConfigError, FibError
from bgpkit.fib import uapi
from bgpkit.fib.dialogue import WIDTHS, Dialogue
from bgpkit.fib.diff import FibDiff, diff_of
from bgpkit.fib.follow import WIDTH_OF_FAMILY, Follower, Replaying, Speaker, gateway_of
from bgpkit.fib.multipath import Specs
from bgpkit.fib.netlink import NetlinkKernel
from bgpkit.fib.route import KernelRoute, NextHop
from bgpkit.fib.state import FibState, state_of
from bgpkit.fib.wanted import Wanted
from bgpkit.fib.worker import Worker
from bgpkit_fsm import Family
from bgpkit_rib import MultipathOptions, Path, Prefix

_log = structlog.stdlib.get_logger("bgpkit.fib")

_HIGHEST_RESERVED_PROTOCOL: Final = 4
"""Protocol numbers up to this are the kernel's and the administrator's: kernel 2, boot 3, static 4."""


class _Running:
    """All that a started Fib has."""

    def __init__(self, kernel: NetlinkKernel, protocol: int, check_interval: float) -> None:
        loop = asyncio.get_running_loop()
        self.kernel = kernel
        self.dialogue = Dialogue(protocol, kernel, kernel.index_of)
        self.worker = Worker(self.dialogue, check_interval, loop.time)
        self.wanted = {width: Wanted(self.dialogue.reconcilers[width]) for width in WIDTHS}
        self.unsubscribe: list[Callable[[], None]] = []
        self.task: asyncio.Task[None] | None = None

    async def work(self) -> None:
        loop, descriptor = asyncio.get_running_loop(), self.kernel.fileno()
        loop.add_reader(descriptor, self.worker.listen)
        try:
            await self.worker.run()
        finally:
            loop.remove_reader(descriptor)

    async def replayed(self) -> None:
        """Wait until speakers that are followed have told of all that they held."""
        subscriptions: tuple[object, ...] = tuple(self.unsubscribe)
        for subscription in subscriptions:
            if isinstance(subscription, Replaying):
                await subscription.replayed()

    async def close(self) -> None:
        for unsubscribe in self.unsubscribe:
            unsubscribe()
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task
        self.kernel.close()


class Fib:
    """Keeps one kernel table, in the network namespace where it is started, as its callers want it.

    A route is ours when it has our protocol number; give each program its own, and run one Fib per table and
    number. Routes of other numbers are never changed and never removed: where one stands in the way, ours waits
    and :meth:`diff` shows the conflict. One limit is the kernel's: a next hop that another program appends to an
    IPv6 route of ours is shown as ours, and goes when the route is put right.

    :meth:`start` only reads. What is found of ours is adopted: it stays until it is wanted otherwise or until
    :meth:`sweep`, so that a program that restarts loses no packet. From then on the table is watched: a route of
    ours that is changed or deleted by another hand is put right, and every ``check_interval`` seconds all are
    compared. A route that the kernel refuses is reported, tried again with growing delays, and stops no other.

    ``async with Fib(...)`` starts and closes.
    """

    def __init__(self, *, protocol: int, table: int = uapi.RT_TABLE_MAIN, check_interval: float = 30) -> None:
        """Own the routes of ``protocol`` (5 to 255) in ``table``; ConfigError for numbers that cannot be."""
        if not _HIGHEST_RESERVED_PROTOCOL < protocol <= 255:
            raise ConfigError(f"protocol {protocol} cannot be owned; choose one from 5 to 255 that is yours alone")
        if not 0 < table < 1 << 32 or table == uapi.RT_TABLE_LOCAL:
            raise ConfigError(f"table {table} cannot be kept; choose 1 to 4294967295 but 255, the kernel's own")
        if check_interval <= 0:
            raise ConfigError(f"check_interval {check_interval} is not a number of seconds above 0")
        self._protocol = protocol
        self._table = table
        self._check_interval = check_interval
        self._running: _Running | None = None

    @property
    def writes(self) -> int:
        """Route changes asked of the kernel since the start."""
        return self._live().dialogue.writes

    @property
    def held(self) -> int:
        """Prefixes with a route of ours in the kernel."""
        return sum(len(each.held) for each in self._live().dialogue.reconcilers.values())

    @property
    def leftover(self) -> int:
        """Adopted routes that nobody has asked for since the start; what a sweep would remove."""
        return sum(len(each.stale) for each in self._live().dialogue.reconcilers.values())

    async def start(self) -> None:
        """Read the table, adopt what is ours, and begin to watch; write nothing.

        FibError when the table cannot be read, the right to change routes is missing, or it is started already.
        """
        if self._running is not None:
            raise FibError("the FIB is started already")
        running = _Running(NetlinkKernel(self._protocol, self._table), self._protocol, self._check_interval)
        try:
            running.dialogue.know_links(await running.kernel.links())
            await running.worker.check(adopt=True)
        except BaseException:
            await running.close()
            raise
        running.task = asyncio.create_task(running.work(), name="bgpkit.fib")
        self._running = running
        _log.info("fib.adopted", count=self.held, protocol=self._protocol, table=self._table)

    def replace(self, route: KernelRoute) -> None:
        """Want ``route``, in place of whatever was wanted for its prefix; it is written soon after."""
        running = self._live()
        running.wanted[route.prefix.width].state(route)
        running.worker.wake()

    def remove(self, prefix: Prefix) -> None:
        """Want no route for ``prefix`` any more, but for one that :meth:`follow` brings; an adopted one goes too."""
        running = self._live()
        running.wanted[prefix.width].unstate(prefix.key)
        running.worker.wake()

    def follow(
        self,
        speaker: Speaker,
        family: Family,
        *,
        via: Callable[[Path], NextHop | None] = gateway_of,
        metric: int = 0,
        multipath: MultipathOptions | None = None,
    ) -> None:
        """Want the best paths of ``speaker`` as routes, except its own; :meth:`replace` overrules single prefixes.

        ``via`` says how a path is forwarded, None for not at all. With ``multipath`` the paths that equal the best
        one share its route, each with a next hop in it. ValueError for a family that is not unicast.
        """
        running = self._live()
        width = WIDTH_OF_FAMILY.get(family)
        if width is None:
            raise ValueError(f"routes of family {family} have no place in a kernel table")
        follower = Follower(running.wanted[width], Specs(via, metric, multipath), running.worker.wake)
        running.unsubscribe.append(speaker.subscribe(family, follower.consume))

    async def settled(self) -> None:
        """Wait until all that is wanted has been asked of the kernel; failures and conflicts stay in :meth:`diff`.

        FibError when the kernel cannot be heard any more.
        """
        running = self._live()
        await running.replayed()
        await running.worker.settled()

    async def sweep(self) -> int:
        """Remove the adopted routes that nobody has asked for since the start; return how many prefixes."""
        running = self._live()
        await running.replayed()
        count = sum(each.sweep() for each in running.dialogue.reconcilers.values())
        running.worker.wake()
        await running.worker.settled()
        _log.info("fib.swept", count=count, protocol=self._protocol, table=self._table)
        return count

    async def verify(self) -> FibDiff:
        """Compare the whole table now, put right what differs, and return what could not be."""
        running = self._live()
        running.worker.check_soon()
        await running.worker.settled()
        return self.diff()

    def diff(self) -> FibDiff:
        """Return what differs between wanted and present, as far as the watched table is known."""
        return diff_of(self._live().dialogue)

    def state(self, prefix: Prefix) -> FibState:
        """Return what is wanted of ``prefix`` and what the kernel has of it, as far as the watched table is known."""
        return state_of(self._live().dialogue, prefix)

    async def close(self, *, remove: bool = False) -> None:
        """Stop; routes stay in the kernel, to be adopted by the next start, unless ``remove`` takes all of ours out.

        What is wanted and not yet written is not written any more: await :meth:`settled` before. Closing again,
        or before the start, does nothing.
        """
        running, self._running = self._running, None
        if running is None:
            return
        try:
            if remove:
                for unsubscribe in running.unsubscribe:
                    unsubscribe()
                running.unsubscribe.clear()
                for each in running.dialogue.reconcilers.values():
                    each.abandon()
                running.worker.wake()
                await running.worker.settled()
        finally:
            await running.close()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; routes stay."""
        await self.close()

    def _live(self) -> _Running:
        if self._running is None:
            raise FibError("the FIB is not started")
        return self._running
