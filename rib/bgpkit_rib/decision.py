"""Which path is best, and why the others are not.

RFC 4271, section 9.1.2.2; RFC 4456, section 9; RFC 5065, section 5.3; RFC 7311, section 4; RFC 9494, section 4.4.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Final, TypeAlias

from bgpkit_rib.path import Path
from bgpkit_rib.source import SourceKind

_FIRST_INTERNAL: Final = SourceKind.CLIENT
_NO_AIGP: Final = 1 << 66
_rank: Final = attrgetter("rank")


class DecisionStep(Enum):
    """The step of the decision process that settled a path's place, in the order of the steps."""

    BEST = "best"
    """It won."""
    NOT_ELIGIBLE = "not eligible"
    """It did not take part: looped, unreachable, or refused by the import policy. RFC 4271, section 9.1.2."""
    LEAST_PREFERRED = "long-lived stale, where another is not"
    """RFC 9494, section 4.4: such a path is the last resort."""
    WEIGHT = "lower weight"
    """Usual among implementations, not in the RFC: a preference of this speaker only comes first."""
    LOCAL_PREF = "lower local preference"
    """RFC 4271, section 9.1.2, "highest degree of preference"."""
    LOCAL_ORIGIN = "learned, where another is our own"
    """Usual among implementations, not in the RFC: what the speaker itself originates comes first."""
    AIGP = "higher accumulated IGP metric (AIGP), or none where another has one"
    """RFC 7311, section 4.1."""
    AS_PATH_LENGTH = "longer AS path"
    """RFC 4271, section 9.1.2.2 (a)."""
    ORIGIN = "worse origin"
    """RFC 4271, section 9.1.2.2 (b)."""
    MED = "higher MED than another from the same neighboring AS (or from any, where MEDs always compare)"
    """RFC 4271, section 9.1.2.2 (c)."""
    EBGP_OVER_IBGP = "internal, where another is external"
    """RFC 4271, section 9.1.2.2 (d); a peer inside our confederation is internal: RFC 5065, section 5.3."""
    IGP_METRIC = "farther next hop (IGP metric)"
    """RFC 4271, section 9.1.2.2 (e)."""
    BGP_IDENTIFIER = "higher ORIGINATOR_ID or BGP Identifier"
    """RFC 4271, section 9.1.2.2 (f); RFC 4456, section 9."""
    CLUSTER_LIST_LENGTH = "longer CLUSTER_LIST"
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
    if path.kind is other.kind and path.metric == other.metric and path.identifier != other.identifier:
        return path.identifier < other.identifier
    return _tie_break(path) < _tie_break(other)


def select(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return ``paths`` with the eligible ones first, the best before all, whatever order they came in.

    The second is what would be best without the first, and so on. MEDs compare only between paths of one
    neighboring AS, so that "better than" is not transitive: paths are first reduced to the best of each AS.
    Where all paths have ``neighbor_as`` 0, all MEDs compare; that and the like is for whoever makes the paths
    to say, by `DecisionOptions`. The ineligible ones follow in an order that means nothing but is always the same.

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


def is_internal(path: Path) -> bool:
    """Tell whether the path was learned from an internal peer, as steps (c) to (e) see it.

    RFC 4271, section 9.1.2.2 (d); RFC 5065, section 5.3.
    """
    return path.kind >= _FIRST_INTERNAL


def equals_of(entry: Sequence[Path]) -> list[Path]:
    """Return the paths, the best first, that only steps (f) and later set apart from the best.

    ``entry`` is in the order of `select`, and its first path eligible.
    """
    best = entry[0]
    rank, kind, metric = best.rank, is_internal(best), best.metric
    ranked = [path for path in entry if path.rank == rank and path.eligible]
    lowest = _lowest_meds(ranked)
    return [
        path
        for path in ranked
        if path.metric == metric and is_internal(path) is kind and path.med == lowest[path.neighbor_as]
    ]


def _lowest_meds(paths: Iterable[Path]) -> dict[int, int]:
    """Return the lowest MED of each neighboring AS."""
    lowest: dict[int, int] = {}
    for path in paths:
        lowest[path.neighbor_as] = min(path.med, lowest.get(path.neighbor_as, path.med))
    return lowest


_Steps: TypeAlias = tuple[tuple[DecisionStep, Callable[[Path], int | bytes | tuple[int, str]]], ...]

_BEFORE_MED: Final[_Steps] = (
    (DecisionStep.LEAST_PREFERRED, lambda path: path.least_preferred),
    (DecisionStep.WEIGHT, lambda path: -path.weight),
    (DecisionStep.LOCAL_PREF, lambda path: -path.local_pref),
    (DecisionStep.LOCAL_ORIGIN, lambda path: path.kind is not SourceKind.LOCAL),
    (DecisionStep.AIGP, lambda path: _NO_AIGP if path.aigp is None else path.aigp),
    (DecisionStep.AS_PATH_LENGTH, lambda path: path.as_path_length),
    (DecisionStep.ORIGIN, lambda path: path.origin),
)
_AFTER_MED: Final[_Steps] = (
    (DecisionStep.EBGP_OVER_IBGP, is_internal),
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
    lowest = _lowest_meds(left)
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
