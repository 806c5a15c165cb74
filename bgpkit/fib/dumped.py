"""What a dump shows of our routes, against what was held before: nearly always the same. Pure."""

from operator import is_

from bgpkit.fib.form import Forms, matches
from bgpkit.fib.held import gather
from bgpkit.fib.netlink.page import Page, Route


class Dumped:
    """The routes of one protocol and address width, as they are dumped page by page.

    Where all is as held, the dictionary of what is held stays: it has the order and the very keys of what is wanted,
    so that both are compared in half the time.
    """

    def __init__(self, held: dict[bytes, Forms], protocol: int) -> None:
        """Compare with ``held``: nobody else may change it before the dump has ended."""
        self._held = held
        self._protocol = protocol
        self._found: dict[bytes, Forms] = {}
        self._as_held = True

    def add(self, page: Page) -> list[Route]:
        """Take in a page, and return the routes of other protocols."""
        others = gather(self._found, page, self._protocol)
        self._as_held = self._as_held and not others and self._is_as_held(page)
        return others

    def routes(self) -> dict[bytes, Forms]:
        """Return all routes after the last page: what was held, the very same dictionary, or another one."""
        self._as_held = self._as_held and len(self._found) == len(self._held)
        return self._held if self._as_held else self._found

    def spent(self) -> dict[bytes, Forms]:
        """Return what nobody needs any more."""
        return self._found if self._as_held else {}

    def _is_as_held(self, page: Page) -> bool:
        """Tell whether a page shows nothing but what is held, and hold it as the kernel spells it."""
        before = list(map(self._held.get, page.keys))
        if not all(map(is_, before, page.forms)):
            alike = zip(map(id, before), map(id, page.forms), strict=True)
            pairs = dict(zip(alike, zip(before, page.forms, strict=True), strict=True))
            if not all(was and len(was) == 1 and matches(was[0], now[0]) for was, now in pairs.values()):
                return False
            self._held.update(zip(page.keys, page.forms, strict=True))
        return True
