"""What of an entry is for a peer: the best path, or the several that ADD-PATH lets through.

A selection says which paths come into question; what may go to which peer (`may_advertise`, no echo, policy) is
decided after it. Selections are values: equal ones choose alike, so they can be part of a key.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from bgpkit_rib.decision import select
from bgpkit_rib.entry import Entry, best_of, paths_of
from bgpkit_rib.multipath import AsPathOf, MultipathOptions, multipath_of
from bgpkit_rib.path import Path
from bgpkit_rib.source import SourceKind

_NON_CLIENT: Final = SourceKind.NON_CLIENT


@dataclass(frozen=True, slots=True)
class Best:
    """The best path. RFC 4271, section 9.1.3."""

    def paths(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the best path of ``entry``, or none."""
        best = best_of(entry)
        return () if best is None else (best,)


@dataclass(frozen=True, slots=True)
class BestExternal:
    """For internal peers that are no clients: the best of what may go to them at all.

    A best path from an internal peer that is no client is not for others of its like (RFC 4456, section 6). A border
    router then tells them its best external path, a reflector the best of its clients' and its external ones: the
    best by a decision among these alone. draft-ietf-idr-best-external.
    """

    def paths(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the best path of ``entry`` that does not come from an internal peer without being a client's."""
        best = best_of(entry)
        if best is None:
            return ()
        if best.kind is not _NON_CLIENT:
            return (best,)
        return select([path for path in paths_of(entry) if path.eligible and path.kind is not _NON_CLIENT])[:1]


@dataclass(frozen=True, slots=True)
class AddPathAll:
    """Every eligible path: what ends all lasting oscillations. RFC 7964."""

    def paths(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the eligible paths of ``entry``, best first."""
        return tuple([path for path in paths_of(entry) if path.eligible])


@dataclass(frozen=True, slots=True)
class AddPathBest:
    """The best paths, so many at most: each would be best without those before it. ValueError for less than one."""

    count: int

    def __post_init__(self) -> None:
        """Refuse to leave out the best path."""
        if self.count < 1:
            raise ValueError(f"{self.count} best paths would not hold the best one")

    def paths(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the first ``count`` eligible paths of ``entry``."""
        return tuple([path for path in paths_of(entry)[: self.count] if path.eligible])


@dataclass(frozen=True, slots=True)
class AddPathPerAs:
    """The best path of each neighboring AS: the Group Best Paths of RFC 7964.

    The AS is that of `AsPath.neighbor_as`, read by ``as_path_of``: `Path.neighbor_as` is 0 for all where MEDs
    always compare. Paths that tell none count as of the own AS. RFC 4271, section 9.1.2.2 (c).
    """

    as_path_of: AsPathOf

    def paths(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the best path of each neighboring AS in ``entry``, the best of all first."""
        if entry is None or isinstance(entry, Path):
            return () if entry is None or not entry.eligible else (entry,)
        groups: dict[int, Path] = {}
        for path in entry:
            if path.eligible:
                groups.setdefault(self.as_path_of(path).neighbor_as, path)
        return tuple(groups.values())


@dataclass(frozen=True, slots=True)
class AddPathEcmp:
    """The paths that are in use at once."""

    options: MultipathOptions
    as_path_of: AsPathOf

    def paths(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return what `multipath_of` gives for ``entry``."""
        return multipath_of(entry, self.options, self.as_path_of)


Selection: TypeAlias = Best | BestExternal | AddPathAll | AddPathBest | AddPathPerAs | AddPathEcmp
"""What of an entry is for a peer; ``paths`` gives it best first, eligible ones only."""

BEST: Final = Best()
"""What goes to a peer that has not negotiated ADD-PATH, unless asked otherwise."""
BEST_EXTERNAL: Final = BestExternal()
"""What goes to internal peers when a router is to show its own exits even while it uses another's."""
