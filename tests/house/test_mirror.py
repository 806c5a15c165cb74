"""The unit tests mirror the sources: a reader finds the test of a module without looking for it."""

import ast
import re
from pathlib import Path

from tests.support.sources import PACKAGES, PROJECT, files_of_tests, functions, tree, written

UNIT = PROJECT / "tests" / "unit"
ELSEWHERE = re.compile(r"^\| `([\w/.]+\.py)` \| `([\w/.]+\.py)` \|", re.MULTILINE)


def test_every_unit_test_file_has_its_source() -> None:
    """tests/unit/wire/test_open.py stands for bgpkit/wire/open.py, and so on."""
    files = [path for path in UNIT.rglob("test_*.py") if path.parent != UNIT]
    lonely = [written(path) for path in files if not _source_of(path).exists()]
    assert lonely == []


def test_every_module_that_does_something_has_its_test_file() -> None:
    """A module with functions has a unit test file, or tests/README.md names the test that proves it."""
    proved = _proved_elsewhere()
    bare = [path for path in _sources() if not _test_of(path).exists()]
    assert [written(path) for path in bare if written(path) not in proved] == []


def test_what_is_proved_elsewhere_is_proved_there() -> None:
    """Each row of the table in tests/README.md names a module and a test file that exist."""
    rows = _proved_elsewhere()
    gone = [place for row in rows.items() for place in row if not (PROJECT / place).exists()]
    needless = [module for module in rows if _test_of(PROJECT / module).exists()]
    assert (gone, needless) == ([], [])


def test_every_folder_of_tests_is_a_package() -> None:
    """Test modules of the same name do not clash, since each folder has an __init__.py with a docstring."""
    folders = {path.parent for path in files_of_tests()}
    bare = [written(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()]
    assert bare == []
    faces = [folder / "__init__.py" for folder in sorted(folders)]
    assert [written(face) for face in faces if not ast.get_docstring(tree(face))] == []


def _sources() -> list[Path]:
    """Return the modules that do something: a function that is more than a signature, __str__ and its like apart."""
    files = [path for folder in PACKAGES.values() for path in sorted((PROJECT / folder).rglob("*.py"))]
    return [path for path in files if any(_does_something(name, node) for name, node in functions(path))]


def _does_something(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell a function from a port's signature and from a special method."""
    signature = all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in node.body)
    return not signature and not name.rpartition(".")[2].startswith("__")


def _source_of(test: Path) -> Path:
    """Return the source file that a unit test file stands for."""
    package, *folders = test.parent.relative_to(UNIT).parts
    root = PROJECT / PACKAGES.get(package, f"bgpkit/{package}")
    return root.joinpath(*folders, test.name.removeprefix("test_"))


def _test_of(source: Path) -> Path:
    """Return the unit test file that stands for a source file."""
    package, folder = next((name, root) for name, root in PACKAGES.items() if source.is_relative_to(PROJECT / root))
    inner = source.relative_to(PROJECT / folder)
    return UNIT / package / inner.parent / f"test_{inner.name}"


def _proved_elsewhere() -> dict[str, str]:
    """Return the modules that tests/README.md says are proved by tests of another kind: module -> test file."""
    return dict(ELSEWHERE.findall((PROJECT / "tests" / "README.md").read_text(encoding="utf-8")))
