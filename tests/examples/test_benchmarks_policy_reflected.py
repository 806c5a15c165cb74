"""The benchmark of policies in a reflector runs, and its lists let through what they are to let through."""

import json
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from benchmarks._peers_feed import distinct_prefixes
from benchmarks._peers_octets import IPV4
from benchmarks._policy_variants import LISTED, VARIANTS, accepted_list, policy_file, refused, refused_list
from bgpkit.policy import load_policies
from tests.support.sources import PROJECT

PROGRAM = PROJECT / "benchmarks" / "policy_reflected.py"
KEYS = distinct_prefixes(IPV4, 20_000)

pytestmark = pytest.mark.timeout(120)


def test_the_lists_hold_what_they_say(tmp_path: Path) -> None:
    """Both have 1,000 prefixes; every route lies in the one, and of the other those that the sink is not to get."""
    file = tmp_path / "policies.toml"
    file.write_text(policy_file(KEYS), encoding="utf-8")
    assert set(load_policies(file)) == {"open", "listed", "refused"}
    assert (len(accepted_list(KEYS)), len(refused_list(KEYS))) == (LISTED, LISTED)
    networks = {key: ip_network((key[1:].ljust(4, b"\0"), key[0])) for key in KEYS[:2000]}
    wide = {ip_network(text) for text in accepted_list(KEYS)}
    assert all(networks[key].supernet(new_prefix=10) in wide and key[0] <= 24 for key in networks)
    out = {ip_network((octets + b"\0", 20)) for octets in refused_list(KEYS)}
    inside = {key for key, each in networks.items() if key[0] >= 20 and each.supernet(new_prefix=20) in out}
    assert inside == {key for key in refused(KEYS) if key in networks}
    assert refused(KEYS)


def test_a_small_run_has_every_policy(tmp_path: Path) -> None:
    """Each has its line and its figures, and the client holds what it is to hold."""
    file = tmp_path / "figures.json"
    words = ["--daemons", "bgpkit", "--routes", "5000", "--rounds", "1", "--json", str(file)]
    answer = subprocess.run([sys.executable, str(PROGRAM), *words], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert list(told["bgpkit"]) == [variant.name for variant in VARIANTS]
    assert min(each["seconds"] for rounds in told["bgpkit"].values() for each in rounds) > 0
    assert [line.split(" | ")[1] for line in answer.stdout.splitlines() if line.startswith("| bgpkit")] == list(
        told["bgpkit"]
    )
