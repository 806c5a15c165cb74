"""Long collections bit by bit, so that others have their turn in between. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

SLICE: Final = 2048
"""Prefixes looked at in one step, which takes less than a millisecond."""


def slices(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Cut the keys of a collection that may change meanwhile."""
    every = list(keys)
    every.reverse()  # slices are cut off at the end, so that their memory goes bit by bit, too
    while every:
        part = every[: -SLICE - 1 : -1]
        del every[-SLICE:]
        yield part
