"""Diagnose: the agent's sentence first, what to do, and what a look at the port says; and what if there is no agent."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bgpkit_node.cni import AgentSocket
from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.resources import ResourceStore
from tests.support.answering_agents import asked_with_agents
from tests.support.clusters import identified, node
from tests.support.commands import Answer, applied, asked, document, documents

DOWN: dict[str, object] = {
    "node": "a",
    "address": "10.4.7.12",
    "known": True,
    "established": False,
    "state": "Active",
    "obstacle": "CONNECTION_REFUSED",
    "sentence": "10.4.7.12 is not Established (Active): nothing listens.",
    "advice": "See whether a BGP speaker runs there.",
    "probe": "TCP port 179 of 10.4.7.12 refuses the connection",
    "details": ["one", "two"],
    "peer_node": "b",
    "asked_for_by": "nodeToNodeMeshEnabled",
}
UP: dict[str, object] = {
    **DOWN,
    "established": True,
    "sentence": "10.4.7.12 is Established: since noon.",
    "advice": "",
    "probe": "",
}
UNKNOWN: dict[str, object] = {"node": "a", "address": "10.9.9.9", "known": False, "peers": ["10.4.7.12"]}


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore with two nodes, and one that has no address; peers listen on a port of the tests' own."""
    nodes = [document("Node", name, f"{{bgp: {{ipv4Address: 127.0.85.{n}/24}}}}") for n, name in enumerate("ab", 1)]
    port = document("BGPConfiguration", "default", "{listenPort: 17985}")
    applied(tmp_path / "d", documents(*nodes, document("Node", "bare", "{}"), port))
    return tmp_path / "d"


async def _here(datastore: Path, told: dict[str, object], *words: str) -> tuple[Answer, list[object]]:
    """Ask where an agent answers so; return what is said, and which addresses it was asked about."""
    seen: list[object] = []

    async def peer(question: Mapping[str, object]) -> dict[str, object]:
        """Answer as an agent does."""
        seen.append(question["address"])
        return told

    run_dir = datastore.parent
    async with AgentSocket(run_dir / "agent.sock", {"peer": peer}):
        command = ("diagnose", "peer", *words, "--run-dir", str(run_dir))
        return await asyncio.to_thread(asked, *command, datastore=datastore), seen


async def test_a_session_that_is_down_is_one_sentence_and_what_to_do(datastore: Path) -> None:
    """Exit code 1."""
    answer, seen = await _here(datastore, DOWN, "b")
    assert (answer.status, answer.err, seen) == (1, "", ["127.0.85.2"])
    assert answer.out.splitlines() == [
        "a with b: 10.4.7.12 is not Established (Active): nothing listens.",
        "See whether a BGP speaker runs there.",
        "Tried now: TCP port 179 of 10.4.7.12 refuses the connection.",
    ]


async def test_a_session_that_is_up_is_exit_code_0(datastore: Path) -> None:
    """One sentence; with --details all of it."""
    answer, seen = await _here(datastore, UP, "10.4.7.12")
    assert (answer.status, answer.out, seen) == (0, "a with b: 10.4.7.12 is Established: since noon.\n", ["10.4.7.12"])
    answer, _ = await _here(datastore, UP, "10.4.7.12", "--details")
    assert answer.out.splitlines()[1:] == ["one", "two", "The session is asked for by nodeToNodeMeshEnabled."]
    answer, _ = await _here(datastore, UP, "10.4.7.12", "--json")
    assert json.loads(answer.out)["state"] == "Active"


async def test_a_session_that_nobody_asks_for_is_said_to_be_none(datastore: Path) -> None:
    """With the peers that there are."""
    answer, _ = await _here(datastore, UNKNOWN, "10.9.9.9")
    assert answer.status == 1
    assert answer.out.startswith("a is to have no session with 10.9.9.9: ")
    assert "its peers are: 10.4.7.12." in answer.out


async def test_a_node_has_no_session_with_itself(datastore: Path) -> None:
    """By name or address: no BGPPeer would change that."""
    for words in (("a",), ("127.0.85.1", "--json")):
        answer, _ = await _here(datastore, {**UNKNOWN, "address": "127.0.85.1"}, *words)
        answer.assert_refused("127.0.85.1 is a itself, which has no session with itself: name another node")


async def test_a_node_without_bgp_is_said_to_have_none(datastore: Path) -> None:
    """No BGPPeer would change that."""
    answer, _ = await _here(datastore, {**UNKNOWN, "speaks_bgp": False}, "10.9.9.9")
    assert answer.status == 1
    assert answer.out.startswith("a has no sessions: its agent runs without BGP (--backend vxlan).\n")
    assert "BGPPeer" not in answer.out


async def test_another_nodes_session_is_asked_for_through_the_datastore(datastore: Path) -> None:
    """One that is silent, or there is not, is named."""
    told = await asked_with_agents(datastore, {"a": {"peer": DOWN}}, "diagnose", "peer", "b", "--from", "a")
    assert (told.status, told.out.splitlines()[0][:9]) == (1, "a with b:")
    words = ("diagnose", "peer", "10.4.7.12", "--timeout", "0.1", "--from")
    asked(*words, "a", datastore=datastore).assert_refused("a: no answer within 0.1 s")
    asked(*words, "x", datastore=datastore).assert_refused("there is no node x, only a, b, bare")


def test_without_an_agent_the_port_is_tried(datastore: Path) -> None:
    """That at which the node listens; and what is neither an address nor a node is refused."""
    words = ("--run-dir", str(datastore.parent / "none"))
    asked("diagnose", "peer", "b", *words, datastore=datastore).assert_refused(
        "without it nobody here speaks BGP. TCP port 17985 of 127.0.85.2 refuses the connection"
    )
    asked("diagnose", "peer", "x", datastore=datastore).assert_refused(
        "x is neither an address nor a node; the nodes are a, b, bare"
    )
    asked("diagnose", "peer", "bare", datastore=datastore).assert_refused("Node(bare) has neither spec.bgp.ipv4Address")


async def test_an_identifier_that_two_nodes_share_is_named(tmp_path: Path) -> None:
    """Whether the session is up or not: their routes do not get to each other either. RFC 6286, section 2.1."""
    shared = identified(node("c", "10.4.7.13/24", asn=64512), "10.4.7.12")
    async with await SqliteDatastore.open(tmp_path / "d") as store:  # past what apply refuses
        await ResourceStore(store).apply([node("b", "10.4.7.12/24"), shared])
    sentence = "Node(b) and Node(c) of AS 64512 have one BGP Identifier, 10.4.7.12"
    answer, _ = await _here(tmp_path / "d", UP, "10.4.7.12")
    assert answer.out.splitlines()[-1].startswith(sentence)
    answer, _ = await _here(tmp_path / "d", UP, "10.4.7.12", "--json")
    assert [each.split(", and")[0] for each in json.loads(answer.out)["warnings"]] == [sentence]
    answer, _ = await _here(tmp_path / "d", {**UP, "node": "x", "peer_node": "y"}, "10.4.7.12")
    assert sentence not in answer.out
