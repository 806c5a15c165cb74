"""The Path Identifiers that we send: one for each path of each source, whatever peer it goes to."""

from collections.abc import Callable
from typing import Final

from bgpkit_rib import Path, Source, SourceKind

_PRUNE_AT_LEAST: Final = 64


class PathIds:
    """Gives each (source, received Path Identifier) a number of our own, for all groups of a speaker.

    It stays while the source has any path, so that a replacement replaces, and none is ever given twice, so that no
    peer can mistake a new path for one that it still holds. RFC 7911, section 3.
    """

    __slots__ = ("_given", "_is_alive", "_last", "_prune_at")

    def __init__(self, is_alive: Callable[[Source], bool]) -> None:
        """Start with 1; ``is_alive`` tells whether a source has paths in any table."""
        self._is_alive = is_alive
        self._given: dict[Source, dict[int, int]] = {}
        self._last = 0
        self._prune_at = _PRUNE_AT_LEAST

    def of(self, path: Path) -> int:
        """Return the Path Identifier to send ``path`` with, 1 to 4294967295."""
        of_source = self._given.get(path.source)
        if of_source is None:
            of_source = self._given[path.source] = {}
        number = of_source.get(path.path_id)
        if number is None:
            self._last += 1
            number = of_source[path.path_id] = self._last
        return number

    def prune(self) -> None:
        """Forget sources without paths, once there are many; not while a change is being told to consumers."""
        if len(self._given) >= self._prune_at:
            self._given = {
                source: known
                for source, known in self._given.items()
                if source.kind is SourceKind.LOCAL or self._is_alive(source)  # our own are few, and not all in tables
            }
            self._prune_at = max(_PRUNE_AT_LEAST, 2 * len(self._given))
