"""No test is skipped silently, and nothing is mistaken for a success: seen on runs of pytest of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sources import PROJECT

PROBES = '''
"""Three tests that lack something."""
import pytest
from bgpkit_setup.packages import Package, Purpose
from tests.support import skips

def test_package(monkeypatch):
    """Lacks a package."""
    monkeypatch.setattr(skips, "package", lambda name: Package(name, Purpose.TEST, ("/no/such/file",)))
    skips.require_package("bgpkit-probe")

def test_kernel(monkeypatch):
    """Lacks a kernel feature."""
    monkeypatch.setattr(skips, "FEATURES", {"flux": lambda: "no flux here"})
    skips.require_kernel("flux")
'''
GROUPED = '''
"""Two tests that share what takes long to make."""
import os
from pathlib import Path
import pytest

@pytest.mark.xdist_group("shared")
@pytest.mark.parametrize("test", [1, 2])
def test_shared(test):
    """Note who runs it."""
    with Path("workers").open("a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
'''


def _pytest(folder: Path, *arguments: str, ci: bool, tests: str = PROBES) -> subprocess.CompletedProcess[str]:
    """Run the probes with this project's settings and conftest."""
    probes = folder / "test_probes.py"
    probes.write_text(tests)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CI"))}
    environment |= {"PYTHONPATH": str(PROJECT)} | ({"CI": "true"} if ci else {})
    command = [sys.executable, "-m", "pytest", "-c", str(PROJECT / "pyproject.toml"), "--rootdir", str(PROJECT)]
    command += ["-p", "tests.conftest", "-p", "no:cacheprovider", *arguments, str(probes)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_every_skip_is_named_with_its_reason(tmp_path: Path, workers: str) -> None:
    """The end of a run names each skipped test and why, with workers or without."""
    answer = _pytest(tmp_path, "-n", workers, ci=False)
    assert answer.returncode == 0, answer.stdout
    assert "2 skipped, and why" in answer.stdout
    assert "::test_package: the Debian package bgpkit-probe is missing" in answer.stdout
    assert "::test_kernel: kernel feature flux: no flux here" in answer.stdout


def test_a_group_has_one_worker(tmp_path: Path) -> None:
    """A compiled build, a guest kernel or a cluster is made once; versions of pytest and xdist may not fit together."""
    answer = _pytest(tmp_path, "-n", "2", "--dist", "loadgroup", ci=True, tests=GROUPED)
    assert answer.returncode == 0, answer.stdout
    workers = (tmp_path / "workers").read_text().split()
    assert (len(workers), len(set(workers))) == (2, 1)


def test_a_missing_package_fails_in_continuous_integration(tmp_path: Path) -> None:
    """With CI=true the package is a failure; the kernel feature stays a named skip."""
    answer = _pytest(tmp_path, ci=True)
    assert answer.returncode == 1
    assert "the Debian package bgpkit-probe is missing, and CI=true" in answer.stdout
    assert "::test_kernel: kernel feature flux: no flux here" in answer.stdout
    assert "1 failed, 1 skipped" in answer.stdout


def test_skips_alone_are_no_success_in_continuous_integration(tmp_path: Path) -> None:
    """A run in which no test passed ends with the status for "no tests" when CI=true, and with 0 elsewhere."""
    assert _pytest(tmp_path, "-k", "kernel", ci=True).returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert _pytest(tmp_path, "-k", "kernel", ci=False).returncode == 0


@pytest.mark.parametrize(
    ("closing", "status"),
    [("3 passed, 1 skipped in 0.1s", 0), ("1 skipped in 0.1s", 1), ("no tests ran in 0.0s", 1), ("0 passed", 1)],
)
def test_ci_fails_when_no_test_passed(tmp_path: Path, closing: str, status: int) -> None:
    """.ci/run calls make check and make test with CI=true, and believes a closing line with passed tests only."""
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "$1 $CI" >> {tmp_path}/calls\n[ "$1" = check ] || echo "== {closing} =="\n')
    make.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    answer = subprocess.run([PROJECT / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == status, answer.stdout + answer.stderr
    assert (tmp_path / "calls").read_text() == "check true\ntest true\n"


@pytest.mark.parametrize("failing", ["check", "test"])
def test_ci_fails_with_each_part(tmp_path: Path, failing: str) -> None:
    """A failing make check or make test is the failure of the whole, even with passed tests in its words."""
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "3 passed"\n[ "$1" != {failing} ]\n')
    make.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    answer = subprocess.run([PROJECT / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode != 0
