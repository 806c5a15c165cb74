"""The task that reads one kernel table and follows it, for whoever looks something up in it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final

import structlog

from bgpkit.errors import FibError
from bgpkit.fib.followed_table import WIDTHS, FollowedTable, TablePicture
from bgpkit.fib.netlink.decode import Notice
from bgpkit.fib.netlink.reader import NetlinkReader

_log = structlog.stdlib.get_logger("bgpkit.fib")

_SETTLING: Final = 0.05
"""Seconds from a notice to the answer to it: they come in swarms."""
_REST: Final = 4
"""Work is followed by a rest of so many times its own length: it takes a fifth of the time at most."""
_AFTER_FAILURE: Final = 1.0
"""Seconds until a table that could not be read is read again."""
_SLICE: Final = 256
"""Notices heeded again before the loop gets a turn: about a millisecond."""


class TableWatch:
    """Keeps a :class:`FollowedTable` as the kernel's table is, and says when something in it may have changed.

    The table is read once and then followed by its notices; where these leave doubt it is read again, and every
    ``check_interval`` seconds in any case. ``compare`` is awaited, never twice at a time, some 50 ms after a change.
    """

    def __init__(
        self,
        reader: NetlinkReader,
        table: FollowedTable,
        compare: Callable[[], Awaitable[None]],
        *,
        check_interval: float,
        name: str,
    ) -> None:
        """Own ``reader`` from now on; ``name`` is what the task and the log call the watch."""
        self._reader = reader
        self._table = table
        self._compare = compare
        self._check_interval = check_interval
        self._name = name
        self._kept_back: list[Notice] | None = None
        self._catching_up = False
        self._lost = False
        self._wakeup = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self) -> None:
        """Read the table and begin to follow it; FibError, and all is closed, when it cannot be read."""
        try:
            self._reader.watch_next_hops()
            await self._read_anew()
        except BaseException:
            await self.close()
            raise
        asyncio.get_running_loop().add_reader(self._reader.fileno(), self._listen)
        self._task = asyncio.create_task(self._work(), name=f"bgpkit.{self._name}")

    async def close(self) -> None:
        """Follow no longer, and close the reader. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        asyncio.get_running_loop().remove_reader(self._reader.fileno())
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._reader.close()

    def _listen(self) -> None:
        try:
            told, lost = self._reader.notices()
        except FibError as error:
            asyncio.get_running_loop().remove_reader(self._reader.fileno())
            _log.error(f"fib.{self._name}_lost", reason=str(error), errno=error.errno)
            return
        if lost:
            self._lost = self._table.doubtful = True
        if self._kept_back is not None:
            self._kept_back += told
        if not self._catching_up:
            self._heed(told)

    def _heed(self, told: Iterable[Notice]) -> None:
        for notice in told:
            self._table.heed(notice)
        if self._table.doubtful or self._table.changed:
            self._wakeup.set()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        rest_until = loop.time()
        routine_at = rest_until + self._check_interval
        while True:
            routine_at = min(routine_at, loop.time() + self._table.take_expiry())
            with suppress(TimeoutError):
                async with asyncio.timeout_at(routine_at):
                    await self._wakeup.wait()
            await asyncio.sleep(max(_SETTLING, rest_until - loop.time()))
            self._wakeup.clear()
            began, failed = loop.time(), False
            if self._table.doubtful or began >= routine_at:
                failed = not await self._try_to_read_anew()
                routine_at = loop.time() + self._check_interval
            await self._compare()
            ended = loop.time()
            rest_until = ended + (_AFTER_FAILURE if failed else _REST * (ended - began))

    async def _try_to_read_anew(self) -> bool:
        """Read the table again; tell whether it worked, and see to it that it is tried again otherwise."""
        try:
            await self._read_anew()
        except FibError as error:
            _log.warning(f"fib.{self._name}_unread", reason=str(error), errno=error.errno)
            self._table.doubtful = True
            self._wakeup.set()
            return False
        return True

    async def _read_anew(self) -> None:
        """Take a new picture; notices that come meanwhile are heeded twice, by the old one and by the new one."""
        self._kept_back, self._lost = [], False
        try:
            picture = TablePicture(
                await self._reader.links(), () if self._table.in_vrf else await self._reader.addresses()
            )
            for width in WIDTHS:
                async for page in self._reader.dump(width, own_only=False):
                    self._table.add(picture, width, page)
            self._table.take(picture)
            self._table.doubtful = self._lost
            self._catching_up = True
            await self._catch_up(self._kept_back)
        finally:
            self._kept_back, self._catching_up = None, False

    async def _catch_up(self, kept_back: list[Notice]) -> None:
        """Heed what has been kept back, and what is added to it meanwhile, in its order."""
        done = 0
        while done < len(kept_back):
            some = kept_back[done : done + _SLICE]
            self._heed(some)
            done += len(some)
            if done < len(kept_back):
                await asyncio.sleep(0)
