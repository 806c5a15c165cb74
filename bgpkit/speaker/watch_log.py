"""What has changed lately, block by block: one log for all who watch, from which a watcher that comes back goes on."""

from collections import deque
from collections.abc import Callable
from functools import partial
from secrets import token_hex
from typing import Final, NamedTuple, Protocol

from bgpkit_fsm import Family
from bgpkit_rib import Entry, Table, best_of

KEYS_KEPT: Final = 262_144
"""Changed keys that the log keeps at most; a watcher that is further behind notes for itself what it has missed."""
_BLOCK_COST: Final = 8
"""What a block counts beside its keys, so that many small ones are bounded too."""


class LoggedBlock(NamedTuple):
    """Keys whose best path has changed."""

    family: Family
    keys: list[bytes]
    had: bool
    """Whether they had a best path before."""
    has: bool
    """Whether they have one now."""


class LogReader(Protocol):
    """Who reads the log, each at its own pace."""

    @property
    def position(self) -> int:
        """How many blocks, of all that ever were, it has taken in."""
        ...

    def overtaken(self, block: LoggedBlock) -> None:
        """Take in the next block now, which is about to be forgotten."""
        ...

    def wake(self) -> None:
        """Take note that there is something to be read."""
        ...


class WatchLog:
    """The changes of best paths in all families that anybody watches.

    It costs nothing until somebody watches, and nothing again when all have left for so long that none of them
    could go on from where it was.
    """

    def __init__(self) -> None:
        """Start without families."""
        self.name: Final = token_hex(8)
        """What no other log is called, of another run of the program either."""
        self.end = 0
        """How many blocks there have been."""
        self._blocks: deque[LoggedBlock] = deque()
        self._kept = 0
        self._followed: dict[Family, Callable[[], None]] = {}
        self._readers: set[LogReader] = set()
        self._left_at = 0

    @property
    def first(self) -> int:
        """The number of the oldest block that is kept; the number of the next one when none is."""
        return self.end - len(self._blocks)

    def join(self, reader: LogReader, families: dict[Family, Table]) -> None:
        """Keep for ``reader`` what changes in the tables of ``families``."""
        self._readers.add(reader)
        for family, table in families.items():
            if family not in self._followed:
                self._followed[family] = table.subscribe(partial(self._take, family))

    def leave(self, reader: LogReader) -> None:
        """Let ``reader`` go."""
        self._readers.discard(reader)
        self._left_at = self.end

    def block(self, number: int) -> LoggedBlock:
        """Return a block that is kept, by its number."""
        return self._blocks[number - self.first]

    def close(self) -> None:
        """Follow no table any more, and forget what there was."""
        for unsubscribe in self._followed.values():
            unsubscribe()
        self._followed.clear()
        self._blocks.clear()
        self._kept = 0

    def _take(
        self, family: Family, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None
    ) -> None:
        del nlri
        before, best = best_of(old), best_of(new)
        if before is best:
            return
        self._blocks.append(LoggedBlock(family, keys, before is not None, best is not None))
        self.end += 1
        self._kept += len(keys) + _BLOCK_COST
        while self._kept > KEYS_KEPT:
            self._forget()
        for reader in self._readers:
            reader.wake()

    def _forget(self) -> None:
        number, block = self.first, self._blocks[0]
        for reader in self._readers:
            if reader.position <= number:
                reader.overtaken(block)
        self._blocks.popleft()
        self._kept -= len(block.keys) + _BLOCK_COST
        if not self._readers and number >= self._left_at:
            self.close()
