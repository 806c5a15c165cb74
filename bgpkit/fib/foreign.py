"""Routes of other programs, where they matter to ours. Pure."""

from collections.abc import Iterable

from bgpkit.fib.events import Drift
from bgpkit.fib.netlink.decode import RouteNotice
from bgpkit.fib.news import News

ForeignRoutes = tuple[tuple[int, int], ...]
"""Metric and protocol of each foreign route of one prefix."""


class Foreign:
    """What is known of foreign routes for prefixes that are wanted or held, and where they stand in the way."""

    def __init__(self) -> None:
        """Start knowing none."""
        self.routes: dict[bytes, ForeignRoutes] = {}
        self.conflicts: dict[bytes, int] = {}
        """Protocol of the foreign route that has the place of ours."""
        self.fresh = News[int]()
        """Conflicts that have begun, and have not been told."""
        self.ended = News[int]()
        """Conflicts that have been told, and are no more."""
        self.drifted = News[Drift]()
        """Routes of ours that another hand has taken or changed, and have not been told."""

    def __bool__(self) -> bool:
        """Tell whether any foreign route is known."""
        return bool(self.routes or self.conflicts)

    def observe(self, notice: RouteNotice) -> bool:
        """Note a foreign route that has come or gone; tell whether the prefix has others of them."""
        key = notice.key
        entry = (notice.forms[0].metric, notice.protocol)
        others = tuple(each for each in self.routes.get(key, ()) if each != entry)
        if notice.present:
            self.routes[key] = (*others, entry)
        elif others:
            self.routes[key] = others
        else:
            self.routes.pop(key, None)
        return bool(others)

    def take_dump(self, routes: dict[bytes, ForeignRoutes]) -> None:
        """Take all foreign routes of a dump, for prefixes that matter or not; see :meth:`forget`."""
        self.routes = routes

    def forget(self, keys: Iterable[bytes]) -> None:
        """Forget the routes of prefixes that matter to nobody."""
        for key in keys:
            self.routes.pop(key, None)

    def blocks(self, key: bytes, metric: int) -> bool:
        """Tell whether a foreign route has the prefix and the metric; if so there is a conflict, else none any more."""
        found = self.routes.get(key, ())
        protocol = next((number for each, number in found if each == metric), None)
        if self.conflicts.get(key) != protocol:
            self.end(key)
            if protocol is not None:
                self.conflicts[key] = protocol
                if not self.ended.leave_out(protocol, key):
                    self.fresh.note(protocol, key)
        return protocol is not None

    def end(self, key: bytes) -> None:
        """Forget a conflict, if there is one: the foreign route has gone, or ours is not wanted any more."""
        protocol = self.conflicts.pop(key, None)
        if protocol is not None and not self.fresh.leave_out(protocol, key):
            self.ended.note(protocol, key)
