"""The wheel with compiled modules: the tests of what is compiled pass with it, too."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bgpkit_setup.preparation import COMPILED, PROJECT

TESTS = ("wire", "rib", "adj_rib_out", "fib")
"""Folders of unit tests of packages that have compiled modules; those of sessions and speakers take longer."""
IMPORTED = """
import importlib, sys
for name in sys.argv[1:]:
    print(importlib.import_module(name).__file__)
"""

pytestmark = pytest.mark.timeout(500)  # it compiles for a minute, more on a loaded machine


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    """Return the environment in which the compiled modules are imported."""
    COMPILED.ensure(Path(sys.executable))
    return {**os.environ, "PYTHONPATH": str(COMPILED.site), "PYTHONSAFEPATH": "1"}


@pytest.mark.xdist_group("compiled")
def test_each_module_of_the_list_is_compiled(compiled: dict[str, str], tmp_path: Path) -> None:
    """A name that is misspelt, or a file that has moved, would leave a module as it was."""
    paths = [Path(each) for each in COMPILED.modules()]
    roots = {"rib", "fsm"}
    names = [".".join(path.with_suffix("").parts[path.parts[0] in roots :]) for path in paths]
    command = [sys.executable, "-c", IMPORTED, *names]
    shown = subprocess.run(command, env=compiled, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    files = shown.split()
    assert len(files) == len(names) > 20
    assert [file for file in files if not file.endswith(".so") or not file.startswith(str(COMPILED.site))] == []


@pytest.mark.xdist_group("compiled")
def test_the_unit_tests_pass_with_compiled_modules(compiled: dict[str, str], tmp_path: Path) -> None:
    """All of them but those that change what is built in; the sources themselves cannot be imported there."""
    for name in ("tests", "setup", "benchmarks", "pyproject.toml", "README.md"):
        (tmp_path / name).symlink_to(PROJECT / name)
    words = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not soak and not interpreted"]
    command = [sys.executable, "-m", "pytest", *words, *(f"tests/unit/{each}" for each in TESTS)]
    run = subprocess.run(command, env=compiled, cwd=tmp_path, capture_output=True, text=True, check=False)
    last = run.stdout.strip().splitlines()[-1]
    passed = re.search(r"(\d+) passed", last)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert passed is not None
    assert int(passed[1]) > 3900
