"""A row of the matrix."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.interop.matrix_lab import Lab


@dataclass(frozen=True, slots=True)
class Feature:
    """What is proved with every daemon that can do it."""

    key: str
    title: str
    prove: Callable[[Lab], Awaitable[None]]

    def __str__(self) -> str:
        """Return the key, which names the test."""
        return self.key
