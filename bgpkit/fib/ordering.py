"""Prefix keys in the order of their addresses, without a long sort. Pure."""

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Final

_SORTED_AT_ONCE: Final = 4096
"""Keys sorted in one go: a millisecond or two."""


def in_order(keys: Iterable[bytes]) -> Iterator[bytes | None]:
    """Yield keys of one address width by address, then by length, what covers before what is covered.

    Before the first come some None, one for each bit of the work, so that a caller can do it bit by bit.
    """
    every = list(keys)
    sorted_parts: list[list[bytes]] = []
    for start in range(0, len(every), _SORTED_AT_ONCE):
        sorted_parts.append(sorted(every[start : start + _SORTED_AT_ONCE], key=_place))
        yield None
    yield from merge(*sorted_parts, key=_place)


def _place(key: bytes) -> tuple[bytes, int]:
    """Return by what keys are ordered: octets that another key goes on with come before it."""
    return key[1:], key[0]
