"""What pytest does around a run, where a run of its own would take too long to see it."""

import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from tests import conftest


def test_what_python_compiles_in_a_run_it_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says: the same modules are imported by hundreds of processes."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    conftest.pytest_configure(mock.Mock())
    assert not sys.dont_write_bytecode
    (tmp_path / "imported.py").write_text("")
    subprocess.run([sys.executable, "-S", "-c", "import imported"], cwd=tmp_path, env=dict(os.environ), check=True)
    assert len(list(tmp_path.rglob("imported.*.pyc"))) == 1
