"""The benchmark of kernel routes runs, and any of its steps may be left out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.skips import require_package
from tests.support.sources import PROJECT

PROGRAM = PROJECT / "benchmarks" / "fib.py"
pytestmark = pytest.mark.netns


def test_what_bird_scans_is_what_the_steps_have_made(tmp_path: Path) -> None:
    """It reads its configuration anew for that: what a step was to turn off stays on where the step is left out."""
    require_package("bird2")
    file = tmp_path / "figures.json"
    options = ["--routes", "500", "--rounds", "1", "--programs", "bgpkit,bird", "--steps", "dump"]
    answer = subprocess.run(
        [sys.executable, str(PROGRAM), *options, "--json", str(file)], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    columns = json.loads(file.read_text(encoding="utf-8"))["columns"]
    assert {column["program"]: [column["failure"], *column["steps"]] for column in columns} == {
        "bgpkit": ["", "add", "dump"],
        "bird": ["", "add", "dump"],
    }
