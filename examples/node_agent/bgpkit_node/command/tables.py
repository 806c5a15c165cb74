"""Plain tables, columns padded with spaces, as operators of such networks know them."""

from collections.abc import Sequence
from typing import Final

_GAP: Final = 3
_MINIMUM: Final = 5


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return ``header`` and ``rows`` in columns: at least five wide, three spaces apart, the last one padded too."""
    lines = [header, *rows]
    widths = [max(_MINIMUM, max(len(line[at]) for line in lines) + _GAP) for at in range(len(header))]
    return "\n".join("".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
