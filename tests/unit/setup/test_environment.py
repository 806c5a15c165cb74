"""A virtual environment is made when needed, kept when sound and made anew when not: real ones, no network."""

import os
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


@pytest.mark.timeout(300)  # pip, three times
def test_an_environment_is_made_once_and_again_when_it_does_not_hold(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stamp vouches for what is installed, until pyproject.toml, the folder or the environment itself changes."""
    Environment(project).ensure("dev")
    capsys.readouterr()
    Environment(project).ensure("dev")
    Environment(project).ensure("node")  # the larger extra covers the smaller
    assert (capsys.readouterr().err, _builds(project)) == ("", 1)
    (project / "pyproject.toml").write_text(PYPROJECT + "# changed\n")
    Environment(project).ensure("node")
    assert _builds(project) == 2

    assert Environment(project).is_sound()
    moved = project.rename(project.with_name("moved"))  # scripts know where they were made
    assert not Environment(moved).is_sound()
    Environment(moved).ensure("node")
    assert "making it anew" in capsys.readouterr().err
    assert str(moved) in (moved / ".venv" / "bin" / "pip").read_text()

    assert Environment(moved).is_sound()
    (moved / ".venv" / "unfinished").touch()  # an interrupted installation
    assert not Environment(moved).is_sound()
    (moved / ".venv" / "unfinished").unlink()
    (moved / ".venv" / "bin" / "python").unlink()
    assert not Environment(moved).is_sound()


@pytest.mark.timeout(300)
def test_failures_are_told(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An index that cannot be reached is a sentence; other failures show pip's words; neither spoils the next run."""
    (project / "pyproject.toml").write_text(PYPROJECT.replace("requires = []", 'requires = ["bgpkit-no-such-thing"]'))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(SetupError, match="the package index cannot be reached, is there a network"):
        Environment(project).ensure("node")
    assert "NewConnectionError" not in capsys.readouterr().err
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "backend.py").write_text("raise RuntimeError('the backend is broken')\n")
    with pytest.raises(SetupError, match="the lines above say why"):
        Environment(project).ensure("node")
    assert "the backend is broken" in capsys.readouterr().err
    assert Environment(project).is_sound()


def test_a_python_without_ensurepip_is_told_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's python3 without python3-venv gets the name of the package."""

    def find_spec(name: str) -> object:
        return None if name == "ensurepip" else name

    monkeypatch.setattr("importlib.util.find_spec", find_spec)
    with pytest.raises(SetupError, match=r"no ensurepip module; install it with: apt-get install .* python3-venv"):
        Environment(project).ensure("node")
    assert not (project / ".venv").exists()
