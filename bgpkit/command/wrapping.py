"""Lines of a bounded width, fit for a terminal whatever a peer has sent."""

from collections.abc import Iterable, Sequence
from typing import Final

WIDTH: Final = 110
"""Columns that a line has, unless a single word is longer."""
_OCTETS_A_LINE: Final = 32
_OCTETS_MAXIMUM: Final = 256


def wrapped(words: Iterable[str], indent: int) -> list[str]:
    """Return words in as many lines as they need, the later ones further in."""
    lines: list[str] = []
    line = " " * indent
    room = False
    for word in words:
        if room and len(line) + len(word) + 1 > WIDTH:
            lines.append(line)
            line, room = " " * (indent + 4), False
        line = f"{line} {word}" if room else line + word
        room = True
    return [*lines, line]


def listed(head: str, items: Sequence[object], indent: int) -> list[str]:
    """Return a head and items with commas between them; no line break stands within an item."""
    texts = list(map(str, items))
    return wrapped([head, *(f"{text}," for text in texts[:-1]), *texts[-1:]], indent)


def hexed(octets: bytes, indent: int) -> list[str]:
    """Return octets in hex digits, the first 256 of them."""
    shown = octets[:_OCTETS_MAXIMUM]
    parts = (shown[start : start + _OCTETS_A_LINE] for start in range(0, len(shown), _OCTETS_A_LINE))
    lines = [" " * indent + part.hex(" ") for part in parts]
    rest = len(octets) - len(shown)
    return [*lines, f"{' ' * indent}and {counted(rest, 'octet')} more (--json shows all)"] if rest else lines


def counted(number: int, noun: str) -> str:
    """Return a number of things: ``1 octet``, ``2 octets``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(line: str) -> str:
    """Return a line with escapes for what a terminal would take for something else than text."""
    if line.isprintable():
        return line
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode("ascii")
        for letter in line
    )
