"""What a route of the kernel's has us announce, judged by a filter and by the interfaces. Pure."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

from bgpkit.fib.followed_table import FollowedTable
from bgpkit.fib.form import Form, Hop
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.page import Route
from bgpkit.fib.redistribution_filter import FoundRoute, RedistributionFilter
from bgpkit.fib.route import RouteKind
from bgpkit.fib.route_table import covering
from bgpkit_rib import Prefix

_CARRIER: Final = uapi.IFF_UP | uapi.IFF_LOWER_UP
_GONE: Final = ("", 0, 0)
"""The state of an interface that is not there."""
_KINDS: Final = {
    uapi.RTN_UNICAST: RouteKind.UNICAST,
    uapi.RTN_BLACKHOLE: RouteKind.BLACKHOLE,
    uapi.RTN_UNREACHABLE: RouteKind.UNREACHABLE,
    uapi.RTN_PROHIBIT: RouteKind.PROHIBIT,
}
_NEVER: Final = {
    32: tuple(map(Prefix.parse, ("127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32"))),
    128: tuple(map(Prefix.parse, ("::/128", "::1/128", "fe80::/10", "ff00::/8"))),
}
"""Prefixes that mean something on one machine or one link only, and groups. RFC 6890; RFC 4291, section 2.4."""
_LINK_LOCAL: Final = Prefix.parse("169.254.0.0/16")
REMEMBERED: Final = 65_536
"""Judgments that are kept; more than that and the memory starts afresh."""


class Statement(NamedTuple):
    """What is announced of a prefix beside what all have in common."""

    next_hop: bytes = b""
    """Packed; empty for our own address."""
    med: int | None = None


class Judge:
    """Judges routes by a filter.

    A route passes only while it leads to an interface that is up and has carrier; an address of an interface as long
    as the kernel takes it for one.
    """

    def __init__(self, chosen: RedistributionFilter, *, metric_as_med: bool, keep_next_hop: bool) -> None:
        """Judge by ``chosen``; say with the metric of a route as MED, and its gateway as next hop, if asked to."""
        self._filter = chosen
        self._numbers = chosen.numbers
        self._metric_as_med = metric_as_med
        self._keep_next_hop = keep_next_hop
        self._known: dict[tuple[int, int, Form], Statement | None] = {}
        never = {32: _NEVER[32] if chosen.link_local else (*_NEVER[32], _LINK_LOCAL), 128: _NEVER[128]}
        self._never = {width: tuple((each.length, each.key) for each in prefixes) for width, prefixes in never.items()}

    def forget(self) -> None:
        """Judge all anew, since interfaces have changed."""
        self._known.clear()

    def leaves_out(self, width: int, key: bytes) -> bool:
        """Tell whether a prefix is not announced, whatever routes it has."""
        length = key[0]
        if not length:
            return not self._filter.default
        if any(length >= bits and covering(key[1:], bits) == other for bits, other in self._never[width]):
            return True
        prefixes = self._filter.prefixes
        return prefixes is not None and not prefixes.table(width).contains(key)

    def statement(self, table: FollowedTable, width: int, route: Route) -> Statement | None:
        """Return what a route of ``table`` has us say, None where it does not pass; but for :meth:`leaves_out`."""
        key, protocol, (form, *_) = route
        if form.kind == uapi.RTN_LOCAL and key[0] < width:
            return None
        alike = width, protocol, form
        if alike not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[alike] = self._judged(table, width, protocol, form)
        statement, accept = self._known[alike], self._filter.accept
        if statement is None or accept is None:
            return statement
        asked = not self.leaves_out(width, key)
        return statement if asked and accept(found_route(table, width, route)) else None

    def _judged(self, table: FollowedTable, width: int, protocol: int, form: Form) -> Statement | None:
        """Return what routes that differ in their prefix only have us say."""
        chosen, hops = self._filter, _leading(table, form)
        if form.kind == uapi.RTN_LOCAL:
            passes = chosen.local and protocol == uapi.RTPROT_KERNEL
        else:
            passes = protocol in self._numbers and _KINDS.get(form.kind) in chosen.kinds
        passes &= chosen.lowest_metric <= form.metric <= chosen.highest_metric
        passes &= bool(hops) or (form.kind != uapi.RTN_UNICAST and not chosen.interfaces)
        passes &= not hops or any(chosen.takes_interface(_name(table, hop)) for hop in hops)
        if not passes:
            return None
        next_hop = _told_gateway(hops, width) if self._keep_next_hop else b""
        return Statement(next_hop, form.metric if self._metric_as_med else None)


def found_route(table: FollowedTable, width: int, route: Route) -> FoundRoute:
    """Return a route of ``table`` as functions and people see it."""
    key, protocol, (form, *_) = route
    hops = _leading(table, form)
    return FoundRoute(
        prefix=Prefix.canonical(key, width),
        protocol=protocol,
        kind=_KINDS.get(form.kind),
        interfaces=tuple(_name(table, hop) for hop in hops),
        gateways=tuple(ip_address(hop.gateway) for hop in hops if hop.gateway),
        metric=form.metric,
    )


def _leading(table: FollowedTable, form: Form) -> list[Hop]:
    """Return the next hops that lead somewhere; to an address of our own no carrier is needed."""
    if form.kind == uapi.RTN_LOCAL:
        return list(form.hops)
    links = table.links
    return [hop for hop in form.hops if not hop.ifindex or links.get(hop.ifindex, _GONE)[1] & _CARRIER == _CARRIER]


def _name(table: FollowedTable, hop: Hop) -> str:
    return table.links.get(hop.ifindex, _GONE)[0]


def _told_gateway(hops: Sequence[Hop], width: int) -> bytes:
    """Return the gateway that others can be told of: the only one, of the same family and not of one link only."""
    gateways = {hop.gateway for hop in hops}
    gateway = gateways.pop() if len(gateways) == 1 else b""
    if len(gateway) * 8 != width or (width == 128 and IPv6Address(gateway).is_link_local):
        return b""
    return gateway
