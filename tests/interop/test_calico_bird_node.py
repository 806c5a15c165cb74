"""BIRD 1.6 as Calico configures it, as a node among agents: in the mesh, as their route reflector, as a client."""

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.integration.agents import ADDRESSES
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.interop.calico_bird import CalicoBird, CalicoNode, protocol
from tests.interop.foreign_node import BLOCK, FOREIGN, MASTER, NODE1, MixedCluster
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("bird_node"), pytest.mark.timeout(240)]

BIRD: Final = CalicoNode(own=ADDRESSES[FOREIGN], asn=63400, block=BLOCK, pool="10.244.0.0/16")
AGENTS: Final = {name: ADDRESSES[name] for name in (MASTER, NODE1)}
CLUSTER_ID: Final = "244.0.0.1"
PATIENCE: Final = 60.0


@pytest.fixture
def cluster(namespaces: Namespaces, tmp_path: Path) -> Generator[MixedCluster]:
    """Two agents with a pod each, and a machine for BIRD with a pod."""
    mixed = MixedCluster(namespaces, tmp_path)
    yield mixed
    mixed.agents.stop()


def reflecting(reflector: str, *, mesh: bool = False) -> str:
    """Return the resources with which one node reflects routes to the others."""
    documents = [_document("BGPConfiguration", "default", {"asNumber": 63400, "nodeToNodeMeshEnabled": mesh})]
    for name, address in ADDRESSES.items():
        bgp = {"ipv4Address": f"{address}/24"} | ({"routeReflectorClusterID": CLUSTER_ID} if name == reflector else {})
        documents.append(_document("Node", name, {"bgp": bgp}, reflects=name == reflector))
    peers = {"nodeSelector": "all()", "peerSelector": "route-reflector == 'true'"}
    return "---\n".join([*documents, _document("BGPPeer", "peer-with-route-reflectors", peers)])


def test_bird_of_calico_in_the_mesh_then_as_reflector_then_as_client(cluster: MixedCluster, tmp_path: Path) -> None:
    """Sessions, kernel routes and pings in each arrangement; agents lose no ping of theirs from one to the next."""
    bird = CalicoBird(cluster.foreign, tmp_path, BIRD.configuration(AGENTS))
    pings: SteadyPings | None = None
    try:
        _wait_sessions(bird, "Mesh", MASTER, NODE1)
        cluster.wait_established()
        cluster.wait_routes()
        cluster.assert_pods_reach_each_other()
        assert _learned(bird, MASTER) == {cluster.block(MASTER)}  # the block and no pod
        pairs = ((MASTER, NODE1), (NODE1, MASTER))
        commands = {one: cluster.pods[one].command(ping_steadily(cluster.addresses[other])) for one, other in pairs}
        pings = SteadyPings(commands, tmp_path)

        cluster.agents.apply(reflecting(FOREIGN))
        bird.reconfigure(BIRD.configuration(AGENTS, f"rr client; rr cluster id {CLUSTER_ID};", "Node"))
        _wait_sessions(bird, "Node", MASTER, NODE1)
        for name in AGENTS:
            cluster.agents.wait_established(name, FOREIGN)
            assert cluster.agents.established(name) == {ADDRESSES[FOREIGN]: "node specific"}
        cluster.wait_routes()
        cluster.assert_pods_reach_each_other()
        assert _reflected(cluster, MASTER) == (ADDRESSES[FOREIGN], ADDRESSES[NODE1])

        cluster.agents.apply(reflecting(NODE1))
        bird.reconfigure(BIRD.configuration({NODE1: ADDRESSES[NODE1]}, word="Node"))
        _wait_sessions(bird, "Node", NODE1)
        cluster.agents.wait_established(MASTER, NODE1)
        cluster.agents.wait_established(NODE1, MASTER, FOREIGN)
        cluster.wait_routes()
        cluster.assert_pods_reach_each_other()
        through = bird.ask("show", "route", cluster.block(MASTER), "all")
        assert f"BGP.cluster_list: {CLUSTER_ID}" in through
        assert f"BGP.next_hop: {ADDRESSES[MASTER]}" in through
        pings.assert_none_lost({62})
    finally:
        if pings is not None:
            pings.stop()
        bird.stop()


def _wait_sessions(bird: CalicoBird, word: str, *names: str) -> None:
    wanted = {protocol(ADDRESSES[name], word) for name in names}
    wait_until(lambda: bird.established() == wanted, f"{wanted} in BIRD", PATIENCE)


def _learned(bird: CalicoBird, name: str) -> set[str]:
    rows = bird.ask("show", "route", "protocol", protocol(ADDRESSES[name])).splitlines()
    return {row.split()[0] for row in rows if row.startswith("10.")}


def _reflected(cluster: MixedCluster, name: str) -> tuple[str, str]:
    """Return from which peer a node has the other agent's block, and whose address is the next hop in its kernel."""
    block = cluster.block(NODE1 if name == MASTER else MASTER)
    answer = cluster.agents.run("explain", block.partition("/")[0], "--run-dir", str(cluster.agents.directory(name)))
    (peer,) = [line.split()[1] for line in answer.stdout.splitlines() if line.split()[:1] == ["From"]]
    return peer, cluster.agents.routes(name)[block]


def _document(kind: str, name: str, spec: Mapping[str, object], *, reflects: bool = False) -> str:
    labels = {"route-reflector": "true"} if reflects else {}
    whole = {"kind": kind, "metadata": {"name": name, "labels": labels}, "spec": spec}
    return json.dumps({"apiVersion": "projectcalico.org/v3", **whole}) + "\n"
