"""Routes that the kernel refuses: why, how often, and when to try again. Pure; time is an argument."""

from collections.abc import Collection
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from bgpkit.fib.news import News
from bgpkit.fib.operation import Refusal

FIRST_DELAY: Final = 0.5
"""Seconds from the first refusal to the second attempt; each later one takes twice as long."""
LONGEST_DELAY: Final = 30.0
"""Seconds between attempts, at most."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A refusal that stands."""

    refusal: Refusal
    count: int
    """Refusals in a row."""
    retry_at: float


class Attempts:
    """The failures of one table, by prefix key."""

    def __init__(self) -> None:
        """Start without failures."""
        self.failed: dict[bytes, Failure] = {}
        self.fresh = News[Refusal]()
        """Failures that are new, or have another reason than before, and have not been told."""
        self.ended = News[Refusal]()
        """Failures that have been told, and are no more."""
        self._times: list[tuple[float, bytes]] = []
        self._trying: set[bytes] = set()

    @property
    def next_at(self) -> float | None:
        """When the next attempt is due; None for never. It may turn out that there is nothing left to do then."""
        return self._times[0][0] if self._times else None

    def fail(self, key: bytes, refusal: Refusal, now: float) -> None:
        """Note a refusal and set the time of the next attempt."""
        before = self.failed.get(key)
        count = 1 if before is None else before.count + 1
        retry_at = now + min(FIRST_DELAY * 2 ** min(count - 1, 16), LONGEST_DELAY)
        self.failed[key] = Failure(refusal, count, retry_at)
        self._trying.discard(key)
        heappush(self._times, (retry_at, key))
        if before is not None and before.refusal != refusal:
            self._end(key, before)
        if (before is None or before.refusal != refusal) and not self.ended.leave_out(refusal, key):
            self.fresh.note(refusal, key)

    def forgive(self, key: bytes) -> None:
        """Forget a failure: the route is in, or is not wanted like this any more."""
        if self.failed and (failure := self.failed.pop(key, None)) is not None:
            self._trying.discard(key)
            self._end(key, failure)

    def forgive_all(self, keys: Collection[bytes]) -> None:
        """Forget the failures of some prefixes, nearly always none."""
        if self.failed and not self.failed.keys().isdisjoint(keys):
            for key in keys:
                self.forgive(key)

    def waits(self, key: bytes) -> bool:
        """Tell whether a prefix has failed and its time has not come; an attempt without an answer does not count."""
        return key in self.failed and key not in self._trying

    def clear(self) -> None:
        """Forget all failures, and what there was to tell of them."""
        self.failed.clear()
        self._trying.clear()
        self.fresh.clear()
        self.ended.clear()

    def due(self, now: float, limit: int) -> list[bytes]:
        """Return at most ``limit`` prefixes whose time has come."""
        keys: list[bytes] = []
        while self._times and self._times[0][0] <= now and len(keys) < limit:
            time, key = heappop(self._times)
            failure = self.failed.get(key)
            if failure is not None and failure.retry_at == time:
                keys.append(key)
        self._trying.update(keys)
        return keys

    def _end(self, key: bytes, failure: Failure) -> None:
        """Note that a failure is over; one that was never told has not been."""
        if not self.fresh.leave_out(failure.refusal, key):
            self.ended.note(failure.refusal, key)
