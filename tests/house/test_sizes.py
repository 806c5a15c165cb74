"""Files and functions stay small enough to be read at once."""

import ast
import re

from tests.support.sources import PROJECT, all_files, functions, written

FILE_LIMIT = 500
FUNCTION_LIMIT = 40
LONG_FUNCTIONS = re.compile(r"^- long function: `([\w./-]+::[\w.]+)`", re.MULTILINE)


def test_no_file_has_more_than_500_lines() -> None:
    """Every Python file of ours, tests and benchmarks included, has at most 500 lines."""
    long = {written(path): count for path in all_files() if (count := len(path.read_text().splitlines())) > FILE_LIMIT}
    assert long == {}


def test_no_function_has_more_than_40_lines() -> None:
    """A function has at most 40 lines without its docstring, but for the few that DECISIONS.md names."""
    excused = _excused()
    long: dict[str, int] = {}
    for path in all_files():
        for name, node in functions(path):
            place = f"{written(path)}::{name}"
            if place not in excused and (lines := _lines(node)) > FUNCTION_LIMIT:
                long[place] = lines
    assert long == {}


def test_at_most_five_functions_are_excused_and_each_exists() -> None:
    """DECISIONS.md excuses up to five functions by name, and none that is gone or short by now."""
    excused = _excused()
    assert len(excused) <= 5
    long = {
        f"{written(path)}::{name}"
        for path in all_files()
        for name, node in functions(path)
        if _lines(node) > FUNCTION_LIMIT
    }
    assert excused <= long


def _excused() -> set[str]:
    """Return the functions that DECISIONS.md lists as longer for the sake of speed."""
    return set(LONG_FUNCTIONS.findall((PROJECT / "DECISIONS.md").read_text(encoding="utf-8")))


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines, from its def to its end, without its docstring."""
    count = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        count -= (first.end_lineno or first.lineno) - first.lineno + 1
    return count
