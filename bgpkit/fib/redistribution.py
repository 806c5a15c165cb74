"""Routes of the kernel's announced by a speaker, and withdrawn when they go."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import TracebackType
from typing import Final, Protocol, Self

import structlog

from bgpkit.errors import ConfigError, FibError, SpeakerClosedError
from bgpkit.fib.follow import WIDTH_OF_FAMILY
from bgpkit.fib.followed_table import FollowedTable
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.patient_reader import PatientReader
from bgpkit.fib.place import Place
from bgpkit.fib.protocol_names import protocol_number
from bgpkit.fib.redistributed import Redistributed, Slice
from bgpkit.fib.redistribution_filter import FoundRoute, RedistributionFilter
from bgpkit.fib.redistribution_verdict import Judge, Statement
from bgpkit.fib.table_watch import TableWatch
from bgpkit.fib.wrong_kinds import checked_interval
from bgpkit.wire import encode_attributes
from bgpkit_fsm import Family
from bgpkit_rib import Origin, PathAttributes, Prefix

_log = structlog.stdlib.get_logger("bgpkit.fib")

REDISTRIBUTED: Final = 1 << 31
"""The path identifier of redistributed routes, unless another is chosen: high, to be out of the way of others."""
_FAMILIES: Final = {width: family for family, width in WIDTH_OF_FAMILY.items()}


class Announcer(Protocol):
    """What redistribution needs of a speaker."""

    @property
    def families(self) -> tuple[Family, ...]:
        """The families that it has tables for."""
        ...

    async def announce(
        self,
        *destinations: Prefix,
        family: Family | None = None,
        next_hop: str | IPv4Address | IPv6Address | None = None,
        attributes: PathAttributes | None = None,
        path_id: int = 0,
    ) -> None:
        """Originate ``destinations``; without a next hop each peer is told our own address."""
        ...

    async def withdraw(self, *destinations: Prefix, family: Family | None = None, path_id: int = 0) -> None:
        """Stop originating ``destinations``; those not originated are passed over."""
        ...


class Redistribution:
    """Announces the routes of a kernel's table that pass a filter, as long as they are there.

    The table is read once and then followed: what comes is announced and what goes is withdrawn, some 50 ms later.
    Routes that the kernel drops without a word, as an interface is set down or an address removed, are missed as soon
    as that is told, and routes through an interface without carrier are withdrawn, too; an IPv6 route that ends by
    itself is withdrawn within about a second. Of several routes of a prefix the one with the smallest metric counts:
    where it does not pass, a blackhole for instance, the prefix is not announced. Routes of protocols that the filter
    does not name are not looked at: to remember all routes of a full table for that would cost too much memory. So the
    prefix is announced though a route of such a protocol may go before. Reading needs no privilege::

        async with Speaker(...) as speaker:
            async with Redistribution(speaker, RedistributionFilter(protocols=("connected", "static"))):
                ...

    Routes are told from others of our own by ``path_id``: what somebody else announces of the same prefix stays as it
    is, and stands beside ours. Of the two the decision process takes one; that with ORIGIN IGP, as `announce` has it
    unless told otherwise, goes before ours, which have INCOMPLETE.
    """

    def __init__(
        self,
        speaker: Announcer,
        chosen: RedistributionFilter,
        *,
        attributes: PathAttributes | None = None,
        metric_as_med: bool = False,
        keep_next_hop: bool = False,
        own: Iterable[str | int] = ("bgp",),
        families: Iterable[Family] | None = None,
        table: int | None = None,
        vrf: str | None = None,
        netns: str | None = None,
        path_id: int = REDISTRIBUTED,
        check_interval: float = 300,
    ) -> None:
        """Announce by ``speaker`` what passes ``chosen``; ConfigError for what cannot be.

        ``attributes`` are what all say: ORIGIN INCOMPLETE and nothing else unless given. With ``metric_as_med`` MED is
        the metric of the route, with ``keep_next_hop`` the next hop is its gateway, where it has one only, which is
        no link-local address; else each peer is told our own. Routes of the protocols ``own`` never pass: a BGP route
        that we have put into the kernel must not come back as ours.

        ``families`` are those of the speaker's unicast tables unless given. Table, VRF and network namespace are as
        for :class:`Fib`. Every ``check_interval`` seconds the whole table is read again.
        """
        self._place = Place(table=table, vrf=vrf, netns=netns)
        if not 0 <= path_id < 1 << 32:
            raise ConfigError(f"path_id {path_id} does not fit 4 octets (RFC 7911, section 3)")
        self._speaker = speaker
        self._attributes = attributes or PathAttributes(origin=Origin.INCOMPLETE)
        self._widths = _widths(speaker.families, families, self._attributes)
        self._own = frozenset(map(protocol_number, own))
        self._local = chosen.local
        counted = chosen.numbers | {uapi.RTPROT_KERNEL} if chosen.local else chosen.numbers
        self._protocols = counted - self._own
        if chosen.accept is not None:
            chosen = replace(chosen, accept=_careful(chosen.accept))
        self._judge = Judge(chosen, metric_as_med=metric_as_med, keep_next_hop=keep_next_hop)
        self._path_id = path_id
        self._check_interval = checked_interval(check_interval)
        self._redistributed = Redistributed(self._judge, (), widths=self._widths)
        self._watches: list[TableWatch] = []
        self._wakeup = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self._started = False

    @property
    def count(self) -> int:
        """How many prefixes are announced."""
        return self._redistributed.count

    def route(self, prefix: Prefix) -> FoundRoute | None:
        """Return the kernel's route for which ``prefix`` is announced; None where it is not."""
        return self._redistributed.route(prefix)

    async def start(self) -> None:
        """Read the kernel's routes, announce those that pass, and begin to follow.

        FibError when they cannot be read, or it has run before; ConfigError when there is no such VRF or network
        namespace.
        """
        if self._started:
            raise FibError("a redistribution runs once; make another one")
        self._started = True
        number = self._place.find_table()
        numbers = [number]
        if self._local and self._place.vrf is None and number != uapi.RT_TABLE_LOCAL:
            numbers.append(uapi.RT_TABLE_LOCAL)
        tables = [FollowedTable(self._protocols) for _ in numbers]
        self._redistributed = Redistributed(self._judge, tables, widths=self._widths)
        try:
            for each, table in zip(numbers, tables, strict=True):
                await self._watch(each, table)
            for changed in self._redistributed.slices():
                await self._tell(changed)
        except BaseException:
            await self.close()
            raise
        self._task = asyncio.create_task(self._work(), name="bgpkit.redistribution")
        _log.info("fib.redistributed", count=self.count, table=number)

    async def close(self) -> None:
        """Follow no longer, and withdraw what has been announced, unless the speaker has ended.

        Closing again, or before the start, does nothing.
        """
        watches, self._watches = self._watches, []
        for watch in watches:
            await watch.close()
        task, self._task = self._task, None
        if task is not None:
            self._ending.set()
            self._wakeup.set()
            await task
        with suppress(SpeakerClosedError):
            for changed in self._redistributed.withdrawal():
                await self._tell(changed)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def _watch(self, number: int, table: FollowedTable) -> None:
        reader = PatientReader(number, unheard=self._own, vrf=self._place.vrf, netns=self._place.netns)
        watch = TableWatch(
            reader, table, self._changed, check_interval=self._check_interval, name=f"redistribution_{number}"
        )
        self._watches.append(watch)
        await watch.start()

    async def _changed(self) -> None:
        self._wakeup.set()

    async def _work(self) -> None:
        """Tell the speaker of changes until the end; a slice that has been begun is told to its end."""
        with suppress(SpeakerClosedError):
            while not self._ending.is_set():
                await self._wakeup.wait()
                self._wakeup.clear()
                for each in self._redistributed.slices():
                    await self._tell(each)
                    if self._ending.is_set():
                        return

    async def _tell(self, changed: Slice) -> None:
        """Tell the speaker of one slice; SpeakerClosedError when it has ended. The loop gets a turn."""
        family, width = _FAMILIES[changed.width], changed.width
        try:
            if changed.withdrawn:
                gone = Prefix.all_canonical(changed.withdrawn, width)
                await self._speaker.withdraw(*gone, family=family, path_id=self._path_id)
            for statement, keys in changed.announced.items():
                come, attributes = Prefix.all_canonical(keys, width), self._saying(statement)
                await self._speaker.announce(*come, family=family, attributes=attributes, path_id=self._path_id)
        except (ConfigError, ValueError) as error:
            _log.error("fib.redistribution_refused", reason=str(error))
        await asyncio.sleep(0)

    def _saying(self, statement: Statement) -> PathAttributes:
        attributes = self._attributes
        if statement.med is not None:
            attributes = replace(attributes, med=statement.med)
        if statement.next_hop:
            attributes = replace(attributes, next_hop=ip_address(statement.next_hop))
        return attributes


def _widths(known: Iterable[Family], asked: Iterable[Family] | None, attributes: PathAttributes) -> tuple[int, ...]:
    """Return the address widths of the families to announce in; ConfigError for what cannot be announced there."""
    known, hop = tuple(known), attributes.next_hop
    families = [family for family in known if family in WIDTH_OF_FAMILY] if asked is None else list(asked)
    for family in families:
        if family not in WIDTH_OF_FAMILY:
            raise ConfigError(f"families: a kernel has no routes of {family}; choose ipv4-unicast and ipv6-unicast")
        if family not in known:
            raise ConfigError(f"families: this speaker has no table for {family}; name it there, or leave it out here")
        if hop is not None and hop.max_prefixlen != WIDTH_OF_FAMILY[family]:
            raise ConfigError(f"next_hop {hop} is none for {family}; name the families that it is for")
        try:
            encode_attributes(attributes, family)
        except ValueError as error:
            raise ConfigError(f"attributes: {error}") from error
    return tuple(WIDTH_OF_FAMILY[family] for family in families)


def _careful(accept: Callable[[FoundRoute], bool]) -> Callable[[FoundRoute], bool]:
    """Return a function that takes what fails in ``accept`` for a no."""

    def asked(route: FoundRoute) -> bool:
        """Ask."""
        try:
            return accept(route)
        except Exception:  # somebody else's fault must not end the following
            _log.exception("fib.redistribution_filter_failed", prefix=str(route.prefix))
            return False

    return asked
