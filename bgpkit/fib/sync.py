"""The kernel's table, kept as its callers want it."""

from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.errors import FibError
from bgpkit.fib.dialogue import WIDTHS
from bgpkit.fib.diff import FibDiff, diff_of
from bgpkit.fib.events import FibEvent
from bgpkit.fib.follow import WIDTH_OF_FAMILY, Followed, Follower
from bgpkit.fib.gateway import gateway_of
from bgpkit.fib.look import PresentRoute
from bgpkit.fib.multipath import Specs, Via
from bgpkit.fib.options import FibMode, FibOptions
from bgpkit.fib.pacing import in_turns
from bgpkit.fib.route import KernelRoute
from bgpkit.fib.running import Running
from bgpkit.fib.state import FibState
from bgpkit.fib.sweeping import DEADLINE, Completing, checked_deadline, sweep_when_complete
from bgpkit.fib.wrong_kinds import check_kind
from bgpkit_fsm import Family
from bgpkit_rib import MultipathOptions, Prefix

_log = structlog.stdlib.get_logger("bgpkit.fib")

_REMEDY_PREFIX: Final = "make one with Prefix.parse('192.0.2.0/24')"
_REMEDY_ROUTE: Final = "make one with KernelRoute(prefix=..., next_hops=...)"


class Fib:
    """Keeps one kernel table, here or in another network namespace or VRF, as its callers want it.

    A route is ours when it has our protocol number; give each program its own, and run one Fib per table and
    number. Routes of other numbers are never changed and never removed: where one stands in the way, ours waits
    and :meth:`diff` shows the conflict. One limit is the kernel's: a next hop that another program appends to an
    IPv6 route of ours is shown as ours, and goes when the route is put right.

    :meth:`start` only reads. What is found of ours is adopted: it stays until it is wanted otherwise or until a
    sweep (:meth:`sweep_when_complete`), so that a program that restarts loses no packet. From then on the table is
    watched: a route of ours that is changed or deleted by another hand is put right, and every ``check_interval``
    seconds all are compared. A route that the kernel refuses is reported, tried again with growing delays, and stops
    no other.

    ``async with Fib(...)`` starts and closes.
    """

    def __init__(
        self,
        *,
        protocol: int,
        table: int | None = None,
        vrf: str | None = None,
        netns: str | None = None,
        mode: FibMode = FibMode.INSTALL,
        next_hop_objects: bool = False,
        check_interval: float = 30,
        on_event: Callable[[FibEvent], None] | None = None,
    ) -> None:
        """Own the routes of ``protocol`` (5 to 255) in ``table``, the main one unless told otherwise.

        ``vrf`` names a VRF device instead: its table is kept. ``netns`` is another network namespace, by the name that
        ``ip netns`` gives it or by a path. With ``next_hop_objects`` routes share next-hop objects of the kernel's.
        With `FibMode.READ_ONLY` nothing is ever written, and no right is needed. ``on_event`` is told what happens,
        each thing once and alike things together. ConfigError for what cannot be.

        A VRF may go and come again. When it comes with another table the work ends with a FibError, before anything is
        written where nobody looks; the next start takes the new one. A namespace is looked up once: deleted by name it
        lives on until this is closed, and another one made under its name is found by the next start.
        """
        self._options = FibOptions(
            protocol=protocol,
            table=table,
            vrf=vrf,
            netns=netns,
            mode=mode,
            next_hop_objects=next_hop_objects,
            check_interval=check_interval,
            on_event=on_event,
        )
        self._running: Running | None = None

    @property
    def writes(self) -> int:
        """Route changes asked of the kernel since the start."""
        return self._live().dialogue.writes

    @property
    def protocol(self) -> int:
        """The protocol number of our routes."""
        return self._options.protocol

    @property
    def wanted(self) -> int:
        """Prefixes for which a route is wanted."""
        return sum(len(each.desired) for each in self._live().dialogue.reconcilers.values())

    @property
    def object_writes(self) -> int:
        """Changes of next-hop objects asked of the kernel since the start."""
        objects = self._live().dialogue.objects
        return 0 if objects is None else objects.writes

    @property
    def held(self) -> int:
        """Prefixes with a route of ours in the kernel."""
        return sum(len(each.held) for each in self._live().dialogue.reconcilers.values())

    @property
    def leftover(self) -> int:
        """Adopted routes that nobody has asked for since the start; what a sweep would remove."""
        return sum(map(self._live().leftover, WIDTHS))

    async def start(self) -> None:
        """Read the table, adopt what is ours, and begin to watch; write nothing.

        FibError when the table cannot be read, the right to change routes is missing, another one keeps routes of
        this number in this table, or it is started already; ConfigError when there is no such network namespace or VRF.
        """
        if self._running is not None:
            raise FibError("the FIB is started already")
        running = Running(self._options)
        try:
            await running.start()
        except BaseException:
            await running.close()
            raise
        self._running = running
        if running.writes:
            _log.info("fib.adopted", count=self.held, protocol=self._options.protocol, table=running.table)

    def replace(self, route: KernelRoute) -> None:
        """Want ``route``, in place of whatever was wanted for its prefix; it is written soon after.

        ConfigError for what is no route.
        """
        check_kind("route", route, KernelRoute, _REMEDY_ROUTE)
        running = self._live()
        running.wanted[route.prefix.width].state(route)
        running.worker.wake()

    def remove(self, prefix: Prefix) -> None:
        """Want no route for ``prefix`` any more, but for one that :meth:`follow` brings; an adopted one goes too.

        ConfigError for what is no prefix.
        """
        check_kind("prefix", prefix, Prefix, _REMEDY_PREFIX)
        running = self._live()
        running.wanted[prefix.width].unstate(prefix.key)
        running.worker.wake()

    def follow(
        self,
        speaker: Followed,
        family: Family,
        *,
        via: Via = gateway_of,
        metric: int = 0,
        multipath: MultipathOptions | None = None,
        link_bandwidth: bool = False,
    ) -> None:
        """Want the best paths of ``speaker`` as routes, except its own; :meth:`replace` overrules single prefixes.

        ``via`` says how a path is forwarded: by a next hop, by several, None for not at all. `KernelNextHops.via`
        finds the neighbours behind which a path's next hop is. With ``multipath`` the paths that equal the best one
        share its route, with ``link_bandwidth`` in proportion to the bandwidths that their communities tell, where
        all of them do (RFC 10005). ValueError for a family that is not unicast, ConfigError for what else cannot be.
        """
        running = self._live()
        width = WIDTH_OF_FAMILY.get(family)
        if width is None:
            raise ValueError(f"routes of family {family} have no place in a kernel table")
        specs = Specs(via, metric, multipath, link_bandwidth=link_bandwidth)
        follower = Follower(running.wanted[width], specs, running.worker.wake)
        running.followers.append(follower)
        running.unsubscribe.append(speaker.subscribe(family, follower.consume))

    def next_hops_changed(self) -> None:
        """Ask each ``via`` of :meth:`follow` anew; the routes of paths that are forwarded otherwise now follow.

        To be called before `Speaker.next_hops_changed`: what has only moved goes on without a gap. Nothing is
        done while the FIB is not started.
        """
        for follower in self._running.followers if self._running is not None else ():
            follower.next_hops_changed()

    async def settled(self) -> None:
        """Wait until all that is wanted has been asked of the kernel; failures and conflicts stay in :meth:`diff`.

        Where the table is only read, wait until it has been compared. FibError when the kernel is heard no more.
        """
        running = self._live()
        await running.replayed()
        if not running.writes:
            running.worker.check_soon()
        await running.worker.settled()

    async def sweep(self) -> int:
        """Remove the adopted routes that nobody has asked for since the start; return how many prefixes."""
        return await self._live().sweep(*WIDTHS)

    async def sweep_when_complete(self, speaker: Completing, *, deadline: float = DEADLINE) -> int:
        """Sweep each family as soon as the peers of ``speaker`` have told all of it; return how many prefixes.

        That is when every configured peer has a session and has sent End-of-RIB (`Speaker.wait_complete`); where one
        does not come, where there is none, or where others may come from a range, ``deadline`` seconds pass. State
        what you want yourself, and :meth:`follow` the speaker, before. When the speaker stops first, all stays. It
        returns when nothing is left to sweep. ConfigError for a deadline that is none.
        """
        running = self._live()
        return await sweep_when_complete(speaker, checked_deadline(deadline), running.leftover, running.sweep)

    async def verify(self) -> FibDiff:
        """Compare the whole table now, put right what differs, and return what could not be."""
        running = self._live()
        running.worker.check_soon()
        await running.worker.settled()
        return await running.look.known()

    async def compare(self) -> FibDiff:
        """Read the table now and return what differs in it; nothing is written, and the work goes on meanwhile.

        What is being changed just then is found either way, or among the ``pending``.
        """
        return await self._live().look.compare()

    def differences(self) -> AsyncGenerator[FibState, None]:
        """Do as :meth:`compare`, and yield the state of each prefix that differs: a million need not fit at once."""
        return self._live().look.differences()

    def states(self) -> AsyncGenerator[FibState, None]:
        """Yield the state of each prefix that is wanted or has a route of ours, by address; see :meth:`state`."""
        return self._live().look.states()

    def present(self) -> AsyncGenerator[PresentRoute, None]:
        """Read the table now and yield the routes in it, whosever they are."""
        return self._live().look.present()

    def diff(self) -> FibDiff:
        """Return what differs between wanted and present, as far as the watched table is known."""
        running = self._live()
        return diff_of(running.dialogue, writes=running.writes)

    def state(self, prefix: Prefix) -> FibState:
        """Return what is wanted of ``prefix`` and what the kernel has of it, as far as the watched table is known.

        ConfigError for what is no prefix.
        """
        check_kind("prefix", prefix, Prefix, _REMEDY_PREFIX)
        return self._live().look.inspection(prefix.width).state(prefix.key)

    async def close(self, *, remove: bool = False) -> None:
        """Stop; routes stay in the kernel, to be adopted by the next start, unless ``remove`` takes all of ours out.

        What is wanted and not yet written is not written any more: await :meth:`settled` before. Closing again,
        or before the start, does nothing. FibError, and it goes on, for ``remove`` where the table is only read.

        Routes for one type of service (``tos``) or source (``from``) only, which others have made with our protocol,
        are no routes of ours: they are neither shown nor taken out.
        """
        if remove and self._running is not None and not self._running.writes:
            raise FibError("the table is only read: routes are not removed; close without that")
        running, self._running = self._running, None
        if running is None:
            return
        try:
            if remove:
                running.follow_no_more()
                for each in running.dialogue.reconcilers.values():
                    await in_turns(each.abandon())
                running.worker.wake()
                await running.worker.settled()
                if running.dialogue.objects is not None:
                    running.worker.check_soon()
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

    def _live(self) -> Running:
        if self._running is None:
            raise FibError("the FIB is not started")
        return self._running
