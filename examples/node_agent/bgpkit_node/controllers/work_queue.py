"""Names that wait to be settled: each once, however often it was asked for, and never twice at the same time."""

import asyncio
from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)

_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 10.0


class WorkQueue(Generic[K]):
    """First come, first served."""

    def __init__(self) -> None:
        """Begin empty."""
        self._waiting: dict[K, None] = {}
        self._taken: set[K] = set()
        self._again: set[K] = set()
        self._failures: Counter[K] = Counter()
        self._paused = 0
        self._bell = asyncio.Event()

    def __len__(self) -> int:
        """Return how many are to be settled, those that are being worked on and those that pause included."""
        return len(self._waiting) + len(self._taken) + self._paused

    def add(self, keys: Iterable[K]) -> None:
        """Ask for ``keys``; one that is being worked on is taken again afterwards."""
        for key in keys:
            if key in self._taken:
                self._again.add(key)
            else:
                self._waiting[key] = None
        if self._waiting:
            self._bell.set()

    async def take(self) -> K:
        """Wait for a key; whoever takes it calls :meth:`done` or :meth:`failed`."""
        while not self._waiting:
            self._bell.clear()
            await self._bell.wait()
        key = next(iter(self._waiting))
        del self._waiting[key]
        self._taken.add(key)
        return key

    def done(self, key: K) -> None:
        """Note that ``key`` is settled."""
        self._failures.pop(key, None)
        self._give_back(key)

    def failed(self, key: K) -> None:
        """Note that ``key`` is to be tried again: after a pause, twice as long each time."""
        self._failures[key] += 1
        pause = min(_FIRST_PAUSE * 2 ** min(self._failures[key], 20), _LONGEST_PAUSE)
        self._again.discard(key)
        self._taken.discard(key)
        self._paused += 1
        asyncio.get_running_loop().call_later(pause, self._end_pause, key)

    def _end_pause(self, key: K) -> None:
        self._paused -= 1
        self.add((key,))

    def _give_back(self, key: K) -> None:
        self._taken.discard(key)
        if key in self._again:
            self._again.discard(key)
            self.add((key,))
