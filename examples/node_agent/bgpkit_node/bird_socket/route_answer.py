"""The answer to ``show route``."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Family, Prefix, RibView, Route
from bgpkit_node.bird_socket.counts import in_slices, served
from bgpkit_node.bird_socket.framing import END, Line, refused
from bgpkit_node.bird_socket.instances import KERNEL, Instance, named
from bgpkit_node.bird_socket.layout import Layout
from bgpkit_node.bird_socket.route_query import QueryError, RouteQuery
from bgpkit_node.bird_socket.route_rows import ROUTE, RouteRows, covering
from bgpkit_node.running import Serving

_NOT_FOUND = {Layout.BIRD_1_6: "Network not in table", Layout.BIRD_2: "Network not found"}


@dataclass(slots=True)
class _Tally:
    shown: int = 0
    routes: int = 0
    networks: int = 0

    @property
    def text(self) -> str:
        return f"{self.shown} of {self.routes} routes for {self.networks} networks"


class RouteAnswer:
    """Answers one query from the tables as they are while it is written."""

    def __init__(
        self,
        serving: Serving,
        found: tuple[Instance, ...],
        query: RouteQuery,
        *,
        layout: Layout,
        versions: tuple[int, ...],
        now: datetime,
    ) -> None:
        """Answer ``query`` for IP ``versions``; QueryError when it names a protocol that is not among ``found``."""
        for name in (query.protocol, query.export):
            if name and named(found, name) is None:
                raise QueryError(f"{name} is not a protocol")
        self._speaker = serving.speaker
        self._fib = serving.fib
        self._query = query
        self._layout = layout
        self._versions = versions
        self._export = named(found, query.export)
        self._sent: set[Prefix] = set()
        self._rows = RouteRows(serving, found, layout, now)

    async def lines(self) -> AsyncIterator[Line]:
        """Yield the answer."""
        tallies: list[str] = []
        total, tables = _Tally(), 0
        for version, family in served(self._speaker, self._versions):
            tally, tables = _Tally(), tables + 1
            await self._find_sent(family)
            async for line in self._table(version, family, tally):
                yield line
            tallies.append(f"{tally.text} in table {self._layout.table(version)}")
            total = _Tally(total.shown + tally.shown, total.routes + tally.routes, total.networks + tally.networks)
        if (self._query.exact or self._query.covering) and not total.networks:
            yield refused(8001, _NOT_FOUND[self._layout])
        elif not self._query.count and not self._query.stats:
            yield END
        elif self._layout is Layout.BIRD_1_6:
            yield Line(14, total.text, last=True)
        else:
            for text in tallies:
                yield Line(ROUTE, text)
            yield Line(14, f"Total: {total.text} in {tables} tables", last=True)

    async def _find_sent(self, family: Family) -> None:
        """Look up what the peer that is asked about is sent."""
        session = None if self._export is None else self._export.session
        if session is not None and session.status.terms is not None:
            sent = self._speaker.routes(family, peer=session.status.address, view=RibView.ADJ_RIB_OUT)
            self._sent |= {route.prefix async for route in in_slices(sent)}

    async def _table(self, version: int, family: Family, tally: _Tally) -> AsyncIterator[Line]:
        titled = self._layout is Layout.BIRD_1_6 or self._query.count
        async for routes in in_slices(self._networks(family)):
            tally.networks += 1
            tally.routes += len(routes)
            shown = [route for route in routes if self._is_shown(route)]
            tally.shown += len(shown)
            if self._query.count:
                continue
            for number, route in enumerate(shown):
                if not titled:
                    titled = True
                    yield Line(ROUTE, f"Table {self._layout.table(version)}:")
                async for line in self._rows.rows(route, first=not number, detailed=self._query.detailed):
                    yield line

    def _networks(self, family: Family) -> Iterator[tuple[Route, ...]]:
        """Yield the routes that may be chosen, network by network, the best first."""
        for prefix in self._prefixes(family):
            routes = tuple(route for route in self._speaker.paths(prefix, family) if route.eligible)
            if routes:
                yield routes

    def _prefixes(self, family: Family) -> Iterable[Prefix]:
        asked = self._query.exact or self._query.covering
        if asked is None:
            return (route.prefix for route in self._speaker.routes(family))
        if family != (IPV4_UNICAST if asked.width == 32 else IPV6_UNICAST):
            return ()
        if self._query.exact is not None:
            return (asked,)
        found = (each for each in covering(asked) if any(route.eligible for route in self._speaker.paths(each, family)))
        return [prefix for prefix in [next(found, None)] if prefix is not None]

    def _is_shown(self, route: Route) -> bool:
        if self._query.primary and not route.best:
            return False
        if self._query.protocol and self._rows.instance(route).name != self._query.protocol:
            return False
        return self._export is None or (route.best and self._is_exported(route.prefix))

    def _is_exported(self, prefix: Prefix) -> bool:
        if self._export is not None and self._export.name == KERNEL:
            return self._fib.state(prefix).wanted is not None
        return prefix in self._sent
