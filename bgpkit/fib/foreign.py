"""Routes of other programs, where they matter to ours. Pure."""

from collections.abc import Iterable

from bgpkit.fib.decode import RouteNotice

ForeignRoutes = tuple[tuple[int, int], ...]
"""Metric and protocol of each foreign route of one prefix."""


class Foreign:
    """What is known of foreign routes for prefixes that are wanted or held, and where they stand in the way."""

    def __init__(self) -> None:
        """Start knowing none."""
        self.routes: dict[bytes, ForeignRoutes] = {}
        self.conflicts: dict[bytes, int] = {}
        """Protocol of the foreign route that has the place of ours."""
        self._fresh: dict[bytes, None] = {}

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
        if protocol is None:
            self.conflicts.pop(key, None)
            return False
        if self.conflicts.get(key) != protocol:
            self.conflicts[key] = protocol
            self._fresh[key] = None
        return True

    def news(self) -> list[tuple[bytes, int]]:
        """Return each conflict that has begun since the last call, with the foreign protocol."""
        fresh, self._fresh = self._fresh, {}
        return [(key, self.conflicts[key]) for key in fresh if key in self.conflicts]
