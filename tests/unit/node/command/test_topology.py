"""Topology: the sessions that the resources ask for, and whether every node reaches every other one."""

import json
from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document, documents

REFLECTED = documents(
    document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: false, asNumber: 63400}"),
    document("Node", "a", "{bgp: {ipv4Address: 10.4.7.1/24}}"),
    document("Node", "b", "{bgp: {ipv4Address: 10.4.7.2/24, routeReflectorClusterID: 244.0.0.1}}", labels="{rr: 'x'}"),
    document("Node", "c", "{bgp: {ipv4Address: 10.4.7.3/24}}"),
    document("BGPPeer", "peers", "{nodeSelector: all(), peerSelector: has(rr)}"),
    document("BGPPeer", "tor", "{node: a, peerIP: 10.4.7.99, asNumber: 65000}"),
)


@pytest.fixture(scope="module")
def datastore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a datastore with a reflector, two clients and a router."""
    path = tmp_path_factory.mktemp("topology") / "d"
    applied(path, REFLECTED)
    return path


def test_every_node_is_told_with_its_part(datastore: Path) -> None:
    """And that there is a path from each to each: exit code 0."""
    answer = asked("topology", datastore=datastore)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "NODE   ADDRESS       ASN     ROLE                               SESSIONS   ",
        "a      10.4.7.1/24   63400   client of b                        2          ",
        "b      10.4.7.2/24   63400   reflector 244.0.0.1 of 2 clients   2          ",
        "c      10.4.7.3/24   63400   client of b                        1          ",
        "",
        "warning: Node(b) is the only reflector: without it no two other nodes have a path to each other",
        "every node has a path to every other node",
    ]


def test_sessions_are_listed_on_demand(datastore: Path) -> None:
    """Each end, and which resource asks for it."""
    rows = [line.split() for line in asked("topology", "--sessions", datastore=datastore).out.splitlines()[6:10]]
    assert rows == [
        ["a", "10.4.7.2", "b", "63400", "node", "specific", "BGPPeer(peers)"],
        ["a", "10.4.7.99", "-", "65000", "node", "specific", "BGPPeer(tor)"],
        ["b", "10.4.7.1", "a", "63400", "node", "specific", "BGPPeer(peers)"],
        ["b", "10.4.7.3", "c", "63400", "node", "specific", "BGPPeer(peers)"],
    ]


def test_a_mesh_is_told_as_one(tmp_path: Path) -> None:
    """Without a reflector."""
    nodes = (document("Node", name, f"{{bgp: {{ipv4Address: 10.4.7.{n}/24}}}}") for n, name in enumerate("ab", 1))
    applied(tmp_path / "d", documents(*nodes))
    answer = asked("topology", "--sessions", datastore=tmp_path / "d").out
    assert "a      10.4.7.1/24   64512   mesh   1          \n" in answer
    assert "nodeToNodeMeshEnabled" in answer


def test_pairs_without_a_path_are_named(tmp_path: Path) -> None:
    """Exit code 1, in every form."""
    applied(tmp_path / "d", REFLECTED)
    asked("delete", "bgppeer", "peers", "--yes", datastore=tmp_path / "d")
    answer = asked("topology", datastore=tmp_path / "d")
    assert answer.status == 1
    assert answer.out.splitlines()[-1] == "no path between a - b, a - c, b - c"
    assert "c      10.4.7.3/24   63400   alone" in answer.out
    assert "warning: Node(b) has routeReflectorClusterID 244.0.0.1, and no BGPPeer makes it a reflector" in answer.out
    told = asked("topology", "-o", "json", datastore=tmp_path / "d")
    assert told.status == 1
    assert json.loads(told.out)["withoutPath"] == [["a", "b"], ["a", "c"], ["b", "c"]]


def test_machines_get_all_of_it(datastore: Path) -> None:
    """As JSON, and as a graph for Graphviz."""
    told = json.loads(asked("topology", "-o", "json", datastore=datastore).out)
    assert [node["name"] for node in told["nodes"]] == ["a", "b", "c"]
    assert told["nodes"][1]["clusterID"] == "244.0.0.1"
    assert told["nodes"][1]["sessions"][0] == {
        "address": "10.4.7.1",
        "port": 179,
        "asn": 63400,
        "type": "node specific",
        "node": "a",
        "client": True,
        "resource": "peers",
    }
    assert asked("topology", "-o", "dot", datastore=datastore).out.splitlines() == [
        "graph topology {",
        '  "a" [label="a", shape=ellipse];',
        '  "b" [label="b\\n244.0.0.1", shape=box];',
        '  "c" [label="c", shape=ellipse];',
        '  "10.4.7.99" -- "a" [style=bold];',
        '  "a" -- "b" [style=bold];',
        '  "b" -- "c" [style=bold];',
        "}",
    ]
