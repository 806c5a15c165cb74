"""How long something took, over and over, as counts that a scraper can make percentiles of."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

BOUNDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""In seconds; what took longer is counted as well."""


class Durations:
    """Counts durations by size."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        self.seconds = 0.0
        """All together."""
        self._counts = [0] * (len(BOUNDS) + 1)

    def add(self, seconds: float) -> None:
        """Count one."""
        self.count += 1
        self.seconds += seconds
        self._counts[bisect_left(BOUNDS, seconds)] += 1

    def buckets(self) -> Iterator[tuple[str, float]]:
        """Yield each bound as Prometheus writes it, and how many took no longer."""
        total = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self._counts, strict=True):
            total += count
            yield bound, total
