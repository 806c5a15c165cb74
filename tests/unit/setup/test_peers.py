"""The environment of the codecs beside ours is made when needed and kept when sound: a real one, no network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bgpkit_setup import peers

INSTALLER = Path(sys.executable)
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "probe"
version = "1.0"
"""

BACKEND = """
import zipfile
from pathlib import Path

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info = "probe-1.0.dist-info"
    with zipfile.ZipFile(Path(wheel_directory) / "probe-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("probe.py", "word = 'here'")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: probe\\nVersion: 1.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "probe-1.0-py3-none-any.whl"
"""


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Write a list that names a package which pip can build without an index."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "backend.py").write_text(BACKEND)
    path = tmp_path / "list.txt"
    path.write_text(f"# a comment\n{project.as_uri()}\n")
    return path


@pytest.mark.timeout(300)  # pip, three times
def test_the_environment_is_made_once_and_again_when_the_list_changes(
    requirements: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second call does nothing; what cannot be had is one sentence with its reason, and nothing is left behind."""
    folder = tmp_path / "cache" / "peers"
    assert peers.ensure(folder, INSTALLER, requirements)
    probe = [str(folder / "bin" / "python"), "-c", "import probe; print(probe.word)"]
    assert subprocess.run(probe, capture_output=True, text=True, check=True).stdout == "here\n"
    mark = folder / "mark"
    mark.touch()
    capsys.readouterr()
    assert peers.ensure(folder, INSTALLER, requirements)
    assert (capsys.readouterr().err, mark.exists()) == ("", True)

    requirements.write_text("bgpkit-no-such-thing==1.0\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    assert not peers.ensure(folder, INSTALLER, requirements)
    assert _last_line(capsys) == (
        "set-up: the benchmarks run without bgpkit-no-such-thing==1.0: they could not be installed: "
        "the package index cannot be reached, is there a network?"
    )
    assert not folder.exists()

    requirements.write_text(f"{tmp_path}/nothing-here.whl\n")
    assert not peers.ensure(folder, INSTALLER, requirements)
    assert _last_line(capsys).startswith(f"set-up: the benchmarks run without {tmp_path}/nothing-here.whl: they could")
    assert not folder.exists()


def test_the_list_names_pinned_packages() -> None:
    """Figures of different days can be compared: setup/peers.txt says which version of each codec it wants."""
    names = peers.read_names()
    assert [name.partition("==")[0] for name in names] == ["os-ken", "exabgp", "matplotlib"]
    assert all(name.partition("==")[2] for name in names)


def _last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.splitlines()[-1]
