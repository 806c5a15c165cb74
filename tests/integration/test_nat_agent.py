"""natOutgoing on a node whose agent runs: it follows pools and settings, and outlives the agent."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents
from tests.integration.nat_lab import seen_from
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.skips import require_package

MASTER, OUTSIDE, _ = ADDRESSES
NODE: Final = ADDRESSES[MASTER]
WITH_NAT: Final = POOL.replace("blockSize: 26", "blockSize: 26, natOutgoing: true")
CALLED_BACK: Final = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: seen-from-outside}
spec: {cidr: 10.4.7.0/24, disabled: true}
"""
LOOKING: Final = """\
apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata: {name: default}
spec: {nftablesRefreshInterval: 200ms, natPortRange: "40000:40099"}
"""

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("nat")]


@pytest.fixture
def agents(namespaces: Namespaces, tmp_path: Path) -> Generator[Agents]:
    """Give a node with an agent, and a machine without one that knows the way to pods."""
    require_package("nftables")
    agents = Agents(namespaces, tmp_path, (MASTER, OUTSIDE))
    agents.apply(POOL)
    agents.start(MASTER)
    agents.machines[OUTSIDE].ip("route", "add", "10.244.0.0/16", "via", NODE)
    yield agents
    agents.stop()


def test_translations_follow_the_pools_and_settings_of_the_cluster(agents: Agents) -> None:
    """With and without it, a range outside excluded and not, ports, another hand, the agent away and back."""
    node, outside = agents.machines[MASTER], agents.machines[OUTSIDE]
    pod, address = agents.add_pod(MASTER, "pod-a")
    _, sibling = agents.add_pod(MASTER, "pod-b")
    assert pod.ping(sibling)

    def seen() -> str:
        """Return the address that the host outside sees."""
        return seen_from(pod, outside, ADDRESSES[OUTSIDE])[0]

    def wait_seen(wanted: str, why: str) -> None:
        """Wait until new connections have an address."""
        wait_until(lambda: seen() == wanted, why, PATIENCE)

    assert seen() == address
    assert "bgpkit-nat" not in tables(node)
    agents.apply(WITH_NAT)
    wait_seen(NODE, "natOutgoing is on")
    agents.apply(CALLED_BACK)
    wait_seen(address, "a range outside is excluded")
    assert agents.run("delete", "ippool", "seen-from-outside").returncode == 0
    wait_seen(NODE, "it is so no longer")
    agents.apply(LOOKING)
    wait_until(lambda: 40000 <= seen_from(pod, outside, ADDRESSES[OUTSIDE])[1] <= 40099, "the ports", PATIENCE)
    node.run(["nft", "flush", "ruleset"])
    wait_seen(NODE, "another hand has taken the rules away")

    agents.running[MASTER].stop()
    assert seen() == NODE, "it stays without an agent"
    process = agents.start(MASTER)
    agents.apply(POOL)
    wait_seen(address, "natOutgoing is off")
    assert process.words().count("nat.changed") == 1, "what was there was found to be as wanted"


def tables(node: Namespace) -> set[str]:
    """Return the names of the tables in a kernel."""
    said = json.loads(node.run(["nft", "-j", "list", "tables"]).stdout)["nftables"]
    return {each["table"]["name"] for each in said if "table" in each}
