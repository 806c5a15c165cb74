"""Paths made anew: after a change of policy, of next hops, of what a peer is to us."""

from collections.abc import Callable
from typing import Final, TypeAlias

from bgpkit_rib.entry import Entry, Outcome, renewed
from bgpkit_rib.path import Path
from bgpkit_rib.source import Source

Renew: TypeAlias = Callable[[Path], Path | None]
"""Gives what is to stand in a path's place: itself, another of the same identity and generation, or nothing."""

_KNOWN_MAXIMUM: Final = 65_536
_UNKNOWN: Final = object()


class Renewal:
    """What becomes of entries when their paths are made anew, each path once as far as it is remembered.

    Remembered paths are kept alive, so the memory is bounded; whoever comes to a forgotten path makes another.
    """

    __slots__ = ("_known", "_renew", "_source")

    def __init__(self, renew: Renew, source: Source | None = None) -> None:
        """Make anew by ``renew`` the paths of ``source``, or of all sources."""
        self._renew = renew
        self._source = source
        self._known: dict[Path, Path | None] = {}

    def outcome_of(self, old: Entry | None) -> Outcome:
        """Return what becomes of an entry; the growth is not told. Errors: see `path_for`."""
        return renewed(self.path_for, old)

    def path_for(self, old: Path) -> Path | None:
        """Return what stands in the place of ``old``: ``old`` itself where nothing new is said.

        ValueError when what is made anew is not of the source, the path identifier and the generation of ``old``.
        """
        if self._source is not None and old.source is not self._source:
            return old
        known = self._known.get(old, _UNKNOWN)
        if known is None or isinstance(known, Path):
            return known
        new = self._renew(old)
        if new is not None and new is not old:
            if new.source is not old.source or (new.path_id, new.generation) != (old.path_id, old.generation):
                raise ValueError(f"{new} is not {old} made anew: source, path identifier and generation stay")
            if new.says_the_same(old):
                new = old
        if len(self._known) >= _KNOWN_MAXIMUM:
            self._known.clear()
        self._known[old] = new
        return new
