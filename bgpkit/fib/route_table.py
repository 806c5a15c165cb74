"""The routes of one address width by prefix, to find the longest match. Pure."""

from collections.abc import Iterable
from typing import Final

from bgpkit.fib.netlink.page import Route

_LENGTH_OCTET: Final = tuple(bytes((length,)) for length in range(129))

_MASKED: Final = tuple(tuple(bytes((octet & 0xFF00 >> bits & 0xFF,)) for octet in range(256)) for bits in range(8))
"""An octet of which only the first bits count."""


class RouteTable:
    """Any number of routes a prefix; nearly all prefixes have one."""

    def __init__(self, width: int) -> None:
        """Start empty, for addresses of ``width`` bits."""
        self._routes: dict[bytes, Route | list[Route]] = {}
        self._counts = [0] * (width + 1)
        self._lengths: tuple[int, ...] = ()
        """Lengths of prefixes that there are, the longest first."""

    def __len__(self) -> int:
        """Return the number of prefixes."""
        return len(self._routes)

    def add(self, route: Route) -> None:
        """Add a route beside those that its prefix has."""
        key = route[0]
        before = self._routes.setdefault(key, route)
        if isinstance(before, list):
            before.append(route)
        elif before is not route:
            self._routes[key] = [before, route]
        else:
            self._count(key[0], 1)

    def remove(self, route: Route) -> None:
        """Remove a route that is there."""
        key = route[0]
        left = [each for each in self.routes(key) if each is not route]
        if left:
            self._routes[key] = left
        else:
            del self._routes[key]
            self._count(key[0], -1)

    def routes(self, key: bytes) -> Iterable[Route]:
        """Return the routes of exactly one prefix."""
        found = self._routes.get(key, ())
        return found if isinstance(found, list) or not found else (found,)

    def longest_match(self, address: bytes) -> Iterable[Route]:
        """Return the routes of the longest prefix that holds the packed ``address``; none is empty."""
        routes = self._routes
        for length in self._lengths:
            key = covering(address, length)
            if key in routes:
                return self.routes(key)
        return ()

    def _count(self, length: int, growth: int) -> None:
        before = self._counts[length]
        self._counts[length] = after = before + growth
        if not (before and after):
            self._lengths = tuple(each for each in range(len(self._counts) - 1, -1, -1) if self._counts[each])


def covering(address: bytes, length: int) -> bytes:
    """Return the key of the prefix of ``length`` bits that holds the packed ``address``."""
    octets, bits = divmod(length, 8)
    key = _LENGTH_OCTET[length] + address[:octets]
    return key + _MASKED[bits][address[octets]] if bits else key
