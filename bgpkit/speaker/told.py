"""What has been logged, so that nothing is said twice and a peer cannot fill the log."""

from collections.abc import Hashable
from typing import Final

SAID: Final = 64
"""Different things that are said of one peer and session, at most."""


class Told:
    """Remembers what has been said since the last `clear`."""

    __slots__ = ("_maximum", "_said")

    def __init__(self, maximum: int = SAID) -> None:
        """Let ``maximum`` different things be said."""
        self._maximum = maximum
        self._said: set[Hashable] = set()

    def first(self, what: Hashable) -> bool:
        """Tell whether ``what`` is to be said now: it never has been, and not too much else has."""
        if what in self._said or len(self._said) >= self._maximum:
            return False
        self._said.add(what)
        return True

    def clear(self) -> None:
        """Let everything be said again."""
        self._said.clear()
