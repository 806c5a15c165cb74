"""Routes: what the agents of all nodes tell is printed on one screen, and what the datastore says beside it."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bgpkit_node.cni import AgentSocket
from bgpkit_node.command.routes import Count, Difference, Routes, rendered_diff
from tests.support.answering_agents import asked_with_agents
from tests.support.commands import asked
from tests.support.ipam_store import give, prepared

NOTHING = {kind: {"wanted": 0, "present": 0} for kind in ("pod", "own block", "remote block", "borrowed", "external")}
MISSING = {
    "prefix": "10.244.0.64/26",
    "kind": "remote block",
    "status": "conflict",
    "wanted": "via 10.4.7.12 dev eth0",
    "present": "",
    "reason": "taken by static",
}


def answer(node: str, *differences: dict[str, str], pods: int = 0) -> dict[str, object]:
    """Return what the agent of a node tells of its routes."""
    counts = {**NOTHING, "pod": {"wanted": pods, "present": pods}}
    return {"node": node, "counts": counts, "differing": len(differences), "differences": list(differences)}


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore with nodes a and b."""
    return prepared(tmp_path / "d")


def test_differences_are_one_table_and_a_sentence_for_each_node() -> None:
    """What is wanted, what the kernel has, and why; who does not answer comes last."""
    told = [Routes("a", {"remote block": Count(2, 1)}, 1, (Difference(**MISSING),)), Routes("b", {}, 0, ())]
    assert rendered_diff(told, {"c": "no answer"}).splitlines() == [
        "NODE   PREFIX           KIND           STATUS     WANTED                   KERNEL   REASON            ",
        "a      10.244.0.64/26   remote block   conflict   via 10.4.7.12 dev eth0            taken by static   ",
        "",
        "b: 0 routes wanted, all of them in the kernel, none too many",
        "a: 2 routes wanted, 1 prefix differs",
        "c: no answer",
    ]


def test_many_differences_and_many_nodes_fit_a_screen() -> None:
    """Twenty differences of a node are shown; nodes without any become one sentence."""
    many = Routes("a", {}, 1500, (Difference(**MISSING),) * 1000)
    text = rendered_diff([many], {})
    assert text.count("10.244.0.64/26") == 20
    assert text.endswith("a: 0 routes wanted, 1500 prefixes differ, 1480 of them not shown")
    nodes = [Routes(f"n{number}", {"pod": Count(2, 2)}, 0, ()) for number in range(11)]
    assert rendered_diff(nodes, {}) == "11 nodes: 22 routes wanted, all of them in the kernels, none too many"
    assert len(rendered_diff(nodes[:10], {}).splitlines()) == 10
    assert rendered_diff([], {}) == "there are no nodes"


async def test_the_exit_code_tells_of_a_difference_on_any_node(datastore: Path) -> None:
    """1, in both forms; 0 without one."""
    differing = {"a": {"routes": answer("a")}, "b": {"routes": answer("b", MISSING)}}
    for words in ((), ("--json",)):
        told = await asked_with_agents(datastore, differing, "routes", "diff", *words)
        assert (told.status, told.err) == (1, "")
    assert json.loads(told.out) == {"nodes": {"a": answer("a"), "b": answer("b", MISSING)}, "silent": {}}
    same = {node: {"routes": answer(node)} for node in "ab"}
    told = await asked_with_agents(datastore, same, "routes", "diff")
    assert (told.status, told.err) == (0, "")
    told = await asked_with_agents(datastore, differing, "routes", "diff", "--node", "a")
    assert (told.status, told.out) == (0, "a: 0 routes wanted, all of them in the kernel, none too many\n")


async def test_a_node_whose_agent_is_silent_is_named(datastore: Path) -> None:
    """Exit code 1; of nodes that there are not, nothing is asked."""
    told = await asked_with_agents(
        datastore, {"a": {"routes": answer("a")}}, "routes", "diff", "--json", "--timeout", "0.3"
    )
    assert told.status == 1
    why = "no answer within 0.3 s: see whether its agent runs and reaches the datastore"
    assert json.loads(told.out)["silent"] == {"b": why}
    asked("routes", "diff", "--node", "x", datastore=datastore).assert_refused("there is no node x, only a, b")


async def test_this_node_alone_needs_no_datastore(tmp_path: Path) -> None:
    """Its agent is asked over its socket."""

    async def routes(_: Mapping[str, object]) -> dict[str, object]:
        """Answer as an agent does."""
        return answer("a", MISSING, pods=3)

    words = ("routes", "diff", "--here", "--run-dir", str(tmp_path))
    async with AgentSocket(tmp_path / "agent.sock", {"routes": routes}):
        told = await asyncio.to_thread(asked, *words, datastore=tmp_path / "none")
        both = await asyncio.to_thread(asked, *words, "--node", "a")
        short = await asyncio.to_thread(asked, "routes", "summary", *words[2:], datastore=tmp_path / "none")
    assert (told.status, told.out.splitlines()[-1]) == (1, "a: 3 routes wanted, 1 prefix differs")
    assert (short.status, short.out.splitlines()[1].split()[:2]) == (0, ["a", "3/3"])
    assert both.status == 2
    asked(*words).assert_refused("no node agent answers on ")


async def test_a_summary_joins_what_is_wanted_with_what_is_there(datastore: Path) -> None:
    """On every node. walkthrough 17."""
    give(datastore, "b", "k")
    counts = {**NOTHING, "pod": {"wanted": 3, "present": 2}, "external": {"wanted": 9, "present": 9}}
    agents = {"a": {"routes": {**answer("a"), "counts": counts}}, "b": {"routes": answer("b", pods=1)}}
    told = await asked_with_agents(datastore, agents, "routes", "summary")
    assert (told.status, told.err) == (0, "")
    assert [line.split() for line in told.out.splitlines()] == [
        ["NODE", "POD", "OWN", "BLOCK", "REMOTE", "BLOCK", "BORROWED", "EXTERNAL"],
        ["a", "3/2", "1/0", "1/0", "0/0", "9/9"],
        ["b", "1/1", "1/0", "1/0", "0/0", "0/0"],
        [],
        ["wanted/present;", "-", "is", "not", "known"],
    ]


def test_without_agents_what_is_wanted_is_known_all_the_same(datastore: Path) -> None:
    """With a warning for each node."""
    told = asked("routes", "summary", "--timeout", "0.1", datastore=datastore)
    assert told.status == 0
    assert told.out.splitlines()[1].split() == ["a", "3/-", "1/-", "0/-", "0/-", "-/-"]
    assert [line.partition(" no answer")[0] for line in told.err.splitlines()] == ["warning: a:", "warning: b:"]


async def test_an_agent_of_another_version_is_named(datastore: Path) -> None:
    """By its node."""
    told = await asked_with_agents(datastore, {"a": {"routes": {"frob": 1}}}, "routes", "diff", "--node", "a")
    assert told.status == 1
    assert "the agent of a is of another version, its answer cannot be read" in told.err
