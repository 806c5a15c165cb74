"""What one prefix's paths are to the kernel: one route, with a next hop for each path in use. Pure."""

from collections.abc import Callable
from typing import Final

from bgpkit.fib.route import NextHop, RouteKind, Spec
from bgpkit.wire import as_path_of
from bgpkit_rib import Entry, MultipathOptions, Path, SourceKind, best_of, multipath_of

_REMEMBERED: Final = 65_536


class Specs:
    """The routes that entries of a table stand for; one object for all that are alike."""

    def __init__(
        self, via: Callable[[Path], NextHop | None], metric: int, multipath: MultipathOptions | None = None
    ) -> None:
        """Forward by what ``via`` says of a path, None for not at all; without ``multipath`` by the best path only."""
        self._via = via
        self._metric = metric
        self._multipath = multipath
        self._specs: dict[tuple[NextHop | None, ...], Spec] = {}

    def paths(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the paths of ``entry`` that are in use: none where the best is our own."""
        if isinstance(entry, Path):
            return (entry,) if entry.eligible and entry.kind is not SourceKind.LOCAL else ()
        best = best_of(entry)
        if best is None or best.kind is SourceKind.LOCAL:
            return ()
        return (best,) if self._multipath is None else multipath_of(entry, self._multipath, as_path_of)

    def spec(self, paths: tuple[Path, ...]) -> Spec | None:
        """Return what is to be in the kernel for ``paths``; None where they lead nowhere."""
        via = self._via
        hops = [via(path) for path in paths if path.next_hop]
        known = self._specs.get(tuple(hops))
        if known is not None:
            return known
        found = tuple([hop for hop in hops if hop is not None])
        return self._learn(found) if found else None

    def _learn(self, hops: tuple[NextHop, ...]) -> Spec:
        """Note how ``hops`` are told to the kernel: in an order of their own, and no way twice."""
        if len(self._specs) >= _REMEMBERED:
            self._specs.clear()
        places = {(_packed(hop), hop.device or ""): hop for hop in reversed(hops)}
        ordered = tuple(places[place] for place in sorted(places))
        spec = self._specs.get(ordered) or Spec(RouteKind.UNICAST, ordered, self._metric)
        self._specs[hops] = self._specs[ordered] = spec
        return spec


def _packed(hop: NextHop) -> bytes:
    return b"" if hop.gateway is None else hop.gateway.packed
