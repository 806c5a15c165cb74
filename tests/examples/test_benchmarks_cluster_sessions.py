"""The benchmark of meshes and reflectors runs, and counts the sessions that there are."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.sources import PROJECT

PROGRAM = PROJECT / "benchmarks" / "cluster_sessions.py"


def test_a_small_cluster_of_each_arrangement_is_measured(tmp_path: Path) -> None:
    """n(n-1)/2 sessions beside r(n-r)+r(r-1)/2, by simulated nodes. walkthrough 24."""
    file = tmp_path / "figures.json"
    command = [sys.executable, str(PROGRAM), "--nodes", "6", "--mesh-up-to", "6", "--json", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    rows = json.loads(file.read_text(encoding="utf-8"))
    counted = [(row["nodes"], row["arrangement"], row["sessions"], row["joining"]) for row in rows]
    assert counted == [(6, "mesh", 15, 5), (6, "reflectors", 9, 2)]
    assert all(0 < row["seconds"] < 30 and row["cpu"] > 0 and row["megabytes"] > 0 for row in rows)
    assert len(answer.stdout.splitlines()) == 3
