"""Tables in boxes, in both looks that calicoctl has had: that of version 3.9 and the present one."""

import re
import textwrap
from collections.abc import Sequence
from typing import Final

from bgpkit_node.command.look import Look

_WIDEST: Final = 30
"""Columns of a cell of 3.9 before it is broken into lines; a longer word widens it."""
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


def boxed(
    header: Sequence[str], rows: Sequence[Sequence[str]], look: Look, *, right: frozenset[str] = frozenset()
) -> str:
    """Return a table with a frame of ``+``, ``-`` and ``|``.

    The old look centres headings, breaks long cells into lines and sets numbers to the right; the present one sets all
    to the left, but for the cells under the headings ``right``.
    """
    lines = [[_lines(cell, look) for cell in row] for row in rows]
    widths = [
        max([len(title), *(len(line) for row in lines for line in row[at]), *_broken(rows, at, look)])
        for at, title in enumerate(header)
    ]
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    drawn = [rule, _framed([_heading(cell, width, look) for cell, width in zip(header, widths, strict=True)]), rule]
    for row, whole in zip(lines, rows, strict=True):
        to_right = [
            title in right if look is Look.PRESENT else _NUMBER.fullmatch(cell.strip()) is not None
            for title, cell in zip(header, whole, strict=True)
        ]
        for number in range(max(map(len, row), default=0)):
            cells = [cell[number] if number < len(cell) else "" for cell in row]
            drawn.append(
                _framed(
                    [
                        cell.rjust(width) if right_hand else cell.ljust(width)
                        for cell, width, right_hand in zip(cells, widths, to_right, strict=True)
                    ]
                )
            )
    return "\n".join([*drawn, rule])


def _lines(cell: str, look: Look) -> list[str]:
    if look is Look.PRESENT:
        return [cell]
    return textwrap.wrap(cell, _WIDEST, break_long_words=False, break_on_hyphens=False) or [""]


def _broken(rows: Sequence[Sequence[str]], at: int, look: Look) -> list[int]:
    """Return the width of a column in which a cell was broken into lines: all of it is used."""
    return [_WIDEST] if look is Look.OLD and any(len(row[at]) > _WIDEST for row in rows) else []


def _heading(cell: str, width: int, look: Look) -> str:
    """Put a heading in the middle, an odd space to the right of it, or to the left."""
    return (" " * ((width - len(cell)) // 2) + cell if look is Look.OLD else cell).ljust(width)


def _framed(cells: Sequence[str]) -> str:
    return "|" + "|".join(f" {cell} " for cell in cells) + "|"
