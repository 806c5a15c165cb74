"""Drain: a reflector taken out for maintenance and back, its state in the datastore. walkthrough 23."""

import json
from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document, documents
from tests.support.revisions import revision

SPEC = "{{bgp: {{ipv4Address: 10.4.7.{0}/24, routeReflectorClusterID: 244.0.0.1}}}}"
TWO = documents(
    document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: false}"),
    document("Node", "r1", SPEC.format(1), labels="{rr: 'true'}"),
    document("Node", "r2", SPEC.format(2), labels="{rr: 'true'}"),
    document("Node", "a", "{bgp: {ipv4Address: 10.4.7.3/24}}"),
    document("Node", "b", "{bgp: {ipv4Address: 10.4.7.4/24}}"),
    document("BGPPeer", "peers", '{nodeSelector: all(), peerSelector: "has(rr)"}'),
)


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore of two reflectors of one cluster, with two clients."""
    applied(tmp_path / "d", TWO)
    return tmp_path / "d"


def sessions(datastore: Path) -> dict[str, set[str]]:
    """Return who has sessions with whom."""
    nodes = json.loads(asked("topology", "-o", "json", datastore=datastore).out)["nodes"]
    return {one["name"]: {each["node"] for each in one["sessions"]} for one in nodes}


def test_a_drained_reflector_becomes_a_client_and_reflects_again(datastore: Path) -> None:
    """Nobody loses a path; each step says what it did, a second time that it is done."""
    before = sessions(datastore)
    answer = asked("drain", "r1", datastore=datastore)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[:2] == [
        "Node(r1) is drained: it reflects nothing until bgpkit-node drain --undo r1",
        "2 clients of it: a, b; reflectors left: r2",
    ]
    assert sessions(datastore) == {"r1": {"r2"}, "r2": {"r1", "a", "b"}, "a": {"r2"}, "b": {"r2"}}
    told = asked("topology", datastore=datastore)
    assert (told.status, "drained; client of r2" in told.out) == (0, True)
    assert "warning: Node(r1) is drained" in told.out
    assert "warning: Node(r2) is the only reflector" in told.out
    at = revision(datastore)
    assert asked("drain", "r1", datastore=datastore).out.startswith("Node(r1) is drained already, since 2")
    assert revision(datastore) == at
    assert asked("drain", "r1", "--undo", datastore=datastore).out == "Node(r1) reflects again, for 2 clients\n"
    assert sessions(datastore) == before
    undone = asked("drain", "r1", "--undo", datastore=datastore)
    assert undone.out == "Node(r1) is not drained: there is nothing to undo\n"


def test_the_last_reflector_is_refused(datastore: Path) -> None:
    """With the pairs that would be cut off; with --yes it is done."""
    assert asked("drain", "r1", datastore=datastore).status == 0
    at = revision(datastore)
    answer = asked("drain", "r2", datastore=datastore)
    answer.assert_refused("nothing drained: without Node(r2) no session would carry routes between a - b, a - r1")
    assert "say --yes to cut them off" in answer.err
    assert revision(datastore) == at
    assert asked("drain", "r2", "--yes", datastore=datastore).status == 0
    assert sessions(datastore) == {"r1": set(), "r2": set(), "a": set(), "b": set()}


def test_in_a_mesh_nothing_hangs_on_a_reflector(datastore: Path) -> None:
    """Its sessions with the others stay, as those of the mesh."""
    applied(datastore, document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: true}"))
    before = sessions(datastore)
    for name in ("r1", "r2"):
        assert "the sessions of the mesh stay" in asked("drain", name, datastore=datastore).out
    assert sessions(datastore) == before


def test_a_node_that_reflects_nothing_has_nothing_to_be_drained_of(datastore: Path) -> None:
    """Nothing is written; a node that is not there is named with those that are."""
    at = revision(datastore)
    answer = asked("drain", "a", datastore=datastore)
    assert (answer.status, answer.out) == (
        0,
        "Node(a) is no route reflector: nothing to do; its sessions and its pods stay as they are\n",
    )
    assert revision(datastore) == at
    asked("drain", "z", datastore=datastore).assert_refused("Node z not found; there is a, b, r1, r2")
