"""What is new of prefixes and not told yet, alike ones together: how many, and the first few of them. Pure."""

from collections.abc import Hashable
from itertools import islice
from typing import Final, Generic, NamedTuple, TypeVar

Reason = TypeVar("Reason", bound=Hashable)

SHOWN: Final = 5
"""Prefixes that are named when many are meant."""


class Alike(NamedTuple, Generic[Reason]):
    """Prefixes of which the same is new."""

    reason: Reason
    first: tuple[bytes, ...]
    """Their keys, the first few."""
    total: int
    """How many there are."""


class News(Generic[Reason]):
    """Prefixes by what is new of them. Noting and leaving out cost the same for one and for a million."""

    def __init__(self) -> None:
        """Start with none."""
        self._keys: dict[Reason, dict[bytes, None]] = {}

    def note(self, reason: Reason, key: bytes) -> None:
        """Note a prefix; noting it again changes nothing."""
        self._keys.setdefault(reason, {})[key] = None

    def leave_out(self, reason: Reason, key: bytes) -> bool:
        """Forget a prefix that has been noted; tell whether it had."""
        keys = self._keys.get(reason, {})
        if key not in keys:
            return False
        del keys[key]
        return True

    def take(self) -> list[Alike[Reason]]:
        """Return what has been noted since the last call."""
        noted, self._keys = self._keys, {}
        return [Alike(reason, tuple(islice(keys, SHOWN)), len(keys)) for reason, keys in noted.items() if keys]

    def clear(self) -> None:
        """Forget all of it."""
        self._keys.clear()
