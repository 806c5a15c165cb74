"""Clusters of many shapes: pods on all nodes reach each other, and every kernel has the whole of its routes."""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Final, TypeVar

import pytest

from tests.integration.cluster_machines import ClusterAgents
from tests.integration.cluster_shape import Shape, document
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("cluster"), pytest.mark.timeout(240)]

StartCluster = Callable[[Shape], ClusterAgents]
StartBird = Callable[[Namespace, str], Bird]
Row = TypeVar("Row")
BOTH: Final = (4, 6)
ONE_SEGMENT: Final = {"three-six": Shape(3, versions=(6,))}
ONE_SEGMENT_SOAK: Final = {
    "five-dual-etcd": Shape(5, etcd=3, versions=BOTH),
    "six-six-etcd": Shape(6, etcd=1, versions=(6,)),
    "twelve-etcd": Shape(12, etcd=1),
    "twelve-dual": Shape(12, versions=BOTH),
}
TWO_SEGMENTS: Final = {"three-dual-bgp": (Shape(3, 2, versions=BOTH), "bgp")}
TWO_SEGMENTS_SOAK: Final = {
    "three-static": (Shape(3, 2), "static"),
    "eight-six-bgp": (Shape(8, 2, versions=(6,)), "bgp"),
    "ten-etcd-bgp": (Shape(10, 2, etcd=1), "bgp"),
    "twelve-dual-etcd-static": (Shape(12, 2, etcd=3, versions=BOTH), "static"),
}
ROUTER: Final = """
log stderr all;
router id 10.4.7.1;
protocol device {}
protocol kernel { ipv4 { import none; export all; }; }
protocol kernel { ipv6 { import none; export all; }; }
"""
ROUTER_PEERS: Final = """
protocol bgp {
  local %(own)s as 64512; direct; neighbor range %(network)s as 64512; dynamic name "%(name)s";
  ipv%(version)s { import all; export none; };
}
"""


@pytest.fixture
def start_cluster(namespaces: Namespaces, tmp_path: Path) -> Generator[StartCluster]:
    """Give a function that starts the agents of a cluster; they are ended after the test."""
    started: list[ClusterAgents] = []

    def start(shape: Shape) -> ClusterAgents:
        """Start all agents at once."""
        cluster = ClusterAgents(namespaces, tmp_path, shape)
        started.append(cluster)
        cluster.begin_all()
        return cluster

    yield start
    for cluster in started:
        cluster.end()


def rows(suite: Mapping[str, Row], soak: Mapping[str, Row]) -> Sequence[object]:
    """Return the parameters of a test: those of the suite, and those that only a soak has."""
    big = [pytest.param(one, id=name, marks=pytest.mark.soak) for name, one in soak.items()]
    return [pytest.param(one, id=name) for name, one in suite.items()] + big


@pytest.mark.parametrize("shape", rows(ONE_SEGMENT, ONE_SEGMENT_SOAK))
def test_a_cluster_on_one_segment(start_cluster: StartCluster, shape: Shape) -> None:
    """One connection a pair, the whole of the routes in every kernel, every pod reaches every pod. walkthrough 10, 11.

    Where pods and network are IPv6 only, no node has an IPv4 address: its BGP identifier is made of its name.
    """
    cluster = start_cluster(shape)
    _assert_forwarding(cluster)
    _place_pods(cluster)
    cluster.wait_mesh()
    cluster.wait_whole()
    for name in cluster.machines:
        _assert_nothing_else(cluster, name)
    cluster.assert_all_reach_all()
    cluster.told("routes", "diff")
    if shape.versions == (6,):
        _assert_no_ipv4(cluster)


@pytest.mark.parametrize("case", rows(TWO_SEGMENTS, TWO_SEGMENTS_SOAK))
def test_a_cluster_on_two_segments(start_cluster: StartCluster, start_bird: StartBird, case: tuple[Shape, str]) -> None:
    """Without encapsulation the router between them has to know the blocks, by hand or by BGP. walkthrough 27.

    What is sent to an address that no pod has ends at the node of its block: it does not go round in circles.
    """
    shape, way = case
    cluster = start_cluster(shape)
    _place_pods(cluster)
    cluster.wait_mesh()
    cluster.wait_whole()
    (_, here), there = cluster.pods["pod-n1"], cluster.pod_addresses("pod-n2")
    assert not any(here.ping(there[version], timeout=1) for version in shape.versions)
    blocks = {cluster.block_of(pod, version): shape.address(name, version) for pod, name, version in _placed(cluster)}
    assert cluster.router is not None
    if way == "bgp":
        start_bird(cluster.router, _router_configuration(shape))
        cluster.router_speaks = True
        cluster.apply("---\n".join(_peer(shape, segment, version) for segment in (0, 1) for version in shape.versions))
        cluster.wait_mesh()
        wait_until(lambda: _routes_by_nodes(cluster) == blocks, "the blocks at the router", 30)
        assert cluster.router.ip_json("route", "show", "proto", "static") == []
    else:
        for block, node in blocks.items():
            cluster.router.ip("route", "add", block, "via", node)
    cluster.wait_whole()
    cluster.assert_all_reach_all()
    for version in shape.versions:
        free = str(ip_network(cluster.block_of("pod-n2", version))[-2])
        answer = here.run(["ping", "-n", "-c", "1", "-W", "1", free], check=False).stdout
        assert "0 received" in answer
        assert "exceeded" not in answer


def _place_pods(cluster: ClusterAgents) -> None:
    for name in cluster.machines:
        cluster.place_pod(name, f"pod-{name}")


def _placed(cluster: ClusterAgents) -> list[tuple[str, str, int]]:
    return [(pod, name, version) for pod, (name, _) in cluster.pods.items() for version in cluster.shape.versions]


def _assert_nothing_else(cluster: ClusterAgents, name: str) -> None:
    """All routes but those of ours are the segment's and those of link-local addresses."""
    for version in cluster.shape.versions:
        rest = [row["dst"] for row in cluster.machines[name].ip_json(f"-{version}", "route")]
        rest = [dst for dst in rest if dst not in cluster.routes_of_ours(name, version)]
        assert {dst for dst in rest if dst != "fe80::/64"} == {"10.4.7.0/24" if version == 4 else "fd00:4:7::/64"}


def _assert_forwarding(cluster: ClusterAgents) -> None:
    """Nodes forward what is of their addresses' versions, before they have a pod."""
    names = [{4: "ipv4/ip_forward", 6: "ipv6/conf/all/forwarding"}[version] for version in cluster.shape.versions]
    for machine in cluster.machines.values():
        assert [machine.run(["cat", f"/proc/sys/net/{name}"]).stdout for name in names] == ["1\n"] * len(names)


def _assert_no_ipv4(cluster: ClusterAgents) -> None:
    """Nodes have no IPv4 address, in the kernel and in the datastore, and blocks of IPv6 alone."""
    for name, machine in cluster.machines.items():
        rows = machine.ip_json("-4", "addr", "show", "scope", "global")
        assert [row for row in rows if row.get("addr_info")] == []
        bgp = json.loads(cluster.told("get", "node", name, "-o", "json"))["spec"]["bgp"]
        assert bgp == {"ipv6Address": cluster.shape.interfaces(name)[6]}
        told = cluster.status(name)
        assert all(ip_network(block).version == 6 for block in told["blocks"])
        assert told["blocks"]


def _router_configuration(shape: Shape) -> str:
    """Return the configuration of a BIRD that takes every node of both segments as a peer."""
    peers = [
        ROUTER_PEERS
        % {
            "own": shape.router(segment, version),
            "network": f"{shape.router(segment, version)[:-1]}{'0/24' if version == 4 else '/64'}",
            "name": f"nodes{segment}v{version}x",
            "version": version,
        }
        for segment in (0, 1)
        for version in shape.versions
    ]
    return ROUTER + "".join(peers)


def _peer(shape: Shape, segment: int, version: int) -> str:
    spec = {"peerIP": shape.router(segment, version), "asNumber": 64512, "nodeSelector": f"segment == '{segment}'"}
    return document("BGPPeer", f"router-{segment}-{version}", spec)


def _routes_by_nodes(cluster: ClusterAgents) -> dict[str, str]:
    assert cluster.router is not None
    found = [cluster.router.ip_json(f"-{version}", "route", "show", "proto", "bird") for version in (4, 6)]
    return {row["dst"]: row.get("gateway", "") for rows in found for row in rows}
