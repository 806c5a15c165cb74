"""Where in a TOML document each key and each value stands; tomllib tells only what they are.

The scan trusts tomllib to have read the document without a fault, so that it need not find any itself.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The keys that lead to a value; in an array the number of the item, from 0."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE: Final = re.compile(r"[^,\]}\n#]*")
_STRINGS: Final = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)
"""The four kinds of strings, the long ones first."""


class Statement(NamedTuple):
    """A header, or a key with its value, and the lines that it takes."""

    path: Path
    first: int
    last: int


class Positions:
    """The lines of a document's keys, tables and items, counted from 1."""

    def __init__(self, lines: Mapping[Path, int], statements: tuple[Statement, ...]) -> None:
        """Keep what a scan has found."""
        self.lines: Final = lines
        self.statements: Final = statements

    def line(self, path: Path) -> int:
        """Return the line of a value, or of what it would stand in."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def positions_of(text: str) -> Positions:
    """Return the positions in a document that tomllib can read."""
    scan = _Scan(text)
    scan.document()
    return Positions(scan.lines, tuple(scan.statements))


class _Scan:
    """One walk through a document."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self.statements: list[Statement] = []
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while True:
            self._skip()
            if self._at == len(self._text):
                return
            first = self._line()
            if self._text[self._at] == "[":
                path = table = self._header(first)
            else:
                path = self._pair(table)
            self.statements.append(Statement(path, first, self._line()))

    def _header(self, line: int) -> Path:
        """Return the path of the table that begins here, with the number of each array's latest item in it."""
        of_array = self._text.startswith("[[", self._at)
        self._at += 2 if of_array else 1
        *outer, last = self._key()
        self._at = self._text.index("]", self._at) + (2 if of_array else 1)
        path: Path = ()
        for part in outer:
            path = self._latest((*path, part))
            self.lines.setdefault(path, line)
        path = (*path, last)
        self.lines.setdefault(path, line)
        if of_array:
            self._counts[path] = self._counts.get(path, 0) + 1
            path = self._latest(path)
            self.lines.setdefault(path, line)
        return path

    def _latest(self, path: Path) -> Path:
        count = self._counts.get(path)
        return path if count is None else (*path, count - 1)

    def _pair(self, table: Path) -> Path:
        """Walk over a key and its value; return its path."""
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self.lines.setdefault(path, line)
        self._at = self._text.index("=", self._at) + 1
        self._skip()
        self._value(path)
        return path

    def _key(self) -> list[str]:
        """Return the parts of a key with dots, and stand behind it."""
        parts: list[str] = []
        while True:
            self._skip()
            if self._text[self._at] in "\"'":
                parts.append(_string(self._string()))
            else:
                parts.append(self._take(_BARE_KEY))
            self._skip()
            if self._text[self._at] != ".":
                return parts
            self._at += 1

    def _value(self, path: Path) -> None:
        self.lines.setdefault(path, self._line())
        match self._text[self._at]:
            case "[":
                self._inside("]", path)
            case "{":
                self._inside("}", path)
            case '"' | "'":
                self._string()
            case _:
                self._take(_BARE_VALUE)

    def _inside(self, end: str, path: Path) -> None:
        """Walk over an array or an inline table."""
        self._at += 1
        number = 0
        while True:
            self._skip()
            if self._text[self._at] == ",":
                self._at += 1
            elif self._text[self._at] == end:
                self._at += 1
                return
            elif end == "]":
                self._value((*path, number))
                number += 1
            else:
                self._pair(path)

    def _string(self) -> str:
        for kind in _STRINGS:
            found = kind.match(self._text, self._at)
            if found is not None:
                self._at = found.end()
                return found[0]
        raise ValueError(f"there is no string at character {self._at}")

    def _take(self, what: re.Pattern[str]) -> str:
        found = what.match(self._text, self._at)
        taken = "" if found is None else found[0]
        self._at += len(taken)
        return taken

    def _skip(self) -> None:
        self._take(_BLANK)

    def _line(self) -> int:
        return bisect_right(self._ends, self._at - 1) + 1


def _string(written: str) -> str:
    return str(tomllib.loads(f"key = {written}")["key"])
