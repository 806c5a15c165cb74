"""What fails beside the others is asked once more, alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from bgpkit_setup import suite

UNSTEADY = """
import pathlib, pytest

@pytest.mark.xdist_group("some-group")
@pytest.mark.parametrize("end", ["a@b"])
def test_first_time_fails(end):
    mark = pathlib.Path(__file__).with_suffix(".met")
    first = not mark.exists()
    mark.touch()
    assert not first

def test_passes():
    pass
"""
BROKEN = "def test_fails():\n    assert False\n"
MANY = "import pytest\n@pytest.mark.parametrize('number', range(6))\ndef test_fails(number):\n    assert False\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a project whose tests ``suite`` runs, by this very pytest with two workers."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    def run_pytest(*arguments: str) -> int:
        with (tmp_path / "runs").open("a") as runs:
            runs.write(f"{' '.join(arguments[2:])}\n")
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=tmp_path, check=False).returncode

    monkeypatch.setattr(suite, "run_pytest", run_pytest)
    return tmp_path


def of(project: Path, **files: str) -> tuple[int, list[str]]:
    """Write test files, named folder__test, run the suite; return its status and what each run was asked for."""
    for name, text in files.items():
        folder, _, test = name.partition("__")
        (project / "tests" / folder).mkdir(parents=True, exist_ok=True)
        (project / "tests" / folder / f"{test}.py").write_text(text)
    status = suite.main(["-n", "2", "--dist", "loadgroup"])
    return status, (project / "runs").read_text().splitlines()


def test_what_passes_alone_is_named_and_does_not_fail_the_run(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its first words stay in the output, and its name stands at the end."""
    status, runs = of(project, integration__test_x=UNSTEADY)
    assert (status, runs[1:]) == (0, ["tests/integration/test_x.py::test_first_time_fails[a@b]"])
    told = capfd.readouterr()
    assert "assert not first" in told.out
    assert told.err.endswith("passed alone: tests/integration/test_x.py::test_first_time_fails[a@b]\n")


def test_what_fails_alone_too_fails_the_run(project: Path) -> None:
    """One that passes alone changes nothing of that."""
    status, runs = of(project, interop__test_x=UNSTEADY, examples__test_y=BROKEN)
    assert (status, len(runs)) == (1, 2)


@pytest.mark.parametrize(
    "files",
    [
        {"unit__test_x": UNSTEADY},
        {"integration__test_x": UNSTEADY, "properties__test_y": BROKEN},
        {"integration__test_x": MANY},
        {"integration__test_x": "syntax error"},
        {"unit__test_x": "def test_passes():\n    pass\n"},
    ],
    ids=["computes", "one computes", "many", "not collected", "none fails"],
)
def test_nothing_else_is_asked_twice(files: dict[str, str], project: Path) -> None:
    """A test that computes, more than five, a file that cannot be read: the first word counts."""
    status, runs = of(project, **files)
    assert (status == 0, len(runs)) == ("def test_passes" in str(files) and "first" not in str(files), 1)
