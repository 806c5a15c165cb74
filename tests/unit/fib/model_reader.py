"""A kernel's table to be read and followed, as the tests of those who follow want it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_address

from bgpkit.errors import FibError
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.kernel import Notices
from bgpkit.fib.netlink.decode import LinkNotice, Notice, RouteNotice
from bgpkit.fib.netlink.page import Page, Route
from bgpkit.fib.netlink.reader import NetlinkReader
from bgpkit_rib import Prefix

UP, DOWN, NO_CARRIER = 0x10041, 0, 0x1
E0, E1 = 2, 3
UNICAST, LOCAL, BLACKHOLE, UNREACHABLE, PROHIBIT = 1, 2, 6, 7, 8
KERNEL, BOOT, STATIC, BGP, OSPF = 2, 3, 4, 186, 188


def through(index: int = E0, metric: int = 0, *, gateway: str = "10.0.0.2", kind: int = UNICAST) -> Form:
    """Return the form of a route by one interface."""
    packed = ip_address(gateway).packed if gateway else b""
    return make_form(kind, [Hop(packed, index, onlink=False, weight=1)], metric)


def row(prefix: str, form: Form | None = None, protocol: int = STATIC) -> Route:
    """Return a route as a dump has it."""
    return Prefix.parse(prefix).key, protocol, (through() if form is None else form,)


def link(index: int, flags: int = UP, name: str = "") -> LinkNotice:
    """Return what the kernel says of an interface; e0 has the index 2."""
    return LinkNotice(index, (name or f"e{index - 2}", flags, 0))


def notice(
    prefix: str, form: Form | None = None, protocol: int = STATIC, *, present: bool = True, replaced: bool = False
) -> RouteNotice:
    """Return what the kernel says of a route."""
    return RouteNotice(present, Prefix.parse(prefix).width, *row(prefix, form, protocol), replaced)


class ModelReader(NetlinkReader):
    """A kernel that has some routes, and tells of what it is told to tell."""

    def __init__(self, *routes: Route) -> None:
        """Start with IPv4 routes and two interfaces that are up."""
        self.routes = list(routes)
        self.interfaces = [link(E0), link(E1)]
        self.told: list[Notice] = []
        self.lost = self.deaf = self.unreadable = self.watches_next_hops = self.closed = False
        self.dumps = 0
        self.between_pages: Callable[[], None] = lambda: None
        self._there, self._here = os.pipe2(os.O_NONBLOCK)

    def watch_next_hops(self) -> None:
        """Note it."""
        self.watches_next_hops = True

    def fileno(self) -> int:
        """Return what becomes readable."""
        return self._there

    def close(self) -> None:
        """Close both ends."""
        self.closed = True
        os.close(self._there)
        os.close(self._here)

    def notices(self) -> Notices:
        """Hand over what was told."""
        os.read(self._there, 4096)
        if self.deaf:
            raise FibError("netlink: gone", 9)
        told, lost, self.told, self.lost = self.told, self.lost, [], False
        return Notices(told, lost)

    async def links(self) -> list[LinkNotice]:
        """Return the interfaces."""
        return list(self.interfaces)

    async def addresses(self) -> list[bytes]:
        """Return the one address."""
        return [b"\x0a\0\0\1"]

    async def dump(self, width: int, *, own_only: bool) -> AsyncIterator[Page]:
        """Give a route a page."""
        assert not own_only
        self.dumps += width == 32
        if self.unreadable:
            raise FibError("the kernel's table cannot be read", 12)
        for route in list(self.routes) if width == 32 else ():
            yield Page.of([route])
            self.between_pages()
            await asyncio.sleep(0)

    def tell(self, *told: Notice, lost: bool = False) -> None:
        """Let the socket become readable."""
        self.told += told
        self.lost |= lost
        os.write(self._here, b"!")

    def add(self, *routes: Route) -> None:
        """Add routes, and tell of them."""
        self.routes += routes
        self.tell(*(RouteNotice(True, 32, *route) for route in routes))

    def remove(self, *routes: Route) -> None:
        """Remove routes, and tell of them."""
        for route in routes:
            self.routes.remove(route)
        self.tell(*(RouteNotice(False, 32, *route) for route in routes))
