"""The unit tests mirror the sources: a reader finds the test of a module without looking for it."""

import ast
import re
from pathlib import Path

from tests.support.sources import PACKAGES, PROJECT, files_of_tests, functions, tree, written

UNIT = PROJECT / "tests" / "unit"
ELSEWHERE = re.compile(r"^\| `([\w/.]+\.py)` \| `([\w/.]+\.py)` \|", re.MULTILINE)


def test_every_unit_test_file_has_its_source() -> None:
    """tests/unit/wire/test_open.py stands for bgpkit/wire/open.py, and so on."""
    expected = {test for source in _modules() for test in _tests_of(source)}
    files = [path for path in sorted(UNIT.rglob("test_*.py")) if path.parent != UNIT]
    assert [written(path) for path in files if path not in expected] == []


def test_every_module_that_does_something_has_its_test_file() -> None:
    """A module with functions has a unit test file, or tests/README.md names the test that proves it."""
    proved = _proved_elsewhere()
    bare = [path for path in _modules() if _does_something(path) and not _has_test(path)]
    assert [written(path) for path in bare if written(path) not in proved] == []


def test_what_is_proved_elsewhere_is_proved_there() -> None:
    """Each row of the table in tests/README.md names a module and a test file that exist."""
    rows = _proved_elsewhere()
    gone = [place for row in rows.items() for place in row if not (PROJECT / place).exists()]
    needless = [module for module in rows if _has_test(PROJECT / module)]
    assert (gone, needless) == ([], [])


def test_every_folder_of_tests_is_a_package() -> None:
    """Test modules of the same name do not clash, since each folder has an __init__.py with a docstring."""
    folders = {path.parent for path in files_of_tests()}
    bare = [written(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()]
    assert bare == []
    faces = [folder / "__init__.py" for folder in sorted(folders)]
    assert [written(face) for face in faces if not ast.get_docstring(tree(face))] == []


def _modules() -> list[Path]:
    """Return the modules of all packages."""
    return [path for folder in PACKAGES.values() for path in sorted((PROJECT / folder).rglob("*.py"))]


def _does_something(path: Path) -> bool:
    """Tell whether a module has a function that is more than a port's signature or a special method."""
    return any(
        not name.rpartition(".")[2].startswith("__") and not all(_is_constant(line) for line in node.body)
        for name, node in functions(path)
    )


def _is_constant(line: ast.stmt) -> bool:
    """Tell a docstring and an ellipsis from a statement that does something."""
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _tests_of(source: Path) -> tuple[Path, Path]:
    """Return the two places for a module's tests: node/ipam/test_block.py, or node/test_ipam_block.py."""
    package, folder = next((name, root) for name, root in PACKAGES.items() if source.is_relative_to(PROJECT / root))
    inner = source.relative_to(PROJECT / folder)
    return UNIT / package / inner.parent / f"test_{inner.name}", UNIT / package / f"test_{'_'.join(inner.parts)}"


def _has_test(source: Path) -> bool:
    """Tell whether a module has a unit test file."""
    return any(test.exists() for test in _tests_of(source))


def _proved_elsewhere() -> dict[str, str]:
    """Return the modules that tests/README.md says are proved by tests of another kind: module -> test file."""
    return dict(ELSEWHERE.findall((PROJECT / "tests" / "README.md").read_text(encoding="utf-8")))
