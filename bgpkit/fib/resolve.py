"""From what a caller wants to what the kernel is told: interface names become indexes."""

from collections.abc import Callable, Mapping
from errno import EMSGSIZE, ENODEV
from typing import Final, Protocol
from weakref import WeakKeyDictionary

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


def _always(_gateway: bytes, _index: int, _onlink: bool, /) -> bool:
    return True


class Resolver:
    """Turns specs of one address width into forms, and remembers them until an interface changes.

    Of several next hops those that cannot be used are left out: for one of them the kernel refuses the whole route.
    """

    def __init__(
        self,
        width: int,
        index_of: Callable[[str], int],
        reaches: Callable[[bytes, int, bool], bool] = _always,
    ) -> None:
        """Resolve for addresses of ``width`` bits; ``index_of`` gives an interface's index, 0 when there is none.

        ``reaches`` tells whether the kernel would take a next hop now: see :class:`Kernel`.
        """
        self._width = width
        self._index_of = index_of
        self._reaches = reaches
        self._usable: dict[NextHop, bool] = {}
        self.reduced: WeakKeyDictionary[Spec, tuple[NextHop, ...]] = WeakKeyDictionary()
        """Of specs with several next hops those that cannot be used; all of them stay where none can."""
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
        self._usable.clear()

    def rejoined(self) -> list[Spec]:
        """Return the specs without some of their next hops of which one can be used again."""
        self._usable.clear()
        return [spec for spec, out in list(self.reduced.items()) if any(map(self._is_usable, out))]

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
        for next_hop in self._used(spec):
            index = self._index_of(next_hop.device) if next_hop.device is not None else 0
            if next_hop.device is not None and not index:
                return Refusal(ENODEV, f"device {next_hop.device} does not exist")
            hops.append(_hop(next_hop, index))
        metric = spec.metric or (IPV6_DEFAULT_METRIC if self._width == 128 else 0)
        source = spec.source.packed if spec.source is not None else b""
        form = make_form(NUMBER_OF_KIND[spec.kind], _merged(hops), metric, source, spec.mtu)
        if not fits(form, self._width):
            return Refusal(EMSGSIZE, f"{len(hops)} next hops are more than the kernel can show again")
        return (form,)

    def _used(self, spec: Spec) -> tuple[NextHop, ...]:
        """Return the next hops that a route of ``spec`` has now; all of them where none can be used."""
        self.reduced.pop(spec, None)
        if len(spec.next_hops) < 2:
            return spec.next_hops
        out = tuple(each for each in spec.next_hops if not self._is_usable(each))
        if out:
            self.reduced[spec] = out
        return tuple(each for each in spec.next_hops if each not in out) or spec.next_hops

    def _is_usable(self, next_hop: NextHop) -> bool:
        known = self._usable.get(next_hop)
        if known is None:
            index = 0 if next_hop.device is None else self._index_of(next_hop.device)
            gateway = b"" if next_hop.gateway is None else next_hop.gateway.packed
            there = next_hop.device is None or index > 0
            known = self._usable[next_hop] = there and self._reaches(gateway, index, next_hop.onlink)
        return known


def _merged(hops: list[Hop]) -> list[Hop]:
    """Return next hops, of which one that leaves the interface open adds its weight to another of the same gateway.

    To the kernel they would be the same next hop twice, which it takes for IPv4 only.
    """
    named = {(hop.gateway, hop.encap): hop for hop in hops if hop.ifindex and hop.gateway}
    kept: dict[Hop, int] = {}
    for hop in hops:
        place = hop if hop.ifindex else named.get((hop.gateway, hop.encap), hop)
        kept[place] = min(256, kept.get(place, 0) + hop.weight)
    return [hop._replace(weight=weight) for hop, weight in kept.items()]


def _hop(next_hop: NextHop, index: int) -> Hop:
    gateway = next_hop.gateway.packed if next_hop.gateway is not None else b""
    return Hop(gateway, index, next_hop.onlink, next_hop.weight, next_hop.encap)
