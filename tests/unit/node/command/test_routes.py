"""Routes: what the agent tells is printed, and what the datastore says of the other nodes."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from bgpkit_node.cni import AgentSocket
from bgpkit_node.command.routes import Count, Difference, Routes, rendered_diff
from tests.support.commands import Answer, asked
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


def test_differences_are_a_table_and_a_sentence() -> None:
    """What is wanted, what the kernel has, and why."""
    told = Routes("a", {"remote block": Count(2, 1)}, 1, (Difference(**MISSING),))
    assert rendered_diff(told).splitlines() == [
        "PREFIX           KIND           STATUS     WANTED                   KERNEL   REASON            ",
        "10.244.0.64/26   remote block   conflict   via 10.4.7.12 dev eth0            taken by static   ",
        "",
        "a: 2 routes wanted, 1 prefixes differ",
    ]


def test_no_difference_is_a_sentence_and_more_than_are_told_are_counted() -> None:
    """However many there are."""
    assert rendered_diff(Routes("a", {"pod": Count(2, 2)}, 0, ())) == (
        "a: 2 routes wanted, all of them in the kernel, none too many"
    )
    many = Routes("a", {}, 1001, (Difference(**MISSING),))
    assert "\n... and 1000 more\n" in rendered_diff(many)


async def test_the_exit_code_tells_of_a_difference(tmp_path: Path) -> None:
    """1, in both forms; 0 without one."""
    answer: dict[str, object] = {"node": "a", "counts": NOTHING, "differing": 1, "differences": [MISSING]}
    for words in ((), ("--json",)):
        told = await _asked(tmp_path, answer, "routes", "diff", *words)
        assert (told.status, told.err) == (1, "")
    assert json.loads((await _asked(tmp_path, answer, "routes", "diff", "--json")).out) == answer
    same = await _asked(tmp_path, {**answer, "differing": 0, "differences": []}, "routes", "diff")
    assert (same.status, same.err) == (0, "")


async def test_a_summary_joins_what_is_wanted_with_what_is_here(tmp_path: Path) -> None:
    """Of the other nodes only what is wanted is known. walkthrough 17."""
    datastore = prepared(tmp_path / "d")
    give(datastore, "b", "k")
    counts = {**NOTHING, "pod": {"wanted": 3, "present": 2}, "external": {"wanted": 9, "present": 9}}
    answer: dict[str, object] = {"node": "a", "counts": counts, "differing": 1, "differences": []}
    told = await _asked(tmp_path, answer, "routes", "summary", datastore=datastore)
    assert (told.status, told.err) == (0, "")
    assert [line.split() for line in told.out.splitlines()] == [
        ["NODE", "POD", "OWN", "BLOCK", "REMOTE", "BLOCK", "BORROWED", "EXTERNAL"],
        ["a", "3/2", "1/0", "1/0", "0/0", "9/9"],
        ["b", "1/-", "1/-", "1/-", "0/-", "-/-"],
        [],
        ["wanted/present;", "-", "is", "not", "known", "from", "here"],
    ]


def test_without_an_agent_what_is_wanted_is_known_all_the_same(tmp_path: Path) -> None:
    """With a warning; a difference cannot be told."""
    datastore = prepared(tmp_path / "d")
    told = asked("routes", "summary", "--run-dir", tmp_path, datastore=datastore)
    assert told.status == 0
    assert told.out.splitlines()[1].split() == ["a", "3/-", "1/-", "0/-", "0/-", "-/-"]
    assert told.err.startswith("warning: what is present is not known: no node agent answers on ")
    asked("routes", "diff", "--run-dir", tmp_path).assert_refused("no node agent answers on ")


async def _asked(folder: Path, told: dict[str, object], *words: str, datastore: Path | None = None) -> Answer:
    async def routes(_: Mapping[str, object]) -> dict[str, object]:
        return told

    async with AgentSocket(folder / "agent.sock", {"routes": routes}):
        return await asyncio.to_thread(asked, *words, "--run-dir", str(folder), datastore=datastore)
