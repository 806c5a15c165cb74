"""Which ways the kernel knows to an address, as far as dumps and notices tell. Pure."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final, NamedTuple

from bgpkit.fib.form import Form, Hop
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice, NextHopNotice, Notice, Route, RouteNotice
from bgpkit.fib.route import NextHop
from bgpkit.fib.route_table import RouteTable, covering

_CARRIER: Final = uapi.IFF_UP | uapi.IFF_LOWER_UP
WIDTHS: Final = (32, 128)


class Way(NamedTuple):
    """The way to an address."""

    reachable: bool
    metric: int = 0
    """That of the route, the smaller the better; 0 where the address is on a link of our own."""


class Lookup(NamedTuple):
    """The way to an address, and the links it takes."""

    way: Way
    next_hops: tuple[NextHop, ...] = ()
    """Neighbours that packets are given to, those of one route that have a carrier; none where there is no way.

    Where the address is on a link it is the gateway itself; so what is behind it needs no second lookup.
    """


_NO_WAY: Final = Lookup(Way(reachable=False))


class Picture:
    """What a dump shows: routes, interfaces and their addresses."""

    def __init__(self, links: Iterable[LinkNotice] = (), addresses: Iterable[bytes] = ()) -> None:
        """Start with interfaces and packed addresses, and no route."""
        self.addresses = set(addresses)
        self.tables = {width: RouteTable(width) for width in WIDTHS}
        self.links = {link.index: link.state for link in links if link.state is not None}


class Ways:
    """The routes that count, by longest match; routes of others are as if they were not there.

    Notices are taken in as long as they leave no doubt. Where they do, ``doubtful`` is set and stays so until a new
    picture is taken: the kernel tells nobody which routes go with an interface, an address, or a next-hop object, nor
    where among several of one prefix and metric a route comes to stand. One thing only the next picture shows: which
    was replaced where a route that counts and one that does not share prefix and metric. Who adds routes as usual
    cannot bring that about.
    """

    def __init__(self, protocols: frozenset[int], *, default: bool = False, in_vrf: bool = False) -> None:
        """Know nothing; routes of ``protocols`` count, a default route only with ``default``.

        A VRF's table (``in_vrf``) tells itself which addresses are our own there: by routes of kind local, which count
        whatever their protocol. What addresses other interfaces have is then of no interest.
        """
        self.doubtful = True
        self._changed: dict[int, set[bytes]] = {width: set() for width in WIDTHS}
        self._all_changed = False
        self._protocols = protocols
        self._shortest = 0 if default else 1
        self._in_vrf = in_vrf
        self._picture = Picture()

    def add(self, picture: Picture, width: int, page: Iterable[Route]) -> None:
        """Add to a new picture what counts of a page of a dump."""
        protocols, shortest, add = self._protocols, self._shortest, picture.tables[width].add
        for route in page:
            if (route[1] in protocols or self._is_local(route[2][0])) and route[0][0] >= shortest:
                add(route)

    def take(self, picture: Picture) -> None:
        """Take a complete picture for the truth; what was told while it was made is to be heeded again."""
        self._picture = picture
        self.doubtful = False
        self._all_changed = True

    @property
    def changed(self) -> bool:
        """Whether anything has changed since :meth:`concerned` was asked."""
        return self._all_changed or any(self._changed.values())

    def concerned(self, addresses: Iterable[bytes]) -> list[bytes]:
        """Return those of ``addresses`` to which the way may have changed since this was last asked."""
        every, self._all_changed = self._all_changed, False
        changed, self._changed = self._changed, {width: set() for width in WIDTHS}
        if every:
            return list(addresses)
        lengths = {width: {key[0] for key in keys} for width, keys in changed.items()}
        return [
            address
            for address in addresses
            if any(
                covering(address, length) in changed[len(address) * 8] for length in lengths.get(len(address) * 8, ())
            )
        ]

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

    def look_up(self, address: bytes) -> Lookup:
        """Return the way to ``address``, packed in 4 or 16 octets, and by which links.

        There is none to an address of our own: it would lead back to us. Of the longest prefix the smallest metric
        decides, whatever is beside it, as it does in the kernel. There is no way through a route that refuses packets,
        nor through interfaces that are down or without carrier. Of several routes alike the first is taken.
        """
        if address in self._picture.addresses:
            return _NO_WAY
        table = self._picture.tables.get(len(address) * 8)
        routes = () if table is None else tuple(table.longest_match(address))
        if not routes:
            return _NO_WAY
        least = min(forms[0].metric for _, _, forms in routes)
        passable = [
            (protocol, forms[0])
            for _, protocol, forms in routes
            if forms[0].metric == least and any(map(self._leads_on, forms[0].hops))
        ]
        if not passable:
            return _NO_WAY
        metric = min(_metric(protocol, form) for protocol, form in passable)
        hops = [hop for hop in passable[0][1].hops if self._leads_on(hop)]
        return Lookup(Way(reachable=True, metric=metric), tuple(self._next_hop(hop, address) for hop in hops))

    def _next_hop(self, hop: Hop, address: bytes) -> NextHop:
        """Return the neighbour on the way to ``address``; the interface is left open where the kernel tells none."""
        device = self._picture.links[hop.ifindex][0] if hop.ifindex else None
        return NextHop(
            gateway=ip_address(hop.gateway or address),
            device=device,
            onlink=hop.onlink and device is not None,
            weight=hop.weight,
            encap=hop.encap,
        )

    def _leads_on(self, hop: Hop) -> bool:
        return not hop.ifindex or self._has_carrier(hop.ifindex)

    def _is_local(self, form: Form) -> bool:
        """Tell whether a route of a VRF's table stands for an address of our own."""
        return self._in_vrf and form.kind == uapi.RTN_LOCAL

    def _has_carrier(self, index: int) -> bool:
        state = self._picture.links.get(index)
        return state is not None and state[1] & _CARRIER == _CARRIER

    def _heed_address(self, present: bool, address: bytes) -> None:
        """Note an address; one that has gone may be on another interface still, and takes routes along."""
        addresses = self._picture.addresses
        if present and not self._in_vrf and address not in addresses and len(address) * 8 in self._changed:
            addresses.add(address)
            self._changed[len(address) * 8].add(covering(address, len(address) * 8))
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
        self.doubtful |= before is not None and (state is None or (before[1] ^ state[1]) & uapi.IFF_UP != 0)

    def _heed_route(self, notice: RouteNotice) -> None:
        present, width, key, protocol, forms, replaced = notice
        if key[0] < self._shortest:
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
        if present and counts:
            table.add((key, protocol, forms))
        self._changed[width].add(key)


def _metric(protocol: int, form: Form) -> int:
    """Return what the way by a route costs: nothing on our own links, whose routes come with our addresses."""
    connected = protocol == uapi.RTPROT_KERNEL and not any(hop.gateway for hop in form.hops)
    return 0 if connected else form.metric
