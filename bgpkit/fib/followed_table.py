"""The routes of one kernel table that count, and the interfaces, as far as dumps and notices tell. Pure."""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Final, NamedTuple

from bgpkit.fib.form import Form
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice, NextHopNotice, Notice, RouteNotice
from bgpkit.fib.netlink.page import Route
from bgpkit.fib.route_table import RouteTable

WIDTHS: Final = (32, 128)
_LINK_LOCAL_LENGTH: Final = 10


class ListedRoutes(RouteTable):
    """A table of routes that can tell all its prefixes."""

    def keys(self) -> list[bytes]:
        """Return the prefixes that there are now."""
        return list(self._routes)


class TablePicture:
    """What a dump shows: routes, interfaces and their addresses."""

    def __init__(self, links: Iterable[LinkNotice] = (), addresses: Iterable[bytes] = ()) -> None:
        """Start with interfaces and packed addresses, and no route."""
        self.addresses = set(addresses)
        self.tables = {width: ListedRoutes(width) for width in WIDTHS}
        self.links = {link.index: link.state for link in links if link.state is not None}
        self.expires = inf
        """Seconds until the first of the routes is over, from when they were told."""


class TableChanges(NamedTuple):
    """What may be otherwise than it was."""

    all: bool
    """Everything may be."""
    keys: Mapping[int, set[bytes]]
    """Prefixes whose routes have changed, by address width."""
    addresses: set[bytes]
    """Addresses of our own that have come."""


class FollowedTable:
    """The routes of some protocols; those of others are as if they were not there.

    Notices are taken in as long as they leave no doubt. Where they do, ``doubtful`` is set and stays so until a new
    picture is taken: the kernel tells nobody which routes go with an interface, an address, or a next-hop object, nor
    where among several of one prefix and metric a route comes to stand. One thing only the next picture shows: which
    was replaced where a route that counts and one that does not share prefix and metric. Who adds routes as usual
    cannot bring that about.
    """

    def __init__(self, protocols: frozenset[int], *, default: bool = True, in_vrf: bool = False) -> None:
        """Know nothing; routes of ``protocols`` count, a default route only with ``default``.

        A VRF's table (``in_vrf``) tells itself which addresses are our own there: by routes of kind local, which count
        whatever their protocol. What addresses other interfaces have is then of no interest.
        """
        self.in_vrf = in_vrf
        self.doubtful = True
        self._changed: dict[int, set[bytes]] = {width: set() for width in WIDTHS}
        self._new_addresses: set[bytes] = set()
        self._all_changed = False
        self._never_up: set[int] = set()
        self._protocols = protocols
        self._shortest = 0 if default else 1
        self._picture = TablePicture()

    @property
    def links(self) -> Mapping[int, tuple[str, int, int]]:
        """The interfaces by index: name, flags that matter to routing, index of the master."""
        return self._picture.links

    @property
    def addresses(self) -> set[bytes]:
        """The addresses of our own, packed."""
        return self._picture.addresses

    @property
    def tables(self) -> Mapping[int, ListedRoutes]:
        """The routes, by address width."""
        return self._picture.tables

    def take_expiry(self) -> float:
        """Return in how many seconds, at the earliest, a route is over that was new since this was last asked."""
        expires, self._picture.expires = self._picture.expires, inf
        return expires

    @property
    def changed(self) -> bool:
        """Whether anything has changed since :meth:`changes` was asked."""
        return self._all_changed or bool(self._new_addresses) or any(self._changed.values())

    def changes(self) -> TableChanges:
        """Return what may have changed since this was last asked."""
        told = TableChanges(self._all_changed, self._changed, self._new_addresses)
        self._all_changed, self._changed, self._new_addresses = False, {width: set() for width in WIDTHS}, set()
        return told

    def add(self, picture: TablePicture, width: int, page: Iterable[Route]) -> None:
        """Add to a new picture what counts of a page of a dump."""
        protocols, shortest, add = self._protocols, self._shortest, picture.tables[width].add
        for route in page:
            if (route[1] in protocols or self._is_local(route[2][0])) and route[0][0] >= shortest:
                expires = route[2][0].expires
                if expires >= 0:
                    add(route)
                if expires > 0:
                    picture.expires = min(picture.expires, expires)

    def take(self, picture: TablePicture) -> None:
        """Take a complete picture for the truth; what was told while it was made is to be heeded again."""
        self._picture = picture
        self.doubtful = False
        self._all_changed = True

    def heed(self, notice: Notice) -> None:
        """Take in what the kernel has told."""
        match notice:
            case RouteNotice():
                self._heed_route(notice)
            case LinkNotice(index, state):
                self._heed_link(index, state)
            case AddressNotice(present, address):
                self._heed_address(present, address)
            case NextHopNotice():
                self.doubtful = True

    def _is_local(self, form: Form) -> bool:
        """Tell whether a route of a VRF's table stands for an address of our own."""
        return self.in_vrf and form.kind == uapi.RTN_LOCAL

    def _heed_address(self, present: bool, address: bytes) -> None:
        """Note an address; one that has gone may be on another interface still, and takes routes along."""
        addresses = self._picture.addresses
        if present and not self.in_vrf and address not in addresses and len(address) * 8 in self._changed:
            addresses.add(address)
            self._new_addresses.add(address)
        self.doubtful |= not present

    def _heed_link(self, index: int, state: tuple[str, int, int] | None) -> None:
        links = self._picture.links
        before = links.get(index)
        if before == state:
            return
        self._all_changed = True
        if state is None:
            del links[index]
        else:
            links[index] = state
        if before is None and state is not None and not state[1] & uapi.IFF_UP:
            self._never_up.add(index)  # no route can have gone with it, nor come back when it is set up
            return
        turned = before is not None and (state is None or (before[1] ^ state[1]) & uapi.IFF_UP != 0)
        self.doubtful |= turned and index not in self._never_up
        if turned:
            self._never_up.discard(index)

    def _heed_route(self, notice: RouteNotice) -> None:
        present, width, key, protocol, forms, replaced = notice
        if key[0] < self._shortest or _is_link_local(width, key):
            return
        table, metric = self._picture.tables[width], forms[0].metric
        equals = [route for route in table.routes(key) if route[2][0].metric == metric]
        counts = protocol in self._protocols or self._is_local(forms[0])
        twin = next((route for route in equals if route[1] == protocol and route[2] == forms), None)
        if replaced:
            if len(equals) > 1:
                self.doubtful = True
                return
            for route in equals:
                table.remove(route)
        elif not counts or (present and twin is not None):
            return
        elif not present and twin is not None:
            table.remove(twin)
        elif equals:
            self.doubtful |= present or any(route[1] == protocol for route in equals)
            return
        elif not present:
            return
        if present and counts:
            table.add((key, protocol, forms))
            self._picture.expires = min(self._picture.expires, forms[0].expires or inf)
        self._changed[width].add(key)


def _is_link_local(width: int, key: bytes) -> bool:
    """Tell whether a prefix is one of fe80::/10, which each interface has for itself: nothing looks there by a table.

    RFC 4291, section 2.5.6.
    """
    return width == WIDTHS[1] and key[0] >= _LINK_LOCAL_LENGTH and key[1] == 0xFE and key[2] & 0xC0 == 0x80
