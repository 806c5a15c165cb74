"""Which paths share the traffic with the best one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bgpkit_rib.as_path import AsPath
from bgpkit_rib.decision import equals_of, is_internal
from bgpkit_rib.entry import Entry, best_of
from bgpkit_rib.path import Path
from bgpkit_rib.source import SourceKind

AsPathOf: TypeAlias = Callable[[Path], AsPath]
"""Reads AS_PATH out of a path's attribute block, of whose form nothing is known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipathOptions:
    """How many paths to a destination may be in use at once, and how alike they must be.

    A maximum of 1 is no multipath. ValueError when one is lower.
    """

    maximum_ebgp: int = 1
    """The most paths where the best is external."""
    maximum_ibgp: int = 1
    """The most paths where the best is internal, from a peer inside our confederation included."""
    as_relaxed: bool = False
    """AS paths need only be equally long, whatever ASes they name."""

    def __post_init__(self) -> None:
        """Refuse to leave out the best path."""
        if self.maximum_ebgp < 1 or self.maximum_ibgp < 1:
            raise ValueError(f"multipath counts the best path: {self.maximum_ebgp} and {self.maximum_ibgp} are too few")


def multipath_of(entry: Entry | None, options: MultipathOptions, as_path_of: AsPathOf) -> tuple[Path, ...]:
    """Return the paths of ``entry`` to use at once, best first; none where there is no best path.

    They equal the best through the IGP metric, step (e), and go by different next hops. Where the best is external
    they come from its neighboring AS, where it is internal they have its AS_PATH, unless ``options`` relax that.
    What the speaker itself originates stands alone. RFC 4271, section 9.1.2.2, knows one path only; these are the
    rules usual among implementations.
    """
    best = best_of(entry)
    if best is None:
        return ()
    maximum = options.maximum_ibgp if is_internal(best) else options.maximum_ebgp
    if maximum == 1 or entry is None or isinstance(entry, Path) or best.kind is SourceKind.LOCAL:
        return (best,)
    alike = equals_of(entry)
    if len(alike) > 1 and not options.as_relaxed:
        alike = _of_one_way(alike, as_path_of)
    by_next_hop: dict[bytes, Path] = {}
    for path in alike:
        by_next_hop.setdefault(path.next_hop, path)
    return tuple(by_next_hop.values())[:maximum]


def _of_one_way(paths: Sequence[Path], as_path_of: AsPathOf) -> list[Path]:
    """Return the paths that are as like to the first as their AS paths have to be.

    `Path.neighbor_as` would not do: it is 0 for all where MEDs always compare.
    """
    best = paths[0]
    wanted = as_path_of(best)
    if is_internal(best):
        return [path for path in paths if path is best or as_path_of(path) == wanted]
    return [path for path in paths if path is best or as_path_of(path).neighbor_as == wanted.neighbor_as]
