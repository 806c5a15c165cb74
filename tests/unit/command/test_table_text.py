"""Tables for people."""

import sys
from collections.abc import Sequence

import pytest

from bgpkit.command.table_text import TableText, facts_text, terminal_width

HEAD = ("NAME", "N", "NOTE")


def table(rows: Sequence[Sequence[str]], width: int | None = None) -> list[str]:
    """Return the lines of a table."""
    lines: list[str] = []
    assert TableText(HEAD, numbers=(1,), width=width).write(rows, lines.append) == len(rows)
    return "".join(lines).splitlines()


def test_columns_are_aligned_and_numbers_to_the_right() -> None:
    """The last column is as wide as it is; no line ends in spaces."""
    assert table([("a", "1", "x y"), ("long name", "22", "")]) == [
        "NAME        N  NOTE",
        "a           1  x y",
        "long name  22",
    ]


def test_nothing_is_written_of_nothing() -> None:
    """No head either: the caller has a sentence for that."""
    assert table([]) == []


def test_a_line_stays_one_line() -> None:
    """Cut on a terminal only, and whatever a peer has put into it."""
    assert table([("a", "1", "far too long a note")], width=20)[1] == "a     1  far too lo…"
    assert table([("a", "1", "two\nlines\x1b[31m")])[1] == "a     1  two\\nlines\\x1b[31m"


def test_a_long_table_is_written_while_it_comes() -> None:
    """Measured by its first rows; a later one that is wider pushes out its own line only."""
    written: list[str] = []

    def rows() -> Sequence[Sequence[str]]:
        return [("a", "1", str(len(written))) for _ in range(600)] + [("much wider", "1", "")]

    TableText(HEAD, numbers=(1,)).write(rows(), written.append)
    assert written[1] == "a     1  0\n"
    assert written[-1] == "much wider  1\n"


def test_facts_stand_in_two_columns() -> None:
    """Those that say nothing are left out."""
    assert facts_text([("a", "1"), ("gone", ""), ("longer", "2\n3")]) == ["a       1", "longer  2\\n3"]
    assert facts_text([]) == []


def test_only_a_terminal_has_a_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes into a pipe is not cut."""
    assert terminal_width() is None
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "77")
    assert terminal_width() == 77
