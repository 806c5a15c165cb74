"""BGP next hops looked up in the kernel's routes, which are followed as they change."""

import asyncio
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.errors import FibError
from bgpkit.fib.gateway import address_of, neighbor_of
from bgpkit.fib.netlink.reader import NetlinkReader
from bgpkit.fib.place import Place
from bgpkit.fib.route import NextHop
from bgpkit.fib.table_watch import TableWatch
from bgpkit.fib.ways import Lookup, Way, Ways
from bgpkit.fib.wrong_kinds import check_callable, checked_interval, checked_protocols
from bgpkit_rib import Path

_log = structlog.stdlib.get_logger("bgpkit.fib")

_PROTOCOLS: Final = frozenset(range(256))
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
        self._watch: TableWatch | None = None

    async def start(self) -> None:
        """Read the table and begin to follow it; FibError when it cannot be read, or it is started already.

        ConfigError when there is no such network namespace or VRF. A VRF that gets another table later is followed no
        longer, which is logged.
        """
        if self._watch is not None:
            raise FibError("the next hops are followed already")
        place = self._place
        reader = NetlinkReader(place.find_table(), unheard=self._own, vrf=place.vrf, netns=place.netns)
        watch = TableWatch(reader, self._ways, self._compare, check_interval=self._check_interval, name="next_hops")
        self._watch = watch
        try:
            await watch.start()
        except BaseException:
            self._watch = None
            raise

    async def close(self) -> None:
        """Follow no longer; what was known is still told. A second call does nothing."""
        watch, self._watch = self._watch, None
        if watch is not None:
            await watch.close()

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
