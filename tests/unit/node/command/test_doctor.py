"""Doctor: everything in one table, the worst decides the exit code, and what cannot be looked at is said."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bgpkit_node.cni import AgentSocket
from bgpkit_node.command import examination
from bgpkit_node.command.doctor import rendered
from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.doctor import failure, unknown, well
from bgpkit_node.node_status.question import KEPT, PREFIX, question_to
from bgpkit_node.resources import ResourceStore
from tests.support.answering_agents import asked_with_agents
from tests.support.commands import Answer, asked, bgpkit_node, document
from tests.support.ipam_store import prepared
from tests.support.skips import require_kernel


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore with nodes a and b, none of which is this machine."""
    return prepared(tmp_path / "d")


def clock(_: Mapping[str, object]) -> dict[str, object]:
    """Tell the time as an agent does."""
    return {"time": datetime.now(UTC).isoformat()}


NO_MESH = "{nodeToNodeMeshEnabled: false}"
AGENTS = {node: {"clock": clock} for node in "ab"}


def found(answer: Answer) -> dict[tuple[str, str], str]:
    """Return what is told, by what and where, with the verdict first."""
    told = json.loads(answer.out)
    return {(one["what"], one["where"]): f"{one['verdict']}: {one['finding']}" for one in told}


def test_findings_are_a_table_and_a_count() -> None:
    """One line each."""
    text = rendered([well("port", "TCP port 179", "is free"), failure("pod", "x", "y", "z"), unknown("a", "b", "c")])
    assert [line.rstrip() for line in text.splitlines()] == [
        "VERDICT         WHAT   WHERE          FINDING   WHAT TO DO",
        "ok              port   TCP port 179   is free",
        "failure         pod    x              y         z",
        "not looked at   a      b              c",
        "",
        "1 ok, 1 failure, 1 not looked at",
    ]
    assert rendered([]) == "nothing to complain of"


async def test_the_cluster_is_examined_from_any_machine(datastore: Path) -> None:
    """Without an agent here, and not as one of its nodes: what is of a node is not looked at."""
    answer = await asked_with_agents(
        datastore, AGENTS, "doctor", "--json", "--cluster-cidr", "10.244.0.0/24", "--cni-conf", str(datastore.parent)
    )
    told = found(answer)
    assert answer.err == ""
    assert told["datastore", str(datastore)] == "ok: answers; schema version 1"
    assert told["pool", "cluster CIDR"] == "ok: the pools cover 10.244.0.0/24"
    assert told["sessions", "topology"] == "ok: 2 nodes, each with a path to every other one"
    assert told["agent", "a, b"] == "ok: answers"
    assert told["clock", "a, b"].startswith("ok")
    assert told["agent", "this machine"].startswith("warning: no node agent answers on ")
    assert told["node", "this machine"].startswith("not looked at: ")
    assert told["CNI", f"{datastore.parent}/10-bgpkit.conflist"].startswith("warning: is not there")


async def test_a_failure_is_exit_code_1_and_what_is_well_can_be_left_out(datastore: Path) -> None:
    """A silent agent, a range that no pool covers, a conflist in front of ours, a question left behind."""
    conflists = datastore.parent / "net.d"
    conflists.mkdir()
    for name in ("05-flannel.conflist", "10-bgpkit.conflist"):
        (conflists / name).write_text("{}", encoding="utf-8")
    async with await SqliteDatastore.open(datastore) as opened:
        await ResourceStore(opened).create(question_to("b", f"{PREFIX}x", {}, datetime.now(UTC) - 3 * KEPT))
    words = ("--timeout", "0.3", "--cluster-cidr", "10.250.0.0/16", "--cni-conf", str(conflists))
    answer = await asked_with_agents(datastore, {"a": AGENTS["a"]}, "doctor", "--json", "--problems", *words)
    told = found(answer)
    assert answer.status == 1
    assert told["agent", "b"].startswith("failure: no answer within 0.3 s")
    assert told["pool", "--cluster-cidr"].startswith("failure: 10.250.0.0/16 is in no enabled pool")
    assert told["CNI", str(conflists)].startswith(f"failure: {conflists}/05-flannel.conflist sorts before")
    assert told["leftover", f"CalicoNodeStatus({PREFIX}x)"].startswith("warning: ")
    assert not any(line.startswith("ok") for line in told.values())


async def test_the_range_of_the_pods_is_read_where_the_control_plane_is_started_from(
    datastore: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for the first pools; what is wrong there is said."""
    monkeypatch.setattr(examination, "KUBERNETES", tmp_path / "kubernetes")
    words = ("doctor", "--json", "--cni-conf", str(datastore.parent))

    async def told(place: str) -> str:
        """Return what is said of the range of the pods."""
        return found(await asked_with_agents(datastore, AGENTS, *words))["pool", place]

    assert "is not known here: " in await told("cluster CIDR")
    assert "kubernetes: is no directory" in await told("cluster CIDR")
    manifest = tmp_path / "kubernetes" / "manifests" / "kube-controller-manager.yaml"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("    - --cluster-cidr=10.250.0.0/16\n", encoding="utf-8")
    assert (await told(f"--cluster-cidr below {tmp_path}/kubernetes")).startswith("failure: 10.250.0.0/16 is in no")


async def test_the_node_is_named_by_its_agent_or_by_hand(datastore: Path) -> None:
    """Then its pods are looked at; a node that there is not is refused."""

    async def status(_: Mapping[str, object]) -> dict[str, object]:
        """Say who is here."""
        return {"node": "a"}

    words = ("doctor", "--json", "--timeout", "0.1", "--run-dir", str(datastore.parent))
    async with AgentSocket(datastore.parent / "agent.sock", {"status": status}):
        here = found(await asyncio.to_thread(asked, *words, datastore=datastore))
    assert here["agent", "this machine"] == "ok: runs, for node a"
    assert here["node", "a"] == "ok: is this machine"
    assert sum(what == "pod" and line.startswith("failure") for (what, _), line in here.items()) == 3
    named = found(asked(*words, "--node", "b", datastore=datastore))
    assert named["node", "b"] == "ok: is this machine"
    refused = asked(*words, "--node", "x", datastore=datastore)
    assert (refused.status, "there is no node x, only a, b" in refused.err) == (2, True)


async def test_an_agent_without_bgp_needs_no_port_and_no_sessions(datastore: Path) -> None:
    """Nodes without a path to each other by BGP are none it misses; what it says of strangers is told."""
    asked("apply", "-f", "-", "--yes", datastore=datastore, given=document("BGPConfiguration", "default", NO_MESH))

    async def status(_: Mapping[str, object]) -> dict[str, object]:
        """Say who is here."""
        return {"node": "a", "backend": "vxlan", "strangers": "nft is not installed"}

    words = ("doctor", "--json", "--timeout", "0.1", "--run-dir", str(datastore.parent))
    with_bgp = found(asked(*words, datastore=datastore))
    assert with_bgp["sessions", "topology"].startswith("failure")
    async with AgentSocket(datastore.parent / "agent.sock", {"status": status}):
        here = found(await asyncio.to_thread(asked, *words, datastore=datastore))
    assert here["agent", "this machine"] == "ok: runs, for node a, without BGP"
    assert here["port", "TCP port 179"] == "ok: is not needed: the agent has no BGP"
    assert here["tunnel", "this machine"] == "warning: strangers' wrapped packets are let in: nft is not installed"
    assert not any(what == "sessions" for what, _ in here)


def test_without_a_datastore_the_machine_is_examined_all_the_same(tmp_path: Path) -> None:
    """And a range that is none is refused."""
    told = found(asked("doctor", "--json", datastore=tmp_path / "none"))
    assert told["agent", "this machine"].startswith("warning")
    assert told["datastore", str(tmp_path / "none")].startswith("failure: there is no datastore; name it with")
    assert ("sysctl", "net.ipv4.ip_forward") in told
    assert ("port", "TCP port 179") in told
    answer = asked("doctor", "--cluster-cidr", "x", datastore=tmp_path / "none")
    assert (answer.status, "'x' is no range of addresses" in answer.err) == (2, True)


def test_who_may_not_read_the_datastore_is_told_so_and_no_failure(open_folder: Path) -> None:
    """It is not looked at, and the rest is."""
    require_kernel("netns")
    datastore = prepared(open_folder / "d")
    words = ("doctor", "--json", "--run-dir", open_folder)
    told = found(bgpkit_node(*words, datastore=datastore, prefix=("setpriv", "--reuid=65534", "--clear-groups")))
    assert told["datastore", str(datastore)].startswith("not looked at: cannot be ")
    assert ("sysctl", "net.ipv4.ip_forward") in told
