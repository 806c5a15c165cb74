"""Names, comments and citations keep to the house's words."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from tests.support.sources import PROJECT, all_files, files_of_tests, functions, product_files, tree, written

VAGUE = re.compile(r"(^|_)(managers?|helpers?|utils?|utilities|common|base|misc)(_|$)|Manager|Helper|Util(s|ities)?$")
SILENCERS = re.compile(
    r"type:\s*ignore|\bnoqa\b|pyright:|mypy:|pragma:\s*no|fmt:\s*(off|skip)|nosec|pylint:", re.IGNORECASE
)
LOOSE_CITATIONS = re.compile(
    r"RFC\d|RFC-\d|RFC  |RFC \d+,? *(§|[Ss]ec\.|Section)|RFC \d+ section|RFC \d+, \d|RFC \d+ \d+\.\d"
)
SKIPPING = re.compile(r"pytest\.(skip|importorskip|mark\.skip|mark\.skipif|mark\.xfail|xfail)\b|unittest\.skip")

Named: TypeAlias = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Documented: TypeAlias = ast.Module | Named


def test_no_check_is_silenced() -> None:
    """No comment turns a checker off: what a checker says is put right."""
    found = [f"{place}: {comment}" for place, comment in _comments() if SILENCERS.search(comment)]
    assert found == []


def test_no_name_is_vague() -> None:
    """No file and no class is called a manager, helper, utility, common or base."""
    found: list[str] = []
    for path in all_files():
        classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
        names = [*path.relative_to(PROJECT).with_suffix("").parts, *classes]
        found += [f"{written(path)}: {name}" for name in names if VAGUE.search(name)]
    assert found == []


def test_rfcs_are_cited_in_one_way() -> None:
    """A section is cited as "RFC 4271, section 6.2" in docstrings and comments, so that it can be searched for."""
    found: list[str] = []
    for path in all_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if LOOSE_CITATIONS.search(line) and path != Path(__file__):
                found.append(f"{written(path)}:{number}: {line.strip()}")
    assert found == []


def test_no_test_is_skipped_in_its_own_way() -> None:
    """Tests are skipped by tests.support.skips only, which knows the reasons that are allowed."""
    allowed = {Path(__file__), PROJECT / "tests" / "support" / "skips.py"}
    files = [path for path in files_of_tests() if path not in allowed]
    assert [written(path) for path in files if SKIPPING.search(path.read_text(encoding="utf-8"))] == []


def test_every_test_says_the_fact_it_proves() -> None:
    """Each test function has a docstring."""
    found: list[str] = []
    for path in files_of_tests():
        tests = [(name, node) for name, node in functions(path) if name.rpartition(".")[2].startswith("test_")]
        found += [f"{written(path)}::{name}" for name, node in tests if not ast.get_docstring(node)]
    assert found == []


def test_public_docstrings_start_with_a_sentence() -> None:
    """Each module, public class and public function of the product opens its docstring with a whole sentence."""
    found: list[str] = []
    for path in product_files():
        for name, node in _public(path):
            first = (ast.get_docstring(node) or "").partition("\n")[0]
            if not first.endswith((".", "?", ":")):
                found.append(f"{written(path)}: {name}: {first!r}")
    assert found == []


def _comments() -> Iterator[tuple[str, str]]:
    """Yield every comment of every file, with its place."""
    for path in all_files():
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type == tokenize.COMMENT:
                yield f"{written(path)}:{token.start[0]}", token.string


def _public(path: Path) -> Iterator[tuple[str, Documented]]:
    """Yield the module, its public classes and functions, and their public methods."""
    pending: list[tuple[str, Documented]] = [("module", tree(path))]
    while pending:
        name, node = pending.pop()
        yield name, node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        children = [child for child in node.body if isinstance(child, Named)]
        pending += [(child.name, child) for child in children if child.name[0] != "_"]
