"""Tables for people: aligned columns, nothing drawn, one line a row however narrow the terminal is."""

import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Final

from bgpkit.command.wrapping import printable

_SAMPLE: Final = 500
"""Rows by which the columns of a long table are measured, before the first one is written."""
_GAP: Final = "  "


class TableText:
    """Writes rows under a head; the last column takes what room there is, and is cut on a terminal only."""

    def __init__(self, head: Sequence[str], *, numbers: Iterable[int] = (), width: int | None = None) -> None:
        """Take the names of the columns, and which of them hold ``numbers``; ``width`` None cuts nothing."""
        self._head = tuple(head)
        self._numbers = frozenset(numbers)
        self._width = width

    def write(self, rows: Iterable[Sequence[str]], write: Callable[[str], object]) -> int:
        """Write the rows as they come; return how many there were. Of no rows nothing is written, no head either."""
        coming = iter(rows)
        sample = list(islice(coming, _SAMPLE))
        if not sample:
            return 0
        columns = range(len(self._head))
        widths = [max(len(row[column]) for row in (self._head, *sample)) for column in columns]
        count = -1
        for row in chain((self._head,), sample, coming):
            count += 1
            write(f"{self._line(row, widths)}\n")
        return count

    def _line(self, row: Sequence[str], widths: Sequence[int]) -> str:
        cells = [
            cell.rjust(width) if column in self._numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line = printable(_GAP.join(cells).rstrip())
        if self._width is not None and len(line) > self._width:
            return f"{line[: self._width - 1]}…"
        return line


def terminal_width() -> int | None:
    """Return how wide standard output is, None where it is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def facts_text(facts: Iterable[tuple[str, str]]) -> list[str]:
    """Return pairs as lines with the values in one column; those without a value are left out."""
    told = [(name, value) for name, value in facts if value]
    width = max((len(name) for name, _ in told), default=0)
    return [printable(f"{name:<{width}}  {value}") for name, value in told]
