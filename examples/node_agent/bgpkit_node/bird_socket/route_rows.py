"""One route as ``show route`` writes it."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Prefix, Route
from bgpkit.fib import RouteKind
from bgpkit_node.bird_socket.attribute_rows import attribute_rows, origin_mark
from bgpkit_node.bird_socket.devices import Devices
from bgpkit_node.bird_socket.framing import Line
from bgpkit_node.bird_socket.instances import STATIC, Instance
from bgpkit_node.bird_socket.layout import Layout
from bgpkit_node.bird_socket.protocol_rows import PREFERENCES
from bgpkit_node.running import Serving, since_text

ROUTE: Final = 1007
_TYPE: Final = 1008
_ATTRIBUTE: Final = 1012


class RouteRows:
    """Writes routes of one speaker in one layout."""

    def __init__(self, serving: Serving, found: tuple[Instance, ...], layout: Layout, now: datetime) -> None:
        """Write for the protocols ``found``."""
        self._fib = serving.fib
        self._news = serving.news
        self._layout = layout
        self._now = now
        self._devices = Devices(serving.fib)
        self._own: Final = next(instance for instance in found if instance.name == STATIC)
        self._by_address: Mapping[str, Instance] = {
            instance.session.status.address: instance for instance in found if instance.session is not None
        }

    def instance(self, route: Route) -> Instance:
        """Return the protocol that a route is from; our own routes, and those of a peer just gone, are static."""
        return self._by_address.get(route.peer, self._own)

    async def rows(self, route: Route, *, first: bool, detailed: bool) -> AsyncIterator[Line]:
        """Yield a route; ``first`` of its prefix, it is written with it."""
        prefix = route.prefix if first else ""
        came = self._news.since(IPV4_UNICAST if route.prefix.width == 32 else IPV6_UNICAST, route)
        since = since_text(came or self._now, self._now, milliseconds=self._layout is Layout.BIRD_2)
        place, how = await self._way(route)
        source = self._source(route)
        tail = f"[{self.instance(route).name} {since}{source}]{' *' if route.best else ''} {self._info(route)}"
        if self._layout is Layout.BIRD_1_6:
            yield Line(ROUTE, f"{prefix!s:<18} {place or how} {tail}")
        else:
            yield Line(ROUTE, f"{prefix!s:<20} {how} {tail}")
            if place:
                yield Line(ROUTE, f"\t{place}")
        if detailed:
            for line in self._details(route, how):
                yield line

    async def _way(self, route: Route) -> tuple[str, str]:
        """Return the next hop with its interface, if it has one, and what kind of route it is."""
        if self._is_own(route):
            wanted = self._fib.state(route.prefix).wanted
            if wanted is not None and wanted.kind is not RouteKind.UNICAST:
                return "", wanted.kind.value
            device = await self._devices.of(route.prefix)
            return (f"dev {device}", "unicast") if device else ("", "unreachable")
        gateway = str(ip_address(route.path.next_hop[:16]))
        device = await self._devices.towards(route.prefix, gateway)
        return (f"via {gateway} on {device}", "unicast") if device else (f"via {gateway}", "unicast")

    def _source(self, route: Route) -> str:
        """Return which peer told of a route whose next hop is another one, as a reflector does."""
        if self._is_own(route) or ip_address(route.path.next_hop[:16]) == ip_address(route.peer.partition("%")[0]):
            return ""
        return f" from {route.peer}"

    def _info(self, route: Route) -> str:
        instance = self.instance(route)
        if instance.session is None:
            return f"({PREFERENCES[instance.kind]})"
        metric = f"/{route.path.metric}" if self._layout is Layout.BIRD_1_6 or route.path.metric else ""
        return f"({PREFERENCES['BGP']}{metric}) [{origin_mark(route.attributes)}]"

    def _details(self, route: Route, how: str) -> list[Line]:
        kind = "static" if self._is_own(route) else "BGP"
        middle = "unicast univ" if self._layout is Layout.BIRD_1_6 else "univ"
        lines = [Line(_TYPE, f"\tType: {kind} {middle}")]
        if kind == "BGP":
            lines += [Line(_ATTRIBUTE, f"\t{row}") for row in attribute_rows(route.attributes)]
        return lines

    def _is_own(self, route: Route) -> bool:
        return route.peer not in self._by_address


def covering(prefix: Prefix) -> list[Prefix]:
    """Return every prefix that has ``prefix`` in it, the longest, which is itself, first."""
    network = prefix.network
    return [Prefix.from_network(network.supernet(new_prefix=length)) for length in range(prefix.length, -1, -1)]
