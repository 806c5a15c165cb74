"""From what a caller wants to what the kernel is told: interface names become indexes."""

from collections.abc import Callable, Mapping
from errno import EMSGSIZE, ENODEV
from typing import Final, Protocol

from bgpkit.fib.form import IPV6_DEFAULT_METRIC, Form, Forms, Hop, make_form
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.encode import fits
from bgpkit.fib.operation import Refusal
from bgpkit.fib.route import NextHop, RouteKind, Spec

NUMBER_OF_KIND: Final = {
    RouteKind.UNICAST: uapi.RTN_UNICAST,
    RouteKind.BLACKHOLE: uapi.RTN_BLACKHOLE,
    RouteKind.UNREACHABLE: uapi.RTN_UNREACHABLE,
    RouteKind.PROHIBIT: uapi.RTN_PROHIBIT,
}

_REMEMBERED: Final = 65_536
"""Specs whose form is kept; more than that and the memory starts afresh."""


class Resolving(Protocol):
    """What tells the form of a spec."""

    @property
    def known(self) -> Mapping[Spec, Forms | Refusal]:
        """What :meth:`resolve` would answer at once; always the same mapping, which changes."""
        ...

    def resolve(self, spec: Spec, held: Forms = (), /) -> Forms | Refusal:
        """Return the form of ``spec``, always the same tuple of one, or why there is none; no form where none leads.

        ``held`` is what the kernel has of the prefix in question.
        """
        ...

    def moved(self, spec: Spec, /) -> bool:
        """Take note that ``spec`` has other next hops; tell whether its routes are to be compared again."""
        ...


class Resolver:
    """Turns specs of one address width into forms, and remembers them until an interface changes."""

    def __init__(self, width: int, index_of: Callable[[str], int]) -> None:
        """Resolve for addresses of ``width`` bits; ``index_of`` gives an interface's index, 0 when there is none."""
        self._width = width
        self._index_of = index_of
        self.known: dict[Spec, Forms | Refusal] = {}
        """What has been resolved."""

    def resolve(self, spec: Spec, held: Forms = (), /) -> Forms | Refusal:
        """Return the form of ``spec`` in a tuple of one, always the same one, or why there is none."""
        known = self.known.get(spec)
        if known is None:
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
            known = self.known[spec] = self._learn(spec, held)
        return known

    def moved(self, spec: Spec) -> bool:
        """Resolve ``spec`` again: it has other next hops, and so have its routes."""
        self.known.pop(spec, None)
        return True

    def forget(self) -> None:
        """Ask for each interface again: one has appeared, gone or changed its name."""
        self.known.clear()

    def forget_failures(self) -> None:
        """Ask again for what was not to be had: something that nobody tells of may have come."""
        for spec, answer in list(self.known.items()):
            if isinstance(answer, Refusal):
                del self.known[spec]

    def _learn(self, spec: Spec, _held: Forms) -> Forms | Refusal:
        """Resolve a spec that is not known; ``_held`` is what the kernel has of one of its prefixes."""
        return self._plain(spec) if spec.leads else ()

    def _plain(self, spec: Spec) -> tuple[Form] | Refusal:
        """Return the form of a spec that leads somewhere."""
        hops: list[Hop] = []
        for next_hop in spec.next_hops:
            index = self._index_of(next_hop.device) if next_hop.device is not None else 0
            if next_hop.device is not None and not index:
                return Refusal(ENODEV, f"device {next_hop.device} does not exist")
            hops.append(_hop(next_hop, index))
        metric = spec.metric or (IPV6_DEFAULT_METRIC if self._width == 128 else 0)
        source = spec.source.packed if spec.source is not None else b""
        form = make_form(NUMBER_OF_KIND[spec.kind], hops, metric, source, spec.mtu)
        if not fits(form, self._width):
            return Refusal(EMSGSIZE, f"{len(hops)} next hops are more than the kernel can show again")
        return (form,)


def _hop(next_hop: NextHop, index: int) -> Hop:
    gateway = next_hop.gateway.packed if next_hop.gateway is not None else b""
    return Hop(gateway, index, next_hop.onlink, next_hop.weight, next_hop.encap)
