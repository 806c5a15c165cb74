"""The wheel with compiled modules: the tests of what is compiled pass with it, too."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from bgpkit_setup.preparation import COMPILED, PROJECT

TESTS = ("wire", "rib", "adj_rib_out", "fib", "policy")
"""Folders of unit tests of packages that have compiled modules; those of sessions and speakers take longer."""
IMPORTED = """
import importlib, sys
for name in sys.argv[1:]:
    print(importlib.import_module(name).__file__)
"""


def names() -> list[str]:
    """Return the modules of the list, as they are imported."""
    paths = [Path(each) for each in COMPILED.modules()]
    return [".".join(path.with_suffix("").parts[path.parts[0] in {"rib", "fsm"} :]) for path in paths]


def test_mypyc_makes_c_of_each_module_of_the_list(tmp_path: Path) -> None:
    """A name that is misspelt, a file that has moved, or what mypyc does not understand, in seconds."""
    generate = runpy.run_path(str(PROJECT / "compiled" / "hook.py"))["GENERATE"]
    program = f"{generate}\nprint(*(module.name for module in modules))"
    command = [sys.executable, "-c", program, str(tmp_path / "built"), *COMPILED.modules()]
    made = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    shared, *modules = sorted(made.stdout.splitlines()[-1].split(), key=lambda name: not name.endswith("__mypyc"))
    assert sorted(modules) == sorted(names())
    sources = list(Path(tmp_path / "built.c").rglob(f"__native_{shared.removesuffix('__mypyc')}.c"))
    assert [text.count("CPyInit_") > len(modules) > 20 for text in map(Path.read_text, sources)] == [True]


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    """Return the environment in which the compiled modules are imported."""
    COMPILED.ensure(Path(sys.executable))
    return {**os.environ, "PYTHONPATH": str(COMPILED.site), "PYTHONSAFEPATH": "1"}


@pytest.mark.soak
@pytest.mark.timeout(500)  # it compiles for a minute, more on a loaded machine
def test_each_module_of_the_list_is_compiled(compiled: dict[str, str], tmp_path: Path) -> None:
    """None is left as it was, or imported from elsewhere."""
    command = [sys.executable, "-c", IMPORTED, *names()]
    shown = subprocess.run(command, env=compiled, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    files = shown.split()
    assert len(files) == len(names())
    assert [file for file in files if not file.endswith(".so") or not file.startswith(str(COMPILED.site))] == []


@pytest.mark.soak
@pytest.mark.timeout(500)
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
