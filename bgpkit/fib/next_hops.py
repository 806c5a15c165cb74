"""BGP next hops looked up in the kernel's routes, which are followed as they change."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.errors import FibError
from bgpkit.fib.gateway import address_of, neighbor_of
from bgpkit.fib.netlink.decode import Notice
from bgpkit.fib.netlink.reader import NetlinkReader
from bgpkit.fib.place import Place
from bgpkit.fib.route import NextHop
from bgpkit.fib.ways import WIDTHS, Lookup, Picture, Way, Ways
from bgpkit.fib.wrong_kinds import check_callable, checked_interval, checked_protocols
from bgpkit_rib import Path

_log = structlog.stdlib.get_logger("bgpkit.fib")

_PROTOCOLS: Final = frozenset(range(256))
_SETTLING: Final = 0.05
"""Seconds from a notice to the answer to it: they come in swarms."""
_REST: Final = 4
"""Work is followed by a rest of so many times its own length: it takes a fifth of the time at most."""
_AFTER_FAILURE: Final = 1.0
"""Seconds until a table that could not be read is read again."""
_SLICE: Final = 256
"""Addresses looked up before the loop gets a turn: a few milliseconds."""
REMEMBERED: Final = 65_536
"""Addresses whose lookup is kept; more than that and the memory starts afresh."""


class KernelNextHops:
    """Tells which next hops the kernel has a route to, how far they are, and by which links; needs no privilege.

    The longest match in one table counts, but not a route of our own: a BGP route must not hang on itself. Where it
    refuses packets, or leads to interfaces that are down or without carrier, the next hop cannot be reached; nor can
    one that is an address of this machine. What a way costs is the metric of its route, nothing on links of our own.

    The table is read once and then followed by its notices, so that no question goes to the kernel. When a way that
    was asked for has changed, or only the links it takes, ``on_change`` is called, some 50 ms later, and all that is
    in use is to be asked for again, before the call returns::

        async with Speaker(...) as speaker, KernelNextHops(own=[12], on_change=speaker.next_hops_changed) as next_hops:
            speaker.use_next_hops(next_hops)

    A next hop behind other routers is no gateway to the kernel, which takes neighbours only. :meth:`via` tells the
    neighbours on the way, and routes go with them::

        def moved() -> None:
            fib.next_hops_changed()
            speaker.next_hops_changed()

        async with (
            Speaker(...) as speaker,
            Fib(protocol=12) as fib,
            KernelNextHops(own=[12], on_change=moved) as next_hops,
        ):
            speaker.use_next_hops(next_hops)
            fib.follow(speaker, IPV4_UNICAST, via=next_hops.via)

    RFC 4271, sections 5.1.3 and 9.1.2.1.
    """

    def __init__(
        self,
        *,
        on_change: Callable[[], None],
        own: Iterable[int] = (),
        through: Iterable[int] | None = None,
        table: int | None = None,
        vrf: str | None = None,
        netns: str | None = None,
        default: bool = False,
        check_interval: float = 300,
    ) -> None:
        """Look up without the routes of the protocol numbers ``own``; ConfigError for what cannot be.

        That is in ``table``, the main one unless told otherwise, or in the table of the VRF device ``vrf``, and in
        another network namespace with ``netns``, by the name that ``ip netns`` gives it or by a path.
        With ``through`` the routes of these protocols count and no others (kernel 2, static 4, ospf 188: see
        /etc/iproute2/rt_protos). The default route counts only with ``default``. Every ``check_interval`` seconds
        the whole table is read again.
        """
        owned = checked_protocols("own", own)
        counted = _PROTOCOLS if through is None else checked_protocols("through", through)
        check_callable("on_change", on_change)
        self._on_change = on_change
        self._own = owned
        self._place = Place(table=table, vrf=vrf, netns=netns)
        self._check_interval = checked_interval(check_interval)
        self._ways = Ways(counted - owned, default=default, in_vrf=vrf is not None)
        self._told: dict[bytes, Lookup] = {}
        self._known: dict[bytes, Lookup] = {}
        self._forgotten = False
        self._kept_back: list[Notice] | None = None
        self._lost = False
        self._wakeup = asyncio.Event()
        self._reader: NetlinkReader | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the table and begin to follow it; FibError when it cannot be read, or it is started already.

        ConfigError when there is no such network namespace or VRF. A VRF that gets another table later is followed no
        longer, which is logged.
        """
        if self._reader is not None:
            raise FibError("the next hops are followed already")
        place = self._place
        self._reader = reader = NetlinkReader(place.find_table(), unheard=self._own, vrf=place.vrf, netns=place.netns)
        try:
            reader.watch_next_hops()
            await self._read_anew(reader)
        except BaseException:
            await self.close()
            raise
        asyncio.get_running_loop().add_reader(reader.fileno(), self._listen, reader)
        self._task = asyncio.create_task(self._work(reader), name="bgpkit.next_hops")

    async def close(self) -> None:
        """Follow no longer; what was known is still told. A second call does nothing."""
        reader, self._reader = self._reader, None
        if reader is None:
            return
        asyncio.get_running_loop().remove_reader(reader.fileno())
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        reader.close()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    def resolve(self, address: bytes) -> Way:
        """Return the way to ``address``, packed in 4 or 16 octets; a change of it will be reported."""
        return self._look_up(address).way

    def via(self, path: Path) -> NextHop | tuple[NextHop, ...] | None:
        """Return the neighbours on the way to the next hop of ``path``, None where there is no way.

        Several where the way divides. A link-local next hop is a neighbour itself, on the interface of its peer. What
        `Fib.follow` takes; a change of it will be reported.
        """
        return neighbor_of(path) or self._look_up(address_of(path.next_hop)).next_hops or None

    def _look_up(self, address: bytes) -> Lookup:
        found = self._told.get(address)
        if found is None:
            if len(self._told) >= REMEMBERED:
                self._told.clear()
                self._forgotten = True
            found = self._known.get(address) or self._ways.look_up(address)
            self._told[address] = found
        return found

    def _listen(self, reader: NetlinkReader) -> None:
        try:
            told, lost = reader.notices()
        except FibError as error:
            asyncio.get_running_loop().remove_reader(reader.fileno())
            _log.error("fib.next_hops_lost", reason=str(error), errno=error.errno)
            return
        if lost:
            self._lost = self._ways.doubtful = True
        if self._kept_back is not None:
            self._kept_back += told
        self._heed(told)

    def _heed(self, told: Iterable[Notice]) -> None:
        for notice in told:
            self._ways.heed(notice)
        if self._ways.doubtful or self._ways.changed:
            self._wakeup.set()

    async def _work(self, reader: NetlinkReader) -> None:
        loop = asyncio.get_running_loop()
        rest_until = loop.time()
        routine_at = rest_until + self._check_interval
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(routine_at):
                    await self._wakeup.wait()
            await asyncio.sleep(max(_SETTLING, rest_until - loop.time()))
            self._wakeup.clear()
            began, failed = loop.time(), False
            if self._ways.doubtful or began >= routine_at:
                failed = not await self._try_to_read_anew(reader)
                routine_at = loop.time() + self._check_interval
            await self._compare()
            ended = loop.time()
            rest_until = ended + (_AFTER_FAILURE if failed else _REST * (ended - began))

    async def _try_to_read_anew(self, reader: NetlinkReader) -> bool:
        """Read the table again; tell whether it worked, and see to it that it is tried again otherwise."""
        try:
            await self._read_anew(reader)
        except FibError as error:
            _log.warning("fib.next_hops_unread", reason=str(error), errno=error.errno)
            self._ways.doubtful = True
            self._wakeup.set()
            return False
        return True

    async def _read_anew(self, reader: NetlinkReader) -> None:
        """Take a new picture; notices that come meanwhile are heeded twice, by the old one and by the new one."""
        self._kept_back, self._lost = [], False
        try:
            picture = Picture(await reader.links(), () if self._place.vrf else await reader.addresses())
            for width in WIDTHS:
                async for page in reader.dump(width, own_only=False):
                    self._ways.add(picture, width, page)
        finally:
            kept_back, self._kept_back = self._kept_back, None
        self._ways.take(picture)
        self._ways.doubtful = self._lost
        self._heed(kept_back)

    async def _compare(self) -> None:
        """Look up again what may have changed of all that was asked for, and report if something has."""
        if not self._ways.changed:
            return
        forgotten, moved = self._forgotten, False
        concerned = self._ways.concerned(self._told)
        for start in range(0, len(concerned), _SLICE):
            for address in concerned[start : start + _SLICE]:
                found = self._ways.look_up(address)
                moved |= self._told.get(address) != found
                self._told[address] = found
            await asyncio.sleep(0)
        if forgotten or moved:
            self._report()

    def _report(self) -> None:
        """Say that there are changes; what is asked for again is in use, all else is forgotten."""
        self._told, self._known, self._forgotten = {}, self._told, False
        try:
            self._on_change()
        except Exception:  # somebody else's fault must not end the following
            _log.exception("fib.next_hops_report_failed")
        finally:
            self._known = {}
