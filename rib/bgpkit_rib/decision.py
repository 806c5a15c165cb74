"""Which path is best, and why the others are not. RFC 4271, section 9.1.2.2; RFC 4456, section 9."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Final, TypeAlias

from bgpkit_rib.path import Path
from bgpkit_rib.source import SourceKind

_FIRST_INTERNAL: Final = SourceKind.CLIENT
_rank: Final = attrgetter("rank")


class DecisionStep(Enum):
    """The step of the decision process that settled a path's place, in the order of the steps."""

    BEST = "best"
    """It won."""
    NOT_ELIGIBLE = "not eligible"
    """It did not take part: looped, or refused by the import policy. RFC 4271, section 9.1.2."""
    LOCAL_PREF = "lower local preference"
    """RFC 4271, section 9.1.2, "highest degree of preference"."""
    LOCAL_ORIGIN = "learned, where another is our own"
    """Usual among implementations, not in the RFC: what the speaker itself originates comes first."""
    AS_PATH_LENGTH = "longer AS path"
    """RFC 4271, section 9.1.2.2 (a)."""
    ORIGIN = "worse origin"
    """RFC 4271, section 9.1.2.2 (b)."""
    MED = "higher MED from the same neighboring AS"
    """RFC 4271, section 9.1.2.2 (c)."""
    EBGP_OVER_IBGP = "internal, where another is external"
    """RFC 4271, section 9.1.2.2 (d)."""
    IGP_METRIC = "farther next hop"
    """RFC 4271, section 9.1.2.2 (e)."""
    BGP_IDENTIFIER = "higher originator or BGP identifier"
    """RFC 4271, section 9.1.2.2 (f); RFC 4456, section 9."""
    CLUSTER_LIST_LENGTH = "longer cluster list"
    """RFC 4456, section 9: between (f) and (g)."""
    PEER_ADDRESS = "higher peer address"
    """RFC 4271, section 9.1.2.2 (g)."""
    PATH_ID = "higher path identifier"
    """Two paths of one peer (RFC 7911); or two of the speaker's own sources, by name."""


_TieBreak: TypeAlias = tuple[bool, int, int, int, bytes, int, str]


def _tie_break(path: Path) -> _TieBreak:
    """Return what compares after MED, steps (d) to (g) and the path identifier; lower is better."""
    source = path.source
    return (
        path.kind >= _FIRST_INTERNAL,
        path.metric,
        path.identifier,
        path.cluster_length,
        source.address,
        path.path_id,
        source.name,
    )


def prefers(path: Path, other: Path) -> bool:
    """Tell whether ``path`` is better than ``other``, when there are only these two and both are eligible."""
    if path.rank != other.rank:
        return path.rank < other.rank
    if path.med != other.med and path.neighbor_as == other.neighbor_as:
        return path.med < other.med
    return _tie_break(path) < _tie_break(other)


def select(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return ``paths`` with the eligible ones first, the best before all, whatever order they came in.

    The second is what would be best without the first, and so on. MEDs compare only between paths of one
    neighboring AS, so that "better than" is not transitive: paths are first reduced to the best of each AS.
    The ineligible ones follow in an order that means nothing but is always the same.

    RFC 4271, section 9.1.2.2.
    """
    if len(paths) == 2:
        first, second = paths
        if first.eligible and second.eligible:
            return (first, second) if prefers(first, second) else (second, first)
    eligible = _ordered(path for path in paths if path.eligible)
    if len(eligible) == len(paths):
        return tuple(eligible)
    return (*eligible, *_ordered(path for path in paths if not path.eligible))


def _ordered(paths: Iterable[Path]) -> list[Path]:
    """Order paths, best first: class by class of equal rank."""
    ordered: list[Path] = []
    for _, equals in groupby(sorted(paths, key=_rank), key=_rank):
        ordered += _ordered_equals(list(equals))
    return ordered


def _ordered_equals(paths: list[Path]) -> Iterable[Path]:
    """Order paths of equal rank: by MED within each neighboring AS, the heads of the ASes by the tie-break.

    Only the head of an AS can be the best of what is left, so merging the heads is removing the best again
    and again.
    """
    if len(paths) == 1:
        return paths
    neighbors: dict[int, list[Path]] = {}
    for path in paths:
        neighbors.setdefault(path.neighbor_as, []).append(path)
    for group in neighbors.values():
        group.sort(key=_med_then_tie_break)
    return merge(*neighbors.values(), key=_tie_break)


def _med_then_tie_break(path: Path) -> tuple[int, _TieBreak]:
    """Return what orders paths of equal rank from one neighboring AS."""
    return path.med, _tie_break(path)


def _internal(path: Path) -> bool:
    """Tell whether the path was learned from an internal peer."""
    return path.kind >= _FIRST_INTERNAL


_Steps: TypeAlias = tuple[tuple[DecisionStep, Callable[[Path], int | bytes | tuple[int, str]]], ...]

_BEFORE_MED: Final[_Steps] = (
    (DecisionStep.LOCAL_PREF, lambda path: -path.local_pref),
    (DecisionStep.LOCAL_ORIGIN, lambda path: path.kind is not SourceKind.LOCAL),
    (DecisionStep.AS_PATH_LENGTH, lambda path: path.as_path_length),
    (DecisionStep.ORIGIN, lambda path: path.origin),
)
_AFTER_MED: Final[_Steps] = (
    (DecisionStep.EBGP_OVER_IBGP, _internal),
    (DecisionStep.IGP_METRIC, lambda path: path.metric),
    (DecisionStep.BGP_IDENTIFIER, lambda path: path.identifier),
    (DecisionStep.CLUSTER_LIST_LENGTH, lambda path: path.cluster_length),
    (DecisionStep.PEER_ADDRESS, lambda path: path.source.address),
    (DecisionStep.PATH_ID, lambda path: (path.path_id, path.source.name)),
)


def explain(paths: Sequence[Path]) -> tuple[tuple[Path, DecisionStep], ...]:
    """Return the paths in the order of `select`, each with the step at which it left the contest.

    The one left at the end has BEST. A path may lose to another that loses later.
    """
    ordered = select(paths)
    verdicts: dict[Path, DecisionStep] = {path: DecisionStep.NOT_ELIGIBLE for path in ordered if not path.eligible}
    left = [path for path in ordered if path.eligible]
    left = _contest(left, _BEFORE_MED, verdicts)
    lowest: dict[int, int] = {}
    for path in left:
        lowest[path.neighbor_as] = min(path.med, lowest.get(path.neighbor_as, path.med))
    verdicts |= {path: DecisionStep.MED for path in left if path.med > lowest[path.neighbor_as]}
    left = [path for path in left if path.med == lowest[path.neighbor_as]]
    left = _contest(left, _AFTER_MED, verdicts)
    verdicts |= dict.fromkeys(left, DecisionStep.BEST)
    return tuple((path, verdicts[path]) for path in ordered)


def _contest(left: list[Path], steps: _Steps, verdicts: dict[Path, DecisionStep]) -> list[Path]:
    """Take the steps one after the other, note who loses at each, and return who is left."""
    for step, measure in steps:
        measures = [(measure(path), path) for path in left]
        best = min((value for value, _ in measures), default=None)
        verdicts |= {path: step for value, path in measures if value != best}
        left = [path for value, path in measures if value == best]
    return left
