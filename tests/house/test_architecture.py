"""What the import contracts of pyproject.toml cannot say of the architecture."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.support.sources import PROJECT, product_files, tree, written

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
IMPORT_NAMES = {"grpcio": "grpc", "pyyaml": "yaml"}


def test_importing_bgpkit_loads_no_pyroute2() -> None:
    """``import bgpkit`` is cheap and portable: nothing that stands aside is loaded, nor what only that needs."""
    foreign = ("pyroute2", "hypothesis", "bgpkit_node")
    aside = (*foreign, "bgpkit.bfd", "bgpkit.fib", "bgpkit.mrt", "bgpkit.command", "bgpkit.testing")
    probe = f"import sys, bgpkit; print([name for name in sys.modules if name.startswith({aside!r})])"
    answer = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_set_up_uses_the_standard_library_only() -> None:
    """What runs before anything is installed imports nothing that must be installed."""
    files = [path for path in product_files() if path.is_relative_to(PROJECT / "setup")]
    assert {name for path in files for name in _imported(path)} - sys.stdlib_module_names == {"bgpkit_setup"}


def test_every_dependency_earns_its_place() -> None:
    """Each run-time dependency that pyproject.toml declares is imported by the sources."""
    declared = _declared()
    names = {_distribution(requirement) for requirement in declared}
    imported = {name for path in product_files() for name in _imported(path)}
    assert {name for name in names if IMPORT_NAMES.get(name, name) not in imported} == set()


def test_the_sources_import_declared_packages_only() -> None:
    """No module of the wheel imports what happens to be installed."""
    declared = _declared()
    allowed = {IMPORT_NAMES.get(name, name) for name in map(_distribution, declared)}
    own = {"bgpkit", "bgpkit_fsm", "bgpkit_rib", "bgpkit_node"}
    wheel = [path for path in product_files() if not path.is_relative_to(PROJECT / "setup")]
    foreign = {name: written(path) for path in wheel for name in _imported(path) - own - sys.stdlib_module_names}
    assert {name: place for name, place in foreign.items() if name not in allowed} == {}


def test_every_package_is_typed() -> None:
    """Each package of the wheel carries the py.typed mark."""
    packages = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert [package for package in packages if not (PROJECT / package / "py.typed").exists()] == []


def _declared() -> list[str]:
    """Return the requirements of the wheel and of its extras for users."""
    extras = PYPROJECT["project"]["optional-dependencies"]
    return [*PYPROJECT["project"]["dependencies"], *extras["node"], *extras["testing"]]


def _imported(path: Path) -> set[str]:
    """Return the top-level names of the modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def _distribution(requirement: str) -> str:
    """Return the name in a requirement, in lower case."""
    end = next((index for index, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None)
    return requirement[:end].lower()
