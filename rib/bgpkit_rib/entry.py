"""What a table holds for one key, and how news changes it."""

from typing import TypeAlias

from bgpkit_rib.decision import prefers, select
from bgpkit_rib.path import Path
from bgpkit_rib.source import Source

Entry: TypeAlias = Path | tuple[Path, ...]
"""A single path bare, or several as a tuple: eligible ones first, the best before all, then the others."""


def best_of(entry: Entry | None) -> Path | None:
    """Return the best path of an entry, or None when there is none that is eligible."""
    if entry is None:
        return None
    first = entry if isinstance(entry, Path) else entry[0]
    return first if first.eligible else None


def paths_of(entry: Entry | None) -> tuple[Path, ...]:
    """Return the paths of an entry, best first; an absent entry has none."""
    if entry is None:
        return ()
    return (entry,) if isinstance(entry, Path) else entry


Outcome: TypeAlias = tuple[Entry | None, int, int, bool]
"""What a piece of news makes of an entry; a bare tuple, since there is one for each entry that an UPDATE meets.

The new entry, which is the old one itself where nothing changes; by how many paths of the source the key grows,
of all and of the ineligible; and whether consumers are to hear of it.
"""


def announced(path: Path, old: Entry | None) -> Outcome:
    """Return what becomes of ``old`` when ``path`` is announced.

    It takes the place of the path with the same source and path identifier. RFC 4271, section 9.
    """
    if old is None:
        return path, 1, not path.eligible, True
    if isinstance(old, Path):
        if old.source is path.source and old.path_id == path.path_id:
            return _replaced(old, path, old, None)
        if path.eligible and old.eligible:
            return ((path, old) if prefers(path, old) else (old, path)), 1, 0, True
        return select((path, old)), 1, not path.eligible, True
    for place, former in enumerate(old):
        if former.source is path.source and former.path_id == path.path_id:
            return _replaced(old, path, former, place)
    return select((*old, path)), 1, not path.eligible, True


def _replaced(old: Entry, path: Path, former: Path, place: int | None) -> Outcome:
    """Return what becomes of ``old`` when ``path`` replaces ``former``, the one in ``place`` or the only one."""
    if former is path:
        return old, 0, 0, False
    same = former.says_the_same(path)
    if same and former.generation >= path.generation:
        return old, 0, 0, False
    rejected = former.eligible - path.eligible
    if place is None or isinstance(old, Path):
        return path, 0, rejected, not same
    paths = (*old[:place], path, *old[place + 1 :])
    return (paths if same else select(paths)), 0, rejected, not same


def withdrawn(source: Source, path_id: int, old: Entry | None) -> Outcome:
    """Return what becomes of ``old`` when ``source`` withdraws the path with ``path_id``."""
    if isinstance(old, Path):
        if old.source is source and old.path_id == path_id:
            return None, -1, old.eligible - 1, True
    elif old is not None:
        for place, path in enumerate(old):
            if path.source is source and path.path_id == path_id:
                if len(old) == 2:
                    return old[1 - place], -1, path.eligible - 1, True
                left = old[:place] + old[place + 1 :]
                return _settled(left, in_order=not place), -1, path.eligible - 1, True
    return old, 0, 0, False


def swept(source: Source, below: int, old: Entry | None) -> Outcome:
    """Return what becomes of ``old`` when all paths of ``source`` with a generation under ``below`` go."""
    if isinstance(old, Path):
        if old.source is source and old.generation < below:
            return None, -1, old.eligible - 1, True
    elif old is not None:
        left = tuple([path for path in old if path.source is not source or path.generation >= below])
        if len(left) < len(old):
            rejected = sum(not path.eligible for path in left) - sum(not path.eligible for path in old)
            return _settled(left), len(left) - len(old), rejected, True
    return old, 0, 0, False


def _settled(left: tuple[Path, ...], *, in_order: bool = False) -> Entry | None:
    """Return the entry of the paths that are left of an entry.

    They keep their order when only the best went (``in_order``); any other may have kept down paths of its
    neighboring AS.
    """
    if len(left) > 1:
        return left if in_order else select(left)
    return left[0] if left else None
