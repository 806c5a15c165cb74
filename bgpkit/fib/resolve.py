"""From what a caller wants to what the kernel is told: interface names become indexes."""

from collections.abc import Callable
from typing import Final

from bgpkit.fib import uapi
from bgpkit.fib.form import IPV6_DEFAULT_METRIC, Forms, Hop, make_form
from bgpkit.fib.route import NextHop, RouteKind, Spec

NUMBER_OF_KIND: Final = {
    RouteKind.UNICAST: uapi.RTN_UNICAST,
    RouteKind.BLACKHOLE: uapi.RTN_BLACKHOLE,
    RouteKind.UNREACHABLE: uapi.RTN_UNREACHABLE,
    RouteKind.PROHIBIT: uapi.RTN_PROHIBIT,
}

_REMEMBERED: Final = 65_536
"""Specs whose form is kept; more than that and the memory starts afresh."""


class Resolver:
    """Turns specs of one address width into forms, and remembers them until an interface changes."""

    def __init__(self, width: int, index_of: Callable[[str], int]) -> None:
        """Resolve for addresses of ``width`` bits; ``index_of`` gives an interface's index, 0 when there is none."""
        self._width = width
        self._index_of = index_of
        self._known: dict[Spec, Forms | str] = {}

    def resolve(self, spec: Spec) -> Forms | str:
        """Return the form of ``spec`` in a tuple of one, always the same one; or why there is none, as a sentence."""
        known = self._known.get(spec)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[spec] = self._resolve(spec)
        return known

    def forget(self) -> None:
        """Ask for each interface again: one has appeared, gone or changed its name."""
        self._known.clear()

    def _resolve(self, spec: Spec) -> Forms | str:
        hops: list[Hop] = []
        for next_hop in spec.next_hops:
            index = self._index_of(next_hop.device) if next_hop.device is not None else 0
            if next_hop.device is not None and not index:
                return f"device {next_hop.device} does not exist"
            hops.append(_hop(next_hop, index))
        metric = spec.metric or (IPV6_DEFAULT_METRIC if self._width == 128 else 0)
        source = spec.source.packed if spec.source is not None else b""
        return (make_form(NUMBER_OF_KIND[spec.kind], hops, metric, source, spec.mtu),)


def _hop(next_hop: NextHop, index: int) -> Hop:
    gateway = next_hop.gateway.packed if next_hop.gateway is not None else b""
    return Hop(gateway, index, next_hop.onlink, next_hop.weight)
