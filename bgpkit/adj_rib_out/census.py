"""How many routes there are for each member of a group, for those that have a limit."""

from bgpkit.adj_rib_out.writer import Told, Writer
from bgpkit_rib import Entry, Source


class Census:
    """Counts the routes that a group sends, by the source that they come from, and keeps the count.

    It is taken in slices while the table goes on changing: of a key that changes before its turn, the entry that it
    had at the beginning is counted, since the change has been counted already.
    """

    __slots__ = ("_by_source", "_keys", "_position", "_started_with", "_total", "_writer")

    def __init__(self, writer: Writer, keys: list[bytes]) -> None:
        """Begin to count what ``writer`` sends of ``keys``, all that there are."""
        self._writer = writer
        self._keys = keys
        self._position = 0
        self._started_with: dict[bytes, Entry | None] = {}
        self._total = 0
        self._by_source: dict[Source, int] = {}

    @property
    def complete(self) -> bool:
        """Whether every key has been counted."""
        return self._position >= len(self._keys)

    def count(self, member: Source) -> int:
        """Return how many routes are for ``member``: all but its own; with ADD-PATH each path of a key counts."""
        return self._total - self._by_source.get(member, 0)

    def take(self, count: int, told: Told) -> None:
        """Count the next keys, at most ``count``."""
        keys = self._keys[self._position : self._position + count]
        self._position += len(keys)
        buckets: dict[Entry | None, list[bytes]] = {}
        for key in keys:
            own = self._writer.export.own.get(key)
            present = self._started_with.pop(key) if key in self._started_with else told(key)
            buckets.setdefault(own or present, []).append(key)
        for entry, bucket in buckets.items():
            self._add(bucket, entry, 1)
        if self.complete:
            self._keys, self._position = [], 0
            self._started_with.clear()

    def changed(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        """Count a change of the entry of ``keys``."""
        if not self.complete:
            for key in keys:
                self._started_with.setdefault(key, old)
        self._add(keys, old, -1)
        self._add(keys, new, 1)

    def _add(self, keys: list[bytes], entry: Entry | None, sign: int) -> None:
        for path in self._writer.selected(entry):
            routes = sign * len(self._writer.export.held(path, keys))
            if routes:
                self._total += routes
                self._by_source[path.source] = self._by_source.get(path.source, 0) + routes
                if not self._by_source[path.source]:
                    del self._by_source[path.source]
