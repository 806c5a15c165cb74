"""Two layers of wishes over one reconciler: routes stated one by one hide those that follow a speaker. Pure."""

from collections.abc import Iterable
from typing import Final

from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.route import Address, KernelRoute, NextHop, RouteKind, Spec

_Content = tuple[RouteKind, tuple[NextHop, ...], int, Address | None, int]
_INTERNED: Final = 65_536


class Wanted:
    """What is wanted of one address width, and by whom.

    A prefix that is stated and followed is installed as stated; when the statement is withdrawn, as followed.
    """

    def __init__(self, reconciler: Reconciler) -> None:
        """Pass the upper of the layers on to ``reconciler``."""
        self._reconciler = reconciler
        self._stated: set[bytes] = set()
        self._hidden: dict[bytes, Spec] = {}
        self._specs: dict[_Content, Spec] = {}

    def spec(self, route: KernelRoute) -> Spec:
        """Return the one spec of all routes that are alike but for their prefix."""
        content = (route.kind, route.next_hops, route.metric, route.source, route.mtu)
        spec = self._specs.get(content)
        if spec is None:
            if len(self._specs) >= _INTERNED:
                self._specs.clear()
            spec = self._specs[content] = Spec(*content)
        return spec

    def state(self, route: KernelRoute) -> None:
        """Want ``route``, whatever is followed."""
        key = route.prefix.key
        followed = self._reconciler.desired.get(key)
        if key not in self._stated and followed is not None:
            self._hidden[key] = followed
        self._stated.add(key)
        self._reconciler.want((key,), self.spec(route))

    def unstate(self, key: bytes) -> None:
        """Withdraw the statement; what is followed stays."""
        if key in self._stated:
            self._stated.discard(key)
            followed = self._hidden.pop(key, None)
            if followed is not None:
                self._reconciler.want((key,), followed)
                return
        elif key in self._reconciler.desired:
            return
        self._reconciler.unwant((key,))

    def follow(self, keys: Iterable[bytes], spec: Spec | None) -> None:
        """Want ``keys`` as ``spec`` where nothing is stated; None: no longer."""
        if self._stated:
            keys, hidden = self._parted(keys)
            for key in hidden:
                if spec is None:
                    self._hidden.pop(key, None)
                else:
                    self._hidden[key] = spec
        if spec is None:
            self._reconciler.unwant(keys)
        else:
            self._reconciler.want(keys, spec)

    def move(self, spec: Spec, next_hops: tuple[NextHop, ...]) -> None:
        """Forward all that is followed as ``spec`` by ``next_hops`` from now on; without any, there is no way now."""
        if spec.next_hops != next_hops:
            spec.next_hops = next_hops
            self._reconciler.move(spec)

    def _parted(self, keys: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
        """Part ``keys`` into those not stated and those stated."""
        stated = self._stated
        every = list(keys)
        return [key for key in every if key not in stated], [key for key in every if key in stated]
