"""The RTR client: keeps a table of ROAs as the caches have it (RFC 8210)."""

import asyncio
import ssl
from collections.abc import Callable, Generator, Iterable
from functools import partial
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.rpki.cache import RTR_PORT, RtrCache, RtrCacheStatus
from bgpkit.rpki.changes import RoaChanges
from bgpkit.rpki.intervals import RtrIntervals
from bgpkit.rpki.machine import MAXIMUM_ROAS, RtrMachine
from bgpkit.rpki.session import RtrSession
from bgpkit.rpki.table import RoaTable

_SLICE_SECONDS: Final = 0.005
"""Time for a comparison before others get their turn."""


class RtrClient:
    """Follows the best of several caches and tells its owner of every new table.

    The caches stand in order of preference. The next one is tried when all before it have failed, and left when
    a better one has sent all its data. While no cache answers, the data of the last one is used until it expires;
    then the table is empty. RFC 8210, sections 6 and 10.

    Use it as ``async with RtrClient("192.0.2.1", on_table=...)``, or call :meth:`start` and :meth:`aclose`.
    """

    def __init__(
        self,
        host: str,
        port: int = RTR_PORT,
        *,
        on_table: Callable[[RoaTable], None] | None = None,
        tls: ssl.SSLContext | None = None,
        others: Iterable[RtrCache] = (),
        intervals: RtrIntervals | None = None,
        maximum_roas: int = MAXIMUM_ROAS,
    ) -> None:
        """Take the best cache, ``others`` in order, and what to call with a table that differs from the last.

        With ``tls`` the best cache is spoken to over TLS. ``intervals`` are used instead of those that the caches
        send. A cache that sends more than ``maximum_roas`` is left. ConfigError says what cannot be.
        """
        caches = (RtrCache(host, port, tls), *others)
        for cache in caches:
            cache.check()
        if intervals is not None:
            intervals.check()
        self.table = RoaTable()
        """The ROAs in force; empty before the first cache has sent all of them."""
        self._on_table = on_table
        self._log = structlog.get_logger("bgpkit.rpki")
        self._news = asyncio.Event()
        self._sessions = tuple(
            RtrSession(cache, partial(RtrMachine, intervals=intervals, maximum_roas=maximum_roas), self._news.set)
            for cache in caches
        )
        self._synchronized = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        """Start."""
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.aclose()

    def start(self) -> None:
        """Start to connect to the best cache."""
        if self._task is None and not self._closed:
            self._task = asyncio.get_running_loop().create_task(self._follow(), name="rtr client")
            self._sessions[0].start()

    async def aclose(self) -> None:
        """Close all connections; no task and no timer is left. The table stays as it is."""
        self._closed = True
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
        for session in self._sessions:
            await session.stop()

    async def wait_synchronized(self) -> None:
        """Wait until a cache has sent all its data and the table holds it."""
        await self._synchronized.wait()

    def status(self) -> tuple[RtrCacheStatus, ...]:
        """Return how the session with each cache stands, in order of preference."""
        return tuple(
            RtrCacheStatus(
                cache=session.cache,
                state=session.machine.state,
                version=session.machine.version,
                serial=session.machine.serial,
                roas=0 if session.table is None else len(session.table),
                serving=session.table is self.table,
                problem=session.problem,
            )
            for session in self._sessions
        )

    async def _follow(self) -> None:
        """Start and stop sessions and publish tables, whenever something has changed."""
        while True:
            await self._news.wait()
            self._news.clear()
            best = self._best()
            table = None if best is None else best.table
            if table is None:
                self._synchronized.clear()
                if len(self.table):
                    await self._publish(None, RoaTable())
            elif table is not self.table:
                await self._publish(best, table)
            if table is not None:
                self._synchronized.set()
            await self._start_and_stop()

    def _best(self) -> RtrSession | None:
        """Return the first session whose data is up to date, else the first that has any."""
        fresh = next((session for session in self._sessions if session.fresh), None)
        return fresh or next((session for session in self._sessions if session.table is not None), None)

    async def _publish(self, best: RtrSession | None, table: RoaTable) -> None:
        """Make ``table`` the one in force, and tell the owner what differs.

        A table with the same ROAs does not take the place of ours, but ours takes its place in the session.
        """
        changes = table.known_changes(self.table)
        if changes is None:
            changes = await _in_slices(table.comparison(self.table))
            table_known = RoaTable.of_indexes(table.indexes, (self.table, changes)) if changes else self.table
        else:
            table_known = table
        if best is not None and best.machine.table is table:
            best.machine.table = table_known
        if changes:
            self.table = table_known
            self._tell()

    def _tell(self) -> None:
        if self._on_table is None:
            return
        try:
            self._on_table(self.table)
        except Exception:  # whatever the owner's fault is, the caches are followed on
            self._log.exception("rpki.owner_failed")

    async def _start_and_stop(self) -> None:
        """Run the sessions up to the first that is up to date, or that has not failed yet."""
        for number, session in enumerate(self._sessions):
            session.start()
            if session.fresh:
                for worse in self._sessions[number + 1 :]:
                    await worse.stop()
                return
            if not session.failed:
                return


async def _in_slices(comparison: Generator[None, None, RoaChanges]) -> RoaChanges:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _SLICE_SECONDS
    while True:
        try:
            next(comparison)
        except StopIteration as end:
            changes: RoaChanges = end.value
            return changes
        if loop.time() > deadline:
            await asyncio.sleep(0)
            deadline = loop.time() + _SLICE_SECONDS
