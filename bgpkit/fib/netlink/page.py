"""A part of a dump, in columns. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bgpkit.fib.form import Forms

Route: TypeAlias = tuple[bytes, int, Forms]
"""A route in a dump: prefix key, protocol, and its form in a tuple of one."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some routes of a dump: a row for each."""

    keys: list[bytes]
    protocols: list[int]
    forms: list[Forms]

    @classmethod
    def of(cls, routes: Iterable[Route]) -> "Page":
        """Return the page of some routes."""
        rows = list(routes)
        return cls([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys)

    def __iter__(self) -> Iterator[Route]:
        """Walk the rows."""
        return zip(self.keys, self.protocols, self.forms, strict=True)
