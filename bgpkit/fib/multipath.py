"""What one prefix's paths are to the kernel: one route, with the next hops of each path in use."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeAlias, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

import structlog

from bgpkit.fib.link_bandwidth import divided, shares_of
from bgpkit.fib.route import NextHop, RouteKind, Spec
from bgpkit.fib.wrong_kinds import check_all, check_callable, checked_metric
from bgpkit.wire import as_path_of
from bgpkit_rib import Entry, MultipathOptions, Path, SourceKind, best_of, multipath_of

Forwarding: TypeAlias = NextHop | tuple[NextHop, ...] | None
"""How a path is forwarded: by one neighbour, by several, not at all."""
Via: TypeAlias = Callable[[Path], Forwarding]
"""Says how a path is forwarded."""

_log = structlog.stdlib.get_logger("bgpkit.fib")

_REMEMBERED: Final = 65_536
_Member: TypeAlias = tuple[bytes, Forwarding, int]
"""One path of a route: its BGP next hop, how it is forwarded, its share of the traffic."""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Place: TypeAlias = tuple[bytes, str, str]
_EACH_THE_SAME: Final = 0
"""The share of a path where none is told."""


class Specs:
    """The routes that entries of a table stand for; one object for all that go by the same BGP next hops.

    It stays the same when those are forwarded otherwise: then :meth:`moved` tells how. It is known as long as anybody
    has it, and forgotten with the last prefix that is wanted so, at the latest when caches are cleared.
    """

    def __init__(
        self, via: Via, metric: int, multipath: MultipathOptions | None = None, *, link_bandwidth: bool = False
    ) -> None:
        """Forward by what ``via`` says of a path, None for not at all; without ``multipath`` by the best path only.

        With ``link_bandwidth`` paths share the traffic by the bandwidths that they tell. ConfigError for what cannot
        be.
        """
        check_callable("via", via)
        if multipath is not None:
            check_all("multipath", (multipath,), MultipathOptions)
        self._via = via
        self._metric = checked_metric(metric)
        self._multipath = multipath
        self._link_bandwidth = link_bandwidth
        self._usual: dict[bytes, tuple[Forwarding, Spec]] = {}
        self._usual_sets: dict[tuple[bytes, ...], tuple[list[_Member], Spec]] = {}
        self._known: WeakValueDictionary[frozenset[_Member], Spec] = WeakValueDictionary()
        self._uses: WeakKeyDictionary[Spec, tuple[tuple[Path, ...], list[_Member]]] = WeakKeyDictionary()

    def paths(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the paths of ``entry`` that are in use: none where the best is our own."""
        if isinstance(entry, Path):
            return (entry,) if entry.eligible and entry.kind is not SourceKind.LOCAL else ()
        best = best_of(entry)
        if best is None or best.kind is SourceKind.LOCAL:
            return ()
        return (best,) if self._multipath is None else multipath_of(entry, self._multipath, as_path_of)

    def spec(self, paths: tuple[Path, ...]) -> Spec | None:
        """Return what is to be in the kernel for ``paths``, without next hops while they lead nowhere.

        None where they never will, since none has a next hop.
        """
        if len(paths) != 1:
            paths = tuple([path for path in paths if path.next_hop])
            return self._set(paths) if paths else None
        next_hop = paths[0].next_hop
        if not next_hop:
            return None
        forwarding = self._forwarding(paths[0])
        usual = self._usual.get(next_hop)
        if usual is not None and usual[0] is forwarding:
            return usual[1]
        spec = self._find(paths, [(next_hop, forwarding, _EACH_THE_SAME)])
        _make_room(self._usual)
        self._usual[next_hop] = forwarding, spec
        return spec

    def moved(self) -> list[tuple[Spec, tuple[NextHop, ...]]]:
        """Ask ``via`` again for all that is in use; return what is forwarded otherwise now, and how.

        Whoever asks changes it. What ``via`` says must depend on nothing of a path but its next hop and, as for
        link-local ones, its peer's interface: it is asked for one of the paths that have these in common.
        """
        self._usual.clear()
        self._usual_sets.clear()
        changed: list[tuple[Spec, tuple[Path, ...], list[_Member]]] = []
        for spec, (paths, before) in list(self._uses.items()):
            members = self._members(paths)
            if members != before:
                changed.append((spec, paths, members))
                if self._known.get(frozenset(before)) is spec:
                    del self._known[frozenset(before)]
        for spec, paths, members in changed:
            self._note(spec, paths, members)
        answers = [(spec, _next_hops(members)) for spec, _, members in changed]
        return [(spec, next_hops) for spec, next_hops in answers if next_hops != spec.next_hops]

    def _set(self, paths: tuple[Path, ...]) -> Spec:
        members = self._members(paths)
        next_hops = tuple([next_hop for next_hop, _, _ in members])
        usual = self._usual_sets.get(next_hops)
        if usual is not None and usual[0] == members:
            return usual[1]
        spec = self._find(paths, members)
        _make_room(self._usual_sets)
        self._usual_sets[next_hops] = members, spec
        return spec

    def _members(self, paths: tuple[Path, ...]) -> list[_Member]:
        shares = shares_of(paths) if self._link_bandwidth and len(paths) > 1 else ()
        via = self._forwarding
        return [
            (path.next_hop, via(path), share)
            for path, share in zip(paths, shares or (_EACH_THE_SAME,) * len(paths), strict=True)
        ]

    def _forwarding(self, path: Path) -> Forwarding:
        """Ask ``via``; where it fails there is no way, until it is asked again."""
        try:
            return self._via(path)
        except Exception:  # somebody else's fault must not end the following
            _log.exception("fib.via_failed", next_hop=path.next_hop.hex(":"))
            return None

    def _find(self, paths: tuple[Path, ...], members: list[_Member]) -> Spec:
        spec = self._known.get(frozenset(members))
        if spec is None:
            spec = Spec(RouteKind.UNICAST, _next_hops(members), self._metric)
            self._note(spec, paths, members)
        return spec

    def _note(self, spec: Spec, paths: tuple[Path, ...], members: list[_Member]) -> None:
        self._known[frozenset(members)] = spec
        self._uses[spec] = paths, members


def _make_room(usual: dict[_Key, _Value]) -> None:
    """Start afresh when too much is found quickly; the rest is found all the same."""
    if len(usual) >= _REMEMBERED:
        usual.clear()


def _next_hops(members: Iterable[_Member]) -> tuple[NextHop, ...]:
    """Return the next hops of a route in an order of their own, no way twice."""
    shared = [(_several(forwarding), share) for _, forwarding, share in members if forwarding]
    places: dict[_Place, NextHop] = {}
    for next_hops, _ in shared:
        for hop in next_hops:
            places.setdefault(_place(hop), hop)
    if any(share for _, share in shared):
        weights = divided([([(_place(hop), hop.weight) for hop in next_hops], share) for next_hops, share in shared])
        places = {place: replace(hop, weight=weights[place]) for place, hop in places.items()}
    return tuple(places[place] for place in sorted(places))


def _several(forwarding: NextHop | tuple[NextHop, ...]) -> tuple[NextHop, ...]:
    return (forwarding,) if isinstance(forwarding, NextHop) else forwarding


def _place(hop: NextHop) -> _Place:
    """Return what tells one way from another."""
    return b"" if hop.gateway is None else hop.gateway.packed, hop.device or "", str(hop.encap or "")
