"""Pods that a runtime makes by CNI, on nodes that wrap everything in IPIP; in a guest kernel where this has no ipip.

The guest has no nf_tables, so that policies are left out. walkthrough 25 and 26.
"""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.integration.agents import PATIENCE
from tests.integration.tunnel_lab import Seen, TunnelLab, WireTap
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [
    pytest.mark.netns,
    pytest.mark.guest_kernel("bridge", "ipip"),
    pytest.mark.xdist_group("guest"),
]

OWN, OTHER = "10.4.7.11", "10.4.8.12"
SIZE = 200_000


class PodLab(TunnelLab):
    """The lab, on whatever kernel: policies are left out."""

    def _program(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.integration.agent_without_policies", *words]


@pytest.fixture
def lab(namespaces: Namespaces, tmp_path: Path) -> Generator[TunnelLab]:
    """Two nodes with a router between, and a pod on each."""
    made = PodLab(namespaces, tmp_path, 2)
    made.set_mode(ipip="Always")
    try:
        made.begin_pods()
        yield made
    finally:
        made.end()


def test_a_pod_reaches_a_pod_of_another_node_over_tunl0(lab: TunnelLab) -> None:
    """The route, the outer header on the wire, the TTL and the MTU of pods; and a stream of TCP."""
    wait_until(lambda: lab.devices("n1") == {"pod-n2": "tunl0"}, "the way by tunl0", PATIENCE)
    wait_until(lambda: lab.devices("n2") == {"pod-n1": "tunl0"}, "the way back by tunl0", PATIENCE)
    here, there = lab.pods["pod-n1"][1], lab.pod_addresses("pod-n2")[4]
    own = lab.pod_addresses("pod-n1")[4]
    with WireTap(lab.machines["n1"], "eth0") as tap:
        words = here.run(["ping", "-n", "-c1", "-W5", there]).stdout
        assert tap.echo_requests() == [Seen(OWN, OTHER, "IPIP", 84 + 20, there)]
    assert "ttl=62" in words
    (link,) = here.ip_json("link", "show", "dev", "eth0")
    assert link["mtu"] == 1480
    assert here.run(["ping", "-n", "-c1", "-W5", "-Mdo", "-s1452", there], check=False).returncode == 0
    refused = here.run(["ping", "-n", "-c1", "-W1", "-Mdo", "-s1453", there], check=False)
    assert "message too long, mtu=1480" in refused.stderr
    assert lab.sent("pod-n1", "pod-n2", SIZE) == SIZE
    assert own != there
