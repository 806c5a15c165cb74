"""The fuzz target for a minute."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sources import PROJECT


@pytest.mark.soak
def test_a_minute_of_fuzzing_breaks_no_law(tmp_path: Path) -> None:
    """With atheris where it is installed, blindly elsewhere."""
    options = ["-max_total_time=60", "-timeout=20", f"-artifact_prefix={tmp_path}/", str(tmp_path / "corpus")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.codec", *options],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "DONE" in done.stderr or "all laws hold" in done.stdout
