"""The benchmark of network policies runs, and says all that it is to say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.skips import require_package
from tests.support.sources import PROJECT

PROGRAM = PROJECT / "benchmarks" / "network_policy.py"
RULES = (
    "no table",
    "our table, no policies",
    "bgpkit, ten select the pod",
    "iptables, ten select the pod",
    "bgpkit, all select the pod",
    "iptables, all select the pod",
)

pytestmark = pytest.mark.netns


def test_the_quick_run_has_every_row(tmp_path: Path) -> None:
    """Costs of a whole state and of each kind of change, and traffic through each set of rules; also in the file."""
    for package in ("nftables", "iptables", "ipset"):
        require_package(package)
    file = tmp_path / "figures.json"
    command = [sys.executable, str(PROGRAM), "--quick", "--json", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (answer.returncode, answer.stderr) == (0, "")
    changes, traffic = answer.stdout.split("\n\n")
    assert [line.split()[:2] for line in changes.splitlines()] == [["endpoints", "policies"], ["60", "20"]]
    assert [line[:31].rstrip() for line in traffic.splitlines()] == ["20 policies", *RULES]
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    costs = [told["changes"][0]["full"], *told["changes"][0]["changes"].values()]
    assert min(cost[name] for cost in costs for name in ("engine", "commit")) > 0
    assert list(told["changes"][0]["changes"]) == ["label", "policy", "new policy", "new pod"]
    figures = told["traffic"]["20"]
    assert list(figures) == list(RULES)
    assert min(rate for kinds in figures.values() for rates in kinds.values() for rate in rates) > 0
    assert {tuple(kinds) for kinds in figures.values()} == {("established", "new", "connections")}
