"""A cluster to which everything happens: pings go on, and afterwards nothing is left behind or missing."""

import json
import os
import time
from base64 import b64decode
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from tests.integration import cluster_chaos
from tests.integration.cluster_chaos import Chaos, Misfortune
from tests.integration.cluster_machines import ClusterAgents
from tests.integration.cluster_shape import Shape
from tests.support.netns import FOLDER, Namespaces

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("cluster"), pytest.mark.timeout(300)]

REFLECTORS: Final = ("n1", "n2")
ONCE: Final[tuple[Misfortune, ...]] = (
    cluster_chaos.kill_reflector,
    cluster_chaos.kill_agent,
    cluster_chaos.start_agent,
    cluster_chaos.freeze_agent,
    cluster_chaos.pull_cable,
    cluster_chaos.take_interface_down,
    cluster_chaos.set_clock,
    cluster_chaos.lose_member,
    cluster_chaos.lose_member,
    cluster_chaos.more_pods,
    cluster_chaos.more_pods,
)
LONG: Final = (
    *ONCE,
    cluster_chaos.stop_agent,
    cluster_chaos.start_agent,
    cluster_chaos.start_agent,
    cluster_chaos.restart_agent,
    cluster_chaos.kill_while_pods_come,
)
SOAK_SECONDS: Final = 180.0


@pytest.fixture
def cluster(namespaces: Namespaces, tmp_path: Path) -> Generator[ClusterAgents]:
    """Four nodes, two of which reflect, with a pod each; an etcd of three members; a clock for each agent."""
    made = ClusterAgents(namespaces, tmp_path, Shape(4, etcd=3), reflectors=REFLECTORS, clocks=True)
    try:
        made.begin_all()
        for name in made.machines:
            made.place_pod(name, f"pod-{name}")
        made.wait_mesh()
        made.wait_whole()
        yield made
    finally:
        made.end()


def test_pings_go_on_and_nothing_leaks_whatever_happens(cluster: ClusterAgents, tmp_path: Path) -> None:
    """Agents, reflectors, etcd's leader, cables, interfaces and clocks fail and return, each once, in a drawn order.

    No ping is lost but of a node whose own cable is out, and those no longer than it takes to put its routes back.
    """
    random = Random(20261129)
    chaos = Chaos(cluster, tmp_path, random)
    try:
        for misfortune in random.sample(ONCE, len(ONCE)):
            chaos.step(misfortune)
        chaos.settle()
        chaos.end_pings()
    finally:
        chaos.stop()
    assert_nothing_leaked(cluster)


@pytest.mark.soak
@pytest.mark.timeout(400)
def test_pings_go_on_for_three_minutes_of_misfortunes(cluster: ClusterAgents, tmp_path: Path) -> None:
    """Round after round from seeds of their own, each of which ends with a cluster that is whole."""
    until, seed = time.monotonic() + SOAK_SECONDS, 0
    while time.monotonic() < until:
        seed += 1
        random = Random(seed)
        folder = tmp_path / f"round-{seed}"
        folder.mkdir()
        chaos = Chaos(cluster, folder, random)
        try:
            for misfortune in random.choices(LONG, k=12):
                chaos.step(misfortune)
            chaos.settle()
            answered, longest = chaos.end_pings()
        finally:
            chaos.stop()
        print(f"seed {seed}: {answered} pings answered, the longest gap {longest:.2f} seconds")
    assert_nothing_leaked(cluster)


def assert_nothing_leaked(cluster: ClusterAgents) -> None:
    """Addresses, handles, interfaces, routes and namespaces are those of the pods that there are; then of none."""
    cluster.assert_all_reach_all()
    for name, process in cluster.running.items():
        assert "Traceback" not in process.words(), f"{name}: {process.words()}"
    _assert_held_by_pods(cluster)
    spaces = _namespaces()
    for pod in list(cluster.pods):
        cluster.remove_pod(pod)
    _assert_held_by_pods(cluster)
    cluster.wait_whole({4: _blocks(cluster)})
    assert "found 0 problems" in cluster.told("ipam", "check")
    assert _namespaces() <= spaces


def _namespaces() -> set[str]:
    """Return the network namespaces of this process; tests of others make and end theirs meanwhile."""
    return {path.name for path in FOLDER.glob(f"bgpkit-{os.getpid()}-*")}


def _assert_held_by_pods(cluster: ClusterAgents) -> None:
    """Addresses, handles and endpoints in etcd are those of the pods, and so are the interfaces on each node."""
    blocks = [json.loads(text) for text in _values(cluster, "/calico/ipam/v2/assignment/ipv4/block/").values()]
    held = sorted(handle for block in blocks for handle in _holders(block))
    assert held == sorted(f"k8s-pod-network.cid-{pod}" for pod in cluster.pods)
    assert sorted(_values(cluster, "/calico/ipam/v2/handle/")) == held
    endpoints = _values(cluster, "/calico/resources/v3/projectcalico.org/workloadendpoints/default/")
    assert {json.loads(text)["spec"]["pod"] for text in endpoints.values()} == set(cluster.pods)
    for name, machine in cluster.machines.items():
        links = [row["ifname"] for row in machine.ip_json("link") if row["ifname"] not in {"lo", "eth0"}]
        pods = [pod for pod, (node, _) in cluster.pods.items() if node == name]
        assert len(links) == len(pods), f"{name}: {links} for {pods}"
        assert all(link.startswith("cali") for link in links)


def _blocks(cluster: ClusterAgents) -> dict[str, str]:
    """Return the blocks that nodes have an affinity for, and the nodes, as etcd tells."""
    found = [key.split("/ipv4/block/") for key in _values(cluster, "/calico/ipam/v2/host/")]
    return {block.replace("-", "/"): node for node, block in found}


def _holders(block: Mapping[str, Any]) -> Iterator[str]:
    """Yield the handle of each address of a block that is taken, as Calico writes a block."""
    for number in block["allocations"]:
        if number is not None:
            yield block["attributes"][number]["handle_id"]


def _values(cluster: ClusterAgents, prefix: str) -> dict[str, str]:
    """Return what etcd holds under a prefix: value by the rest of the key."""
    assert cluster.etcd is not None
    found = json.loads(cluster.etcd.ask("get", "--prefix", prefix, "-w", "json")).get("kvs", ())
    words = [(b64decode(one["key"]).decode(), b64decode(one["value"]).decode()) for one in found]
    return {key.removeprefix(prefix): value for key, value in words}
