"""Advice from the command line: options, measurements, and questions at a terminal. walkthrough 30."""

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bgpkit_node.command.advise_measure import reach_of
from bgpkit_node.diagnosis import Probe
from bgpkit_node.diagnosis.tcp_probe import Reply
from tests.support.commands import PATIENCE, PROGRAM, Answer, applied, asked, document, documents

TOLD = ("--policy", "--throughput", "--maintainer", "cluster")


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore with two nodes in two subnets, both of them this machine."""
    nodes = documents(
        document("Node", "a", "{bgp: {ipv4Address: 127.0.91.1/24}}"),
        document("Node", "b", "{bgp: {ipv4Address: 127.0.92.1/24}}"),
    )
    applied(tmp_path / "d", nodes)
    return tmp_path / "d"


def plain(answer: Answer) -> dict[str, Any]:
    """Return what is advised."""
    assert answer.status == 0, answer
    found: dict[str, Any] = json.loads(answer.out)
    return found


def sources(advice: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the answer to each question, and where it comes from."""
    return {each["question"]: (each["answer"], each["source"]) for each in advice["reasons"]}


def test_all_can_be_told_by_options(tmp_path: Path) -> None:
    """Then nothing is looked at, and there need be no datastore."""
    words = ("--nodes", "200", "--subnets", "2", "--no-bgp")
    answer = asked("advise", *TOLD, *words, "--json", datastore=tmp_path / "none")
    advice = plain(answer)
    assert answer.err == ""
    assert (advice["ipipMode"], advice["vxlanMode"], advice["sessions"]) == ("Never", "Always", "none")
    assert [source for _, source in sources(advice).values()] == ["told"] * 6
    assert [said for said, _ in sources(advice).values()] == ["yes", "yes", "no", "2", "200", "cluster"]


def test_what_the_datastore_tells_is_not_asked(datastore: Path) -> None:
    """Nodes and their subnets; an option overrules it."""
    advice = plain(asked("advise", *TOLD, "--bgp", "--json", datastore=datastore))
    assert sources(advice)["nodes"] == ("2", "measured")
    assert sources(advice)["subnets of nodes"] == ("2", "measured")
    assert "CrossSubnet" in (advice["ipipMode"], advice["vxlanMode"])
    more = plain(asked("advise", *TOLD, "--bgp", "--nodes", "300", "--json", datastore=datastore))
    assert (sources(more)["nodes"], more["reflectors"]) == (("300", "told"), 2)


def test_nodes_of_this_machine_are_not_probed(datastore: Path) -> None:
    """Whether BGP gets through is then not known, and has to be said."""
    answer = asked("advise", *TOLD, "--json", datastore=datastore)
    assert (answer.status, "no terminal to ask at: give --bgp or --no-bgp" in answer.err) == (2, True)


def test_one_node_that_answers_shows_that_the_underlay_carries_bgp() -> None:
    """A refusal is an answer; those that are silent are named; without others nothing is known."""
    yes, no = Probe(Reply.REFUSED, "refused"), Probe(Reply.SILENCE, "gives no answer")
    assert reach_of({"a": yes, "b": Probe(Reply.ACCEPTED, "")}) == (True, [])
    assert reach_of({"a": yes, "b": no}) == (True, ["b: gives no answer"])
    assert reach_of({"a": Probe(Reply.NO_WAY, "x"), "b": no}) == (False, ["a: x", "b: gives no answer"])
    assert reach_of({}) == (None, ())


def test_what_is_missing_is_named_without_a_terminal(tmp_path: Path) -> None:
    """All of it at once, and why the datastore does not help."""
    answer = asked("advise", "--no-policy", datastore=tmp_path / "none")
    named = "give --throughput or --no-throughput, --bgp or --no-bgp, --nodes, --subnets, --maintainer"
    assert answer.status == 2
    assert named in " ".join(answer.err.split())
    assert "warning: nodes are not known: " in answer.err


def test_at_a_terminal_the_rest_is_asked(tmp_path: Path) -> None:
    """Questions go to standard error, the advice to standard output."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "BGPKIT_NODE_DATASTORE": str(tmp_path / "none")}
    words = [*PROGRAM, "advise", "--no-policy", "--bgp", "--nodes", "120"]
    try:
        os.write(ours, b"y\n2\nnetwork\n")
        answer = subprocess.run(
            words, stdin=theirs, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert answer.returncode == 0, answer.stderr
    assert "Do a few percent of throughput between nodes matter? [y/n]" in answer.stderr
    lines = [line.rstrip() for line in answer.stdout.splitlines()]
    assert lines[:5] == [
        "IPPool: ipipMode: Never, vxlanMode: Never",
        "2 nodes with routeReflectorClusterID and a BGPPeer that selects them",
        "BGPConfiguration default: nodeToNodeMeshEnabled: false, once their sessions are up",
        "a BGPPeer for each router between the nodes' subnets",
        "",
    ]
    assert lines[5].split("   ")[0] == "QUESTION"
    assert any(line.startswith("nodes") and "120 (told)" in line for line in lines)


def test_sessions_are_told_in_the_words_of_resources(tmp_path: Path) -> None:
    """A mesh, and none at all."""
    words = ("advise", *TOLD, "--nodes", "3", "--subnets", "1")
    mesh = asked(*words, "--bgp", datastore=tmp_path / "none").out
    assert "BGPConfiguration default: nodeToNodeMeshEnabled: true" in mesh
    none = asked(*words, "--no-bgp", datastore=tmp_path / "none").out
    assert "BGPConfiguration default: nodeToNodeMeshEnabled: false, and no BGPPeer" in none
