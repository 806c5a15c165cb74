"""The project's own Python files, and what the house's rules ask of each."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent

# tests/unit/<key>/ mirrors the folder
PACKAGES = {
    "adj_rib_out": "bgpkit/adj_rib_out",
    "bfd": "bgpkit/bfd",
    "command": "bgpkit/command",
    "configuration": "bgpkit/configuration",
    "control": "bgpkit/control",
    "fib": "bgpkit/fib",
    "fsm": "fsm/bgpkit_fsm",
    "mrt": "bgpkit/mrt",
    "node": "examples/node_agent/bgpkit_node",
    "policy": "bgpkit/policy",
    "rib": "rib/bgpkit_rib",
    "rpki": "bgpkit/rpki",
    "session": "bgpkit/session",
    "setup": "setup/bgpkit_setup",
    "speaker": "bgpkit/speaker",
    "testing": "bgpkit/testing",
    "transport": "bgpkit/transport",
    "wire": "bgpkit/wire",
}

_PRODUCT = ("bgpkit", "examples", "fsm", "rib", "setup")
_OTHERS = ("benchmarks", "tests")
_NOT_OURS = ("_generated", "__pycache__")


def product_files() -> list[Path]:
    """Return the Python files of what is shipped or run by its users, in order."""
    return _files(_PRODUCT)


def files_of_tests() -> list[Path]:
    """Return the Python files below tests, in order."""
    return _files(("tests",))


def all_files() -> list[Path]:
    """Return every Python file that is ours, in order."""
    return _files(_PRODUCT + _OTHERS)


@functools.cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def written(path: Path) -> str:
    """Return a file's path as it is written in READMEs: from the project's folder."""
    return path.relative_to(PROJECT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield each function of a file with its dotted name, nested ones too."""
    yield from _functions(tree(path), "")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield the functions below a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def _files(folders: tuple[str, ...]) -> list[Path]:
    """Return the Python files below folders."""
    found = (path for folder in folders for path in (PROJECT / folder).rglob("*.py"))
    return sorted(path for path in found if not set(_NOT_OURS) & set(path.parts))
