"""A speaker's routes, sorted by what is done with packets to them, so that each sort has its own ways."""

from collections.abc import Callable, Iterable
from typing import Protocol

from bgpkit import Entry, Family, Path
from bgpkit.fib import Followed, NextHop
from bgpkit_node.tunnels.encapsulation import ENCAPSULATIONS, Encapsulation, PoolEncapsulations
from bgpkit_node.tunnels.route_source import VERSIONS, Consumer, Source, Telling
from bgpkit_node.tunnels.ways import Forwarding, Situation, TunnelWays


class Installing(Protocol):
    """What sorting needs of a Fib."""

    def follow(self, speaker: Followed, family: Family, /, *, via: Callable[[Path], Forwarding]) -> None:
        """Want the routes of ``speaker``, forwarded as ``via`` says."""
        ...

    def next_hops_changed(self) -> None:
        """Ask each ``via`` anew."""
        ...


class _Sort:
    """The routes of one sort, which a Fib follows as if they were a speaker's."""

    def __init__(self, routes: "SortedRoutes") -> None:
        self._routes = routes
        self._consumer: Consumer | None = None

    def subscribe(self, _family: Family, consumer: Consumer, /) -> Telling:
        self._consumer = consumer
        return self

    def __call__(self) -> None:
        self._consumer = None
        self._routes.end()

    async def replayed(self) -> None:
        await self._routes.replayed()

    def take(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        if self._consumer is not None:
            self._consumer(keys, old, new)


class SortedRoutes:
    """The routes of one family of a speaker, handed to a Fib by :meth:`begin`."""

    def __init__(self, source: Source, family: Family, pools: PoolEncapsulations) -> None:
        """Sort the routes of ``source`` by ``pools``."""
        self._source = source
        self._family = family
        self._version = VERSIONS[family]
        self._pools = pools
        self._sorts = {encapsulation: _Sort(self) for encapsulation in ENCAPSULATIONS if self._concerns(encapsulation)}
        self._telling: Telling | None = None
        self._again: Telling | None = None

    def begin(self, fib: Installing, ways: TunnelWays) -> None:
        """Let ``fib`` follow each sort, by the way that ``ways`` has for it."""
        for encapsulation, sort in self._sorts.items():
            fib.follow(sort, self._family, via=ways.via(encapsulation))
        self._telling = self._source.subscribe(self._family, self._take)

    def end(self) -> None:
        """Tell no more; a second call does nothing."""
        for telling in (self._telling, self._again):
            if telling is not None:
                telling()
        self._telling = self._again = None

    async def replayed(self) -> None:
        """Wait until all that the table held has been told."""
        for telling in (self._telling, self._again):
            if telling is not None:
                await telling.replayed()

    def sort_by(self, pools: PoolEncapsulations) -> None:
        """Sort by ``pools`` from now on: routes that are of another sort than before are replaced, none is removed.

        All are told once more, as additions, and what is as it was is left alone; what changes meanwhile is told by the
        first telling.
        """
        if pools == self._pools:
            return
        self._pools = pools
        if self._again is not None:
            self._again()
        if self._telling is not None:
            self._again = self._source.subscribe(self._family, self._take_again)

    def _take(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        for encapsulation, some in self._pools.sorted(keys, self._version).items():
            self._sorts[encapsulation].take(some, old, new)

    def _take_again(self, keys: list[bytes], _old: Entry | None, new: Entry | None) -> None:
        if new is not None:
            self._take(keys, None, new)

    def _concerns(self, encapsulation: Encapsulation) -> bool:
        return encapsulation.tunnel is None or encapsulation.tunnel.version == self._version


class FollowedRoutes:
    """All routes of a speaker, each going by its way, whatever becomes of pools and nodes."""

    def __init__(self, source: Source, fib: Installing, ways: TunnelWays) -> None:
        """Hand the routes of ``source`` to ``fib``; nothing happens before :meth:`begin`."""
        self._source = source
        self._fib = fib
        self._ways = ways
        self._sorted: list[SortedRoutes] = []

    @property
    def in_use(self) -> frozenset[NextHop]:
        """The next hops of routes."""
        return self._ways.in_use

    def begin(self, families: Iterable[Family]) -> None:
        """Let the Fib follow the routes of ``families``."""
        for family in families:
            routes = SortedRoutes(self._source, family, self._ways.situation.pools)
            routes.begin(self._fib, self._ways)
            self._sorted.append(routes)

    def follow(self, situation: Situation) -> None:
        """Let all routes go as ``situation`` has it."""
        if situation == self._ways.situation:
            return
        self._ways.take(situation)
        for routes in self._sorted:
            routes.sort_by(situation.pools)
        self._fib.next_hops_changed()
