"""Which ways the kernel knows to an address, as far as dumps and notices tell. Pure."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final, NamedTuple

from bgpkit.fib.followed_table import FollowedTable
from bgpkit.fib.form import Form, Hop
from bgpkit.fib.netlink import uapi
from bgpkit.fib.route import NextHop, is_gateway
from bgpkit.fib.route_table import covering

_CARRIER: Final = uapi.IFF_UP | uapi.IFF_LOWER_UP


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


class Ways(FollowedTable):
    """The ways by the routes that count, by longest match; routes of others are as if they were not there."""

    def __init__(self, protocols: frozenset[int], *, default: bool = False, in_vrf: bool = False) -> None:
        """Know nothing; see FollowedTable. The default route counts only when that is said."""
        super().__init__(protocols, default=default, in_vrf=in_vrf)

    def concerned(self, addresses: Iterable[bytes]) -> list[bytes]:
        """Return those of ``addresses`` to which the way may have changed since this was last asked."""
        every, changed, new = self.changes()
        if every:
            return list(addresses)
        for own in new:
            changed[len(own) * 8].add(covering(own, len(own) * 8))
        lengths = {width: {key[0] for key in keys} for width, keys in changed.items()}
        return [
            address
            for address in addresses
            if any(
                covering(address, length) in changed[len(address) * 8] for length in lengths.get(len(address) * 8, ())
            )
        ]

    def look_up(self, address: bytes) -> Lookup:
        """Return the way to ``address``, packed in 4 or 16 octets, and by which links.

        There is none to an address of our own: it would lead back to us; nor to what is no host's address. Of the
        longest prefix the smallest metric decides, whatever is beside it, as it does in the kernel. There is no way
        through a route that refuses packets, nor through interfaces that are down or without carrier. Of several routes
        alike the first is taken.
        """
        if address in self.addresses or not is_gateway(address):
            return _NO_WAY
        table = self.tables.get(len(address) * 8)
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
        device = self.links[hop.ifindex][0] if hop.ifindex else None
        return NextHop(
            gateway=ip_address(hop.gateway or address),
            device=device,
            onlink=hop.onlink and device is not None,
            weight=hop.weight,
            encap=hop.encap,
        )

    def _leads_on(self, hop: Hop) -> bool:
        return not hop.ifindex or self._has_carrier(hop.ifindex)

    def _has_carrier(self, index: int) -> bool:
        state = self.links.get(index)
        return state is not None and state[1] & _CARRIER == _CARRIER


def _metric(protocol: int, form: Form) -> int:
    """Return what the way by a route costs: nothing on our own links, whose routes come with our addresses."""
    connected = protocol == uapi.RTPROT_KERNEL and not any(hop.gateway for hop in form.hops)
    return 0 if connected else form.metric
