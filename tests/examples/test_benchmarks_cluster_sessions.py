"""The benchmark of meshes and reflectors runs, counts the sessions that there are, and tells what it has measured."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.sources import PROJECT

PROGRAM = PROJECT / "benchmarks" / "cluster_sessions.py"


def test_a_small_cluster_of_each_arrangement_is_measured(tmp_path: Path) -> None:
    """n(n-1)/2 sessions beside r(n-r)+r(r-1)/2, by simulated nodes, and one real node of a mesh. walkthrough 24."""
    file = tmp_path / "figures.json"
    command = [sys.executable, str(PROGRAM), "--nodes", "6", "--mesh-up-to", "6", "--json", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    rows = json.loads(file.read_text(encoding="utf-8"))
    assert [(row["nodes"], row["arrangement"], row["sessions"], row["joining"], row["how"]) for row in rows] == [
        (6, "mesh", 15, 5, "measured"),
        (6, "one node", 5, 5, "measured"),
        (6, "mesh", 15, 5, "scaled"),
        (6, "reflectors", 9, 2, "measured"),
    ]
    assert all(row["seconds"] is None if row["how"] == "scaled" else 0 < row["seconds"] < 60 for row in rows)
    assert all(row["cpu"] > 0 for row in rows)
    one, scaled = rows[1:3]
    assert (scaled["cpu"], scaled["megabytes"]) == (6 * one["cpu"], 6 * one["megabytes"])
    assert len(answer.stdout.splitlines()) == 1 + len(rows)
