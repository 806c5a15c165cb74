"""What a dump shows of our routes, against what was held before: nearly always the same. Pure."""

from collections.abc import Iterator
from operator import is_

from bgpkit.fib.form import Forms, matches
from bgpkit.fib.held import gather
from bgpkit.fib.netlink.page import Page, Route
from bgpkit.fib.slicing import slices


class Dumped:
    """The routes of one protocol and address width, as they are dumped page by page.

    Where all is as held, the dictionary of what is held stays: it has the order and the very keys of what is wanted,
    so that both are compared in half the time. Another one is made of the pages only where something differs.
    """

    def __init__(self, held: dict[bytes, Forms], protocol: int) -> None:
        """Compare with ``held``: nobody else may change it before :meth:`end` is through."""
        self._held = held
        self._protocol = protocol
        self._pages: list[Page] = []
        self._hashes = 0
        self._as_held = True
        self._found: dict[bytes, Forms] = {}

    def add(self, page: Page) -> list[Route]:
        """Take in a page, and return the routes of other protocols."""
        self._pages.append(page)
        if page.protocols.count(self._protocol) < len(page):
            self._as_held = False
            return [route for route in page if route[1] != self._protocol]
        self._as_held = self._as_held and self._is_as_held(page)
        return []

    def end(self) -> Iterator[None]:
        """Make of all pages what :meth:`routes` returns, slice by slice; there is none of them left in the end.

        Nothing that is held is missing, and nothing came twice, if the sum of all hashes is the same.
        """
        for part in slices(self._held) if self._as_held else ():
            self._hashes -= sum(map(hash, part))
            yield
        self._as_held = self._as_held and not self._hashes
        self._pages.reverse()
        while self._pages:
            page = self._pages.pop()
            if not self._as_held:
                gather(self._found, page, self._protocol)
            yield

    def routes(self) -> dict[bytes, Forms]:
        """Return all routes: what was held, the very same dictionary, or another one."""
        return self._held if self._as_held else self._found

    def _is_as_held(self, page: Page) -> bool:
        """Tell whether a page shows nothing but what is held, and hold it as the kernel spells it."""
        before = list(map(self._held.get, page.keys))
        if not all(map(is_, before, page.forms)):
            alike = zip(map(id, before), map(id, page.forms), strict=True)
            pairs = dict(zip(alike, zip(before, page.forms, strict=True), strict=True))
            if not all(was and len(was) == 1 and matches(was[0], now[0]) for was, now in pairs.values()):
                return False
            self._held.update(zip(page.keys, page.forms, strict=True))
        self._hashes += sum(map(hash, page.keys))
        return True
