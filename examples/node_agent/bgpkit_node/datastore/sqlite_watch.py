"""How far one watch of an SQLite datastore has come, and what it need not read because this process wrote it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bgpkit_node.datastore.port import WatchEvent

MOST_TOLD: Final = 64
"""Transactions that are kept for a watch that does not come for them; it reads the others."""


class SqliteWatch:
    """What a watch has before it: transactions that it was told of, and then perhaps others that it has to read.

    A transaction of this process is told to each watch, for reading it back takes longer than making it. That is
    possible where nobody else has written since: revisions have no gaps.
    """

    def __init__(self, prefix: str, revision: int) -> None:
        """Begin after ``revision``, which has to be read from."""
        self.prefix = prefix
        self.revision = revision
        """All up to here has been read or told."""
        self.bell = asyncio.Event()
        """Set when there is something."""
        self._told: list[tuple[WatchEvent, ...]] = []
        self._behind = True
        self._reading = False

    def tell(self, revision: int, events: Sequence[WatchEvent]) -> None:
        """Note the transaction of this process that made ``revision``."""
        if self._behind or self._reading or revision != self.revision + 1 or len(self._told) >= MOST_TOLD:
            self.fall_behind()
            return
        self.revision = revision
        concerning = tuple(event for event in events if event.key.startswith(self.prefix))
        if concerning:
            self._told.append(concerning)
            self.bell.set()

    def hear(self, revision: int) -> None:
        """Note that somebody has made ``revision``, which may be known."""
        if revision != self.revision:
            self.fall_behind()

    def fall_behind(self) -> None:
        """Note that something is to be read."""
        self._behind = True
        self.bell.set()

    def take(self) -> tuple[tuple[WatchEvent, ...], ...]:
        """Return the transactions that were told, each once."""
        told, self._told = tuple(self._told), []
        return told

    def begin_reading(self) -> bool:
        """Say whether something is to be read from the revision on; if so what is told meanwhile is read after it."""
        self._reading, self._behind = self._behind, False
        return self._reading

    def end_reading(self, revision: int) -> None:
        """Note that all up to ``revision`` has been read."""
        self.revision, self._reading = revision, False
