"""A picture of who reaches whom, as one SVG image that needs nothing else. Sizes are in pixels."""

from collections.abc import Iterator
from html import escape
from typing import Final

from bgpkit_node.policy.matrix import Cell, Matrix

_SIDE: Final = 24
"""Width and height of a cell."""
_LETTER: Final = 7.4
"""Width of a letter, as wide as those of usual fonts are at most."""
_EDGE: Final = 16
_TITLE: Final = 40
_SLANT: Final = 60
"""Degrees by which the names of columns rise."""
_RISE: Final = 0.87
_RUN: Final = 0.5
"""Sine and cosine of that."""
_COLOURS: Final = {True: "#a8d5a8", False: "#eb9b9b", None: "#eeeeee"}
_SIGNS: Final = {True: "✓", False: "✕", None: ""}
_LEGEND: Final = ((True, "may connect"), (False, "is denied"), (None, "not asked, or no IP version in common"))
_STYLE: Final = (
    "text { font: 13px 'DejaVu Sans', Verdana, sans-serif; fill: #222; dominant-baseline: central; } "
    ".title { font-size: 18px; } .sign { text-anchor: middle; } .from { text-anchor: end; } "
    "rect { stroke: #fff; stroke-width: 1; }"
)


def picture_of(matrix: Matrix) -> str:
    """Return the image; viewers that show titles tell at each cell what decided."""
    left = _EDGE + _longest(matrix.sources)
    names = tuple(map(str, matrix.targets))
    top = round(_TITLE + _longest(names) * _RISE + _EDGE)
    across, down = len(names) * _SIDE, len(matrix.sources) * _SIDE
    width = round(left + max(across + _longest(names) * _RUN, _longest([text for _, text in _LEGEND])) + 2 * _EDGE)
    height = top + down + (len(_LEGEND) + 1) * _SIDE
    lines = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>Who reaches whom</title><style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text class="title" x="{_EDGE}" y="{_TITLE / 2}">Who reaches whom: from rows to columns</text>',
        *_columns(names, left, top),
        *(line for row, source in enumerate(matrix.sources) for line in _row(matrix, source, left, top + row * _SIDE)),
        *_legend(left, round(top + down + _SIDE / 2)),
        "</svg>",
    )
    return "\n".join(lines) + "\n"


def _longest(texts: tuple[str, ...] | list[str]) -> int:
    return round(max(map(len, texts), default=0) * _LETTER)


def _columns(names: tuple[str, ...], left: int, top: int) -> Iterator[str]:
    for column, name in enumerate(names):
        x, y = left + _EDGE + (column + 0.5) * _SIDE, top - _SIDE / 4
        yield f'<text transform="translate({x:g} {y:g}) rotate(-{_SLANT})">{escape(name)}</text>'


def _row(matrix: Matrix, source: str, left: int, y: int) -> Iterator[str]:
    middle = y + _SIDE / 2
    yield f'<text class="from" x="{left + _EDGE / 2:g}" y="{middle:g}">{escape(source)}</text>'
    for column, target in enumerate(matrix.targets):
        cell = matrix.cells.get((source, target), Cell(None))
        x = left + _EDGE + column * _SIDE
        yield f"<g>{_told(f'{source} to {target}', cell)}{_square(x, y, cell.allowed)}</g>"


def _told(flow: str, cell: Cell) -> str:
    if cell.allowed is None:
        return ""
    return f"<title>{escape(f'{flow}: allowed' if cell.allowed else f'{flow}: denied, {cell.reason}')}</title>"


def _square(x: float, y: float, allowed: bool | None) -> str:
    side = f'<rect x="{x:g}" y="{y:g}" width="{_SIDE}" height="{_SIDE}" fill="{_COLOURS[allowed]}"/>'
    middle = f'x="{x + _SIDE / 2:g}" y="{y + _SIDE / 2:g}"'
    return f'{side}<text class="sign" {middle}>{_SIGNS[allowed]}</text>' if _SIGNS[allowed] else side


def _legend(left: int, y: int) -> Iterator[str]:
    for row, (allowed, text) in enumerate(_LEGEND):
        place = y + row * _SIDE
        yield _square(left + _EDGE, place, allowed)
        yield f'<text x="{left + 2 * _EDGE + _SIDE:g}" y="{place + _SIDE / 2:g}">{text}</text>'
