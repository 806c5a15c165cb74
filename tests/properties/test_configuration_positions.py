"""Every key and every item of any TOML document is found at the line where a writer has put it."""

import tomllib
from collections.abc import Iterator
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.configuration.positions import Path, positions_of

BARE = st.text("abcXY019_-", min_size=1, max_size=4)
QUOTED = st.text("ab .#[]{}=\"'\\,é", min_size=1, max_size=5)


def escaped(letter: str) -> str:
    """Return a letter as it may stand in a string."""
    return f"\\u{ord(letter):04x}" if letter in '"\\\n' else letter


KEYS = st.one_of(BARE, QUOTED)
TRICKY = st.text("ab#[]{}=,'\"\\\n ", max_size=8)
SCALARS = st.one_of(
    st.integers(-99, 99).map(str),
    st.sampled_from(
        [
            "true",
            "1.5",
            "1979-05-27T07:32:00Z",
            "inf",
            '"""a\n"# [x]\n"""',
            "'''\n''b]'''",
            "'''a'''''",
            '""""q"\n"""',
            '"""a"""""',
        ]
    ),
    TRICKY.map(
        lambda text: '"' + "".join(f"\\u{ord(letter):04x}" if letter in '"\\\n' else letter for letter in text) + '"'
    ),
    st.text('ab#[]{}=," ', max_size=6).map(lambda text: f"'{text}'"),
)
GAPS = st.sampled_from(["", " ", "\n", "\n  # a = [1]\n", " # ] }\n"])


class Writer:
    """Writes a document and notes where each path begins."""

    def __init__(self, draw: st.DrawFn) -> None:
        """Draw what to write."""
        self.draw = draw
        self.text = ""
        self.lines: dict[Path, int] = {}

    @property
    def line(self) -> int:
        """The line that is being written."""
        return self.text.count("\n") + 1

    def key(self, key: str) -> str:
        """Return a key as it may be written."""
        if key and set(key) <= set("abcXY019_-"):
            return self.draw(st.sampled_from([key, f'"{key}"', f"'{key}'"]))
        return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def value(self, path: Path, depth: int) -> None:
        """Write a value."""
        self.lines.setdefault(path, self.line)
        kind = self.draw(st.sampled_from(["scalar", "scalar", "array", "table"])) if depth else "scalar"
        if kind == "scalar":
            self.text += self.draw(SCALARS)
        elif kind == "array":
            self.text += "["
            for number in range(self.draw(st.integers(0, 3))):
                self.text += self.draw(GAPS)
                self.value((*path, number), depth - 1)
                self.text += self.draw(GAPS) + ","
            self.text += self.draw(GAPS) + "]"
        else:
            self.text += "{"
            keys = self.draw(st.lists(KEYS, max_size=3, unique=True))
            for number, key in enumerate(keys):
                self.text += ", " if number else " "
                self.pair(path, key, depth - 1)
            self.text += " }"

    def pair(self, path: Path, key: str, depth: int) -> None:
        """Write a key, perhaps one of two parts, and its value."""
        path = (*path, key)
        self.lines.setdefault(path, self.line)
        self.text += self.key(key)
        if self.draw(st.integers(0, 4)) == 0:
            inner = self.draw(KEYS)
            path = (*path, inner)
            self.lines.setdefault(path, self.line)
            self.text += self.draw(st.sampled_from([".", " . "])) + self.key(inner)
        self.text += self.draw(st.sampled_from(["=", " = "]))
        self.value(path, depth)

    def pairs(self, path: Path) -> None:
        """Write some lines below a header."""
        for key in self.draw(st.lists(KEYS, max_size=3, unique=True)):
            self.text += self.draw(st.sampled_from(["", "  ", "# x = 1\n", "\n"]))
            self.pair(path, key, 2)
            self.text += self.draw(st.sampled_from(["\n", " # [no]\n", "\r\n"]))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """Return a document, and where its keys, tables and items are."""
    writer = Writer(draw)
    writer.pairs(())
    taken = {path[0] for path in writer.lines}
    for name in draw(st.lists(KEYS.filter(lambda key: key not in taken), max_size=4, unique=True)):
        many = draw(st.integers(0, 2))
        for number in range(max(many, 1)):
            path: Path = (name, number) if many else (name,)
            for place in ((name,), path):
                writer.lines.setdefault(place, writer.line)
            header = f"[ {writer.key(name)} ]" if not many else f"[[{writer.key(name)}]]"
            writer.text += f"{header}{draw(st.sampled_from(['', ' # [[x]]']))}\n"
            writer.pairs(path)
            inner = f"z{draw(st.integers(0, 9))}"
            if draw(st.booleans()) and (*path, inner) not in writer.lines:
                writer.lines[*path, inner] = writer.lines[*path, inner, 0] = writer.line
                writer.text += f"[[{writer.key(name)}.{inner}]]\n"
                writer.pairs((*path, inner, 0))
    return writer.text, writer.lines


@settings(max_examples=150, deadline=None)
@given(documents())
def test_lines_are_where_they_were_written(document: tuple[str, dict[Path, int]]) -> None:
    """Every path that tomllib finds, and no other, has the line that the writer noted."""
    text, lines = document
    positions = positions_of(text)
    assert positions.lines == lines
    assert set(positions.lines) == set(paths(tomllib.loads(text)))


def paths(data: object, path: Path = ()) -> Iterator[Path]:
    """Yield every path of a document."""
    if path:
        yield path
    if isinstance(data, dict):
        for key, each in cast("dict[str, object]", data).items():
            yield from paths(each, (*path, key))
    elif isinstance(data, list):
        for number, each in enumerate(cast("list[object]", data)):
            yield from paths(each, (*path, number))
