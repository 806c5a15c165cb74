"""Drain: a reflector taken out for maintenance and back, its state in the datastore. walkthrough 23."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.answering_agents import asked_with_agents
from tests.support.commands import Answer, applied, asked, document, documents
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


def drained(datastore: Path, *words: str) -> Answer:
    """Drain without waiting: no agent runs."""
    return asked("drain", *words, "--timeout", "0", datastore=datastore)


def sessions(datastore: Path) -> dict[str, set[str]]:
    """Return who has sessions with whom."""
    nodes = json.loads(asked("topology", "-o", "json", datastore=datastore).out)["nodes"]
    return {one["name"]: {each["node"] for each in one["sessions"]} for one in nodes}


def test_a_drained_reflector_becomes_a_client_and_reflects_again(datastore: Path) -> None:
    """Nobody loses a path; each step says what it did, a second time that it is done."""
    before = sessions(datastore)
    answer = drained(datastore, "r1")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[:2] == [
        "Node(r1) is drained: it reflects nothing until bgpkit-node drain --undo r1",
        "2 clients of it: a, b; reflectors left: r2",
    ]
    assert "close as soon as every route has another path" in answer.out.splitlines()[2]
    assert sessions(datastore) == {"r1": {"r2"}, "r2": {"r1", "a", "b"}, "a": {"r2"}, "b": {"r2"}}
    told = asked("topology", datastore=datastore)
    assert (told.status, "drained; client of r2" in told.out) == (0, True)
    assert "warning: Node(r1) is drained" in told.out
    assert "warning: Node(r2) is the only reflector" in told.out
    at = revision(datastore)
    assert drained(datastore, "r1").out.startswith("Node(r1) is drained already, since 2")
    assert revision(datastore) == at
    assert asked("drain", "r1", "--undo", datastore=datastore).out == "Node(r1) reflects again, for 2 clients\n"
    assert sessions(datastore) == before
    undone = asked("drain", "r1", "--undo", datastore=datastore)
    assert undone.out == "Node(r1) is not drained: there is nothing to undo\n"


def test_the_last_reflector_is_refused(datastore: Path) -> None:
    """With the pairs that would be cut off; with --yes it is done."""
    assert drained(datastore, "r1").status == 0
    at = revision(datastore)
    answer = drained(datastore, "r2")
    answer.assert_refused("nothing drained: without Node(r2) no session would carry routes between a - b, a - r1")
    assert "say --yes to cut them off" in answer.err
    assert revision(datastore) == at
    assert drained(datastore, "r2", "--yes").status == 0
    assert sessions(datastore) == {"r1": set(), "r2": set(), "a": set(), "b": set()}


def test_in_a_mesh_nothing_hangs_on_a_reflector(datastore: Path) -> None:
    """Its sessions with the others stay, as those of the mesh."""
    applied(datastore, document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: true}"))
    before = sessions(datastore)
    for name in ("r1", "r2"):
        assert "the sessions of the mesh stay" in drained(datastore, name).out
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


def test_a_node_whose_cluster_id_has_no_effect_has_nothing_to_be_drained_of_either(datastore: Path) -> None:
    """As long as no BGPPeer makes it a reflector."""
    assert asked("label", "node", "r1", "rr", "--remove", datastore=datastore).status == 0
    at = revision(datastore)
    answer = asked("drain", "r1", datastore=datastore)
    assert answer.out.startswith("Node(r1) has a cluster ID that no BGPPeer puts into effect: nothing to do; ")
    assert (answer.status, revision(datastore)) == (0, at)
    assert "cluster ID 244.0.0.1 without effect; client of r2" in asked("topology", datastore=datastore).out


Known = Callable[[Mapping[str, object]], dict[str, object]]


def leaving(*answers: bool) -> Known:
    """Return what answers one time after the other whether there is a session, and the last one for ever."""
    left = list(answers)

    def told(question: Mapping[str, object]) -> dict[str, object]:
        """Answer as an agent does."""
        assert question["address"] == "10.4.7.1"
        return {"known": left.pop(0) if len(left) > 1 else left[0]}

    return told


async def test_it_waits_until_every_client_has_left(datastore: Path) -> None:
    """And says how far it is; then the node can be stopped. A second time nothing is written, and it waits again."""
    agents = {"a": {"peer": leaving(True, False)}, "b": {"peer": leaving(False)}}
    answer = await asked_with_agents(datastore, agents, "drain", "r1")
    assert answer.status == 0, answer
    assert answer.err == "1 of 2 have left; waiting for a\n"
    assert (
        answer.out.splitlines()[-1] == "no node has a session with r1 any more that it does not need: it can be stopped"
    )
    agents = {"a": {"peer": leaving(False)}, "b": {"peer": leaving(False)}}
    again = await asked_with_agents(datastore, agents, "drain", "r1")
    assert (again.status, again.err) == (0, "")
    assert again.out.splitlines()[0].startswith("Node(r1) is drained already")
    assert again.out.splitlines()[-1].endswith("it can be stopped")


async def test_with_yes_the_last_one_is_not_waited_for(datastore: Path) -> None:
    """Nobody has another path, so nothing is made before it is broken: it says what is lost, and ends."""
    assert drained(datastore, "r2").status == 0
    agents = {name: {"peer": leaving(True)} for name in ("a", "b", "r2")}
    for said in ("3 clients of it: a, b, r2; reflectors left: none", "Node(r1) is drained already"):
        answer = await asked_with_agents(datastore, agents, "drain", "r1", "--yes")
        assert (answer.status, answer.err) == (0, "")
        assert said in answer.out
        assert answer.out.splitlines()[-1] == (
            "a - b, a - r1, a - r2, b - r1, b - r2, r1 - r2 have no path any more: "
            "the sessions with r1 close at once, and nothing is waited for"
        )


async def test_who_has_not_left_in_time_is_named(datastore: Path) -> None:
    """With those whose agents do not answer; the node stays drained, and the exit code is 1."""
    answer = await asked_with_agents(datastore, {"a": {"peer": leaving(True)}}, "drain", "r1", "--timeout", "1")
    assert answer.status == 1
    assert "0 of 2 have left; waiting for a" in answer.err
    assert answer.err.splitlines()[-1] == (
        "bgpkit-node: Node(r1) is drained, and not every node has left it: a still had a session with it after 1 s; "
        "b: no answer within 1 s: see whether its agent runs and reaches the datastore"
    )
    assert sessions(datastore)["r1"] == {"r2"}
