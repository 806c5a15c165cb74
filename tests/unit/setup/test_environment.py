"""A virtual environment is made when needed, kept when sound and made anew when not: real ones, no network."""

import os
import shutil
from pathlib import Path

import pytest

from bgpkit_setup.environment import Environment
from bgpkit_setup.report import SetupError

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "probe"
version = "1.0"
[project.optional-dependencies]
node = []
dev = []
"""

BACKEND = """
import zipfile
from pathlib import Path

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    with Path("builds").open("a") as file:
        file.write("x")
    info = "probe-1.0.dist-info"
    with zipfile.ZipFile(Path(wheel_directory) / "probe-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: probe\\nVersion: 1.0\\n"
                       "Provides-Extra: node\\nProvides-Extra: dev\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "probe-1.0-py3-none-any.whl"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Write a project that pip can install without an index, in a folder with a space in its name."""
    folder = tmp_path / "a project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "backend.py").write_text(BACKEND)
    return folder


def _builds(project: Path) -> int:
    """Count how often pip has built the project."""
    return len((project / "builds").read_text())


def test_the_second_time_nothing_is_done(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stamp vouches for what is installed; the larger extra covers the smaller; a new pyproject.toml counts."""
    Environment(project).ensure("dev")
    capsys.readouterr()
    Environment(project).ensure("dev")
    Environment(project).ensure("node")
    assert (capsys.readouterr().err, _builds(project)) == ("", 1)
    (project / "pyproject.toml").write_text(PYPROJECT + "# changed\n")
    Environment(project).ensure("node")
    assert _builds(project) == 2


def test_a_moved_project_gets_a_new_environment(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts know where they were made: after a move the environment is made anew and works."""
    Environment(project).ensure("node")
    moved = project.with_name("moved")
    project.rename(moved)
    Environment(moved).ensure("node")
    assert "making it anew" in capsys.readouterr().err
    assert str(moved) in (moved / ".venv" / "bin" / "pip").read_text()


@pytest.mark.parametrize("damage", ["python", "interrupted"])
def test_a_broken_environment_is_made_anew(project: Path, damage: str) -> None:
    """One whose Python is gone and one whose installation was interrupted are not trusted."""
    Environment(project).ensure("node")
    if damage == "python":
        (project / ".venv" / "bin" / "python").unlink()
    else:
        (project / ".venv" / "unfinished").touch()
    Environment(project).ensure("node")
    assert _builds(project) == 2
    assert os.access(project / ".venv" / "bin" / "python", os.X_OK)


def test_no_network_is_told_in_a_sentence(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package index that cannot be reached is named as such, and a later run does not start from nothing."""
    (project / "pyproject.toml").write_text(PYPROJECT.replace("requires = []", 'requires = ["bgpkit-no-such-thing"]'))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(SetupError, match="the package index cannot be reached, is there a network"):
        Environment(project).ensure("node")
    assert not (project / ".venv" / "unfinished").exists()


def test_what_pip_says_is_shown_when_it_fails(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other failures show pip's own words."""
    (project / "backend.py").write_text("raise RuntimeError('the backend is broken')\n")
    with pytest.raises(SetupError, match="the lines above say why"):
        Environment(project).ensure("node")
    assert "the backend is broken" in capsys.readouterr().err


def test_a_python_without_ensurepip_is_told_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's python3 without python3-venv gets the name of the package."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else name)
    with pytest.raises(SetupError, match="no ensurepip module; install it with: apt-get install .* python3-venv"):
        Environment(project).ensure("node")
    assert shutil.which("python", path=str(project / ".venv" / "bin")) is None
