"""Which prefixes are wanted as specs that have moved: found slice by slice among all that is wanted. Pure."""

from collections.abc import Iterator, Mapping
from itertools import compress, islice
from typing import Final

from bgpkit.fib.route import Spec

_SLICE: Final = 8192
"""Prefixes walked at a time: half a millisecond."""


class Moves:
    """A walk over what is wanted that may change meanwhile; nothing is kept for each prefix."""

    def __init__(self, desired: Mapping[bytes, Spec]) -> None:
        """Walk ``desired`` in its order: what is added comes at the end, what changes keeps its place."""
        self._desired = desired
        self._moved: set[Spec] = set()
        self._later: set[Spec] = set()
        self._walked = 0
        self._size = 0
        self._keys: Iterator[bytes] = iter(())
        self._specs: Iterator[Spec] = iter(())

    @property
    def left(self) -> int:
        """How many prefixes are still to be walked, at most."""
        left = max(1, len(self._desired) - self._walked) if self._moved else 0
        return left + (len(self._desired) if self._later else 0)

    def add(self, spec: Spec) -> None:
        """Find the prefixes of ``spec``; what is found already while a walk is under way is found again."""
        self._later.add(spec)

    def removed(self, count: int) -> None:
        """Note that ``count`` prefixes are not wanted any more: those behind them have moved up."""
        self._walked = max(0, self._walked - count)
        self._size = -1

    def clear(self) -> None:
        """Find nothing more."""
        self._moved, self._later = set(), set()

    def take(self) -> list[bytes]:
        """Return the prefixes of moved specs in the next slice."""
        if not self._moved:
            self._moved, self._later = self._later, set()
            self._walked, self._size = 0, -1
        if self._size != len(self._desired):
            self._keys = islice(self._desired, self._walked, None)
            self._specs = islice(self._desired.values(), self._walked, None)
            self._size = len(self._desired)
        keys, moved = list(islice(self._keys, _SLICE)), self._moved
        self._walked += len(keys)
        if len(keys) < _SLICE:
            self._moved = set()
        return list(compress(keys, map(moved.__contains__, islice(self._specs, _SLICE))))
