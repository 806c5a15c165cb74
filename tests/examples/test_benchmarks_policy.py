"""The benchmark of policies runs, and says all that it is to say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.sources import PROJECT

PROGRAM = PROJECT / "benchmarks" / "policy.py"
ROWS = {
    "accept-all": 1.0,
    "bogons refused, then le 24": 1.0,
    "10,000 customers le 24, a full table": 0.3,
    "a list that all the feed is in": 1.0,
    "10,000 single prefixes": 1.0,
    "communities and an AS path pattern": 0.95,
    "every path changed": 1.0,
    "a function for each prefix": 1.0,
}
"""The rows, and about which share of the routes each accepts."""


def test_a_small_run_has_every_row(tmp_path: Path) -> None:
    """Each policy has its figures, on the screen and in the file, and accepts what it is to accept."""
    file = tmp_path / "figures.json"
    command = [sys.executable, str(PROGRAM), "--prefixes", "3000", "--rounds", "1", "--json", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert (answer.returncode, answer.stderr) == (0, "")
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert list(told["ratios"]) == list(ROWS)
    assert told["ratios"]["accept-all"] == 1.0
    assert min(seconds for rounds in told["seconds"].values() for seconds in rounds) > 0
    lines = answer.stdout.splitlines()
    accepted = {
        name: int(line.split()[-1].replace(",", "")) for name in ROWS for line in lines if line.startswith(name)
    }
    shares = {name: accepted[name] / accepted["accept-all"] for name in ROWS}
    assert {name for name, share in ROWS.items() if abs(shares[name] - share) > 0.1} == set()
