"""A folder's face, its ``__init__.py``, says what the folder offers and does nothing."""

import ast
from pathlib import Path

from tests.support.sources import product_files, tree, written

FACES = [path for path in product_files() if path.name == "__init__.py"]


def test_a_face_holds_a_docstring_imports_and_all() -> None:
    """Nothing but a docstring, imports and ``__all__`` stands in a face."""
    assert [written(path) for path in FACES if not ast.get_docstring(tree(path))] == []
    found = {written(path): [ast.unparse(node) for node in tree(path).body[1:] if not _belongs(node)] for path in FACES}
    assert {face: statements for face, statements in found.items() if statements} == {}


def test_a_face_names_what_it_imports() -> None:
    """The names in ``__all__`` are those that the face imports, each once."""
    assert [written(path) for path in FACES if sorted(_offered(path)) != sorted(set(_imported(path)))] == []


def _imported(path: Path) -> list[str]:
    """Return the names that a face imports."""
    imports = [node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)]
    return [alias.asname or alias.name for node in imports for alias in node.names]


def _offered(path: Path) -> list[str]:
    """Return the names in a face's ``__all__``."""
    lists = [node.value for node in tree(path).body if isinstance(node, ast.Assign)]
    elements = [element for node in lists if isinstance(node, ast.List | ast.Tuple) for element in node.elts]
    return [str(element.value) for element in elements if isinstance(element, ast.Constant)]


def _belongs(node: ast.stmt) -> bool:
    """Tell whether a statement may stand in a face."""
    if isinstance(node, ast.Assign):
        return [ast.unparse(target) for target in node.targets] == ["__all__"]
    return isinstance(node, ast.Import | ast.ImportFrom)
