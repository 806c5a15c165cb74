"""A picture of who reaches whom, as one HTML page that needs nothing else."""

from collections.abc import Iterator
from html import escape
from typing import Final

from bgpkit_node.policy.matrix import Cell, Matrix

_STYLE: Final = """
body { font: 14px sans-serif; margin: 2em; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: 3px 8px; font-weight: normal; text-align: left; }
thead th { writing-mode: vertical-rl; transform: rotate(180deg); vertical-align: bottom; }
td { text-align: center; }
.yes { background: #cfe8cf; }
.no { background: #f3c6c6; }
.none { background: #eee; }
"""


def page_of(matrix: Matrix) -> str:
    """Return the page; whoever points at a cell is told what decided."""
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Who reaches whom</title>',
            f"<style>{_STYLE}</style></head><body>",
            "<h1>Who reaches whom</h1><p>Rows are sources, columns are targets. Point at a cell for the reason.</p>",
            "<table><thead><tr><td></td>",
            *(f'<th scope="col">{escape(str(target))}</th>' for target in matrix.targets),
            "</tr></thead><tbody>",
            *_rows(matrix),
            "</tbody></table></body></html>",
            "",
        )
    )


def _rows(matrix: Matrix) -> Iterator[str]:
    for source in matrix.sources:
        cells = (
            _drawn(f"{source} to {target}", matrix.cells.get((source, target), Cell(None))) for target in matrix.targets
        )
        yield f'<tr><th scope="row">{escape(source)}</th>{"".join(cells)}</tr>'


def _drawn(title: str, cell: Cell) -> str:
    if cell.allowed is None:
        return '<td class="none"></td>'
    words = f"{title}: {'allowed' if cell.allowed else f'denied, {cell.reason}'}"
    look, sign = ("yes", "yes") if cell.allowed else ("no", "no")
    return f'<td class="{look}" title="{escape(words)}">{sign}</td>'
