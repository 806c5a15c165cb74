"""Long collections bit by bit, so that others have their turn in between. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

SLICE: Final = 2048
"""Prefixes looked at before the loop gets a turn: a millisecond or two."""


def slices(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Cut the keys of a collection that may change meanwhile."""
    every = list(keys)
    for start in range(0, len(every), SLICE):
        yield every[start : start + SLICE]
