"""Explain: all that the datastore holds of an address, and what the agents say of the way to it."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bgpkit_node.cni import AgentSocket
from tests.support.answering_agents import agents_answering, asked_with_agents
from tests.support.commands import applied, asked, document, documents
from tests.support.ipam_store import change, give, prepared


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore in which pod nginx of node a has three addresses."""
    return prepared(tmp_path / "d")


def facts(datastore: Path, what: str) -> dict[str, str]:
    """Return what is said of ``what``, by title."""
    answer = asked("explain", what, "--timeout", "0.01", "--run-dir", datastore.parent, datastore=datastore)
    assert (answer.status, answer.err) == (0, ""), answer
    return dict(line.split(maxsplit=1) for line in answer.out.splitlines() if line[0] != " ")


def test_an_address_of_a_pod_is_told_whole(datastore: Path) -> None:
    """Pool, block, affinity, owner, handle, sequence and the node that announces it; without an agent no routes."""
    told = json.loads(asked("ipam", "show", "--json", datastore=datastore).out)
    block = told[0]["block"]
    address = block.partition("/")[0]
    found = facts(datastore, address)
    assert found.pop("owner").startswith("pod default/nginx, on a, handle h, sequence ")
    assert found.pop("kernel").startswith("no answer within 0.01 s: ")
    assert found == {
        "address": address,
        "pool": "p 10.244.0.0/24, IPIP Never, VXLAN Never",
        "block": f"{block} of a, affinity confirmed",
        "origin": f"a announces {block}",
    }


def test_a_pod_is_found_by_its_name(datastore: Path) -> None:
    """With its namespace or without; all of its addresses."""
    for name in ("nginx", "default/nginx"):
        words = ("explain", name, "--json", "--timeout", "0.01", "--run-dir", datastore.parent)
        told = json.loads(asked(*words, datastore=datastore).out)
        assert [one["owner"].split(",")[0] for one in told] == ["pod default/nginx"] * 3
        assert (told[0]["nodes"], list(told[0]["silent"])) == ({}, ["a", "b"])
    asked("explain", "other/nginx", datastore=datastore).assert_refused("other/nginx is no IP address, and no pod")


def test_a_borrowed_address_is_announced_by_its_user(tmp_path: Path) -> None:
    """Out of the block of another node."""
    pool = document("IPPool", "p", "{cidr: 10.244.0.0/28, blockSize: 28}")
    applied(tmp_path / "d", documents(pool, *(document("Node", name, "{}") for name in "ab")))
    give(tmp_path / "d", "a", "h")
    (address,) = give(tmp_path / "d", "b", "k")
    assert facts(tmp_path / "d", address)["origin"] == (
        f"b announces {address}/32: it borrows the address out of the block"
    )


def test_what_is_not_as_it_should_be_is_said(datastore: Path) -> None:
    """No pool, no block, nobody, a node's own address, a reservation, an affinity that is missing, another claim."""
    assert facts(datastore, "192.0.2.1")["pool"] == "none: no IPPool holds it"
    assert facts(datastore, "10.4.7.11")["node"] == "a has it itself"
    applied(datastore, document("IPReservation", "r", "{reservedCIDRs: [10.244.0.0/24]}"))
    (told,) = json.loads(asked("ipam", "show", "--json", datastore=datastore).out)
    last = told["block"].partition("/")[0].rpartition(".")
    free = f"{last[0]}.{int(last[2]) + 63}"
    found = facts(datastore, free)
    assert found["owner"] == "nobody"
    assert found["reserved"] == "an IPReservation keeps it from being given out"
    change(datastore, "UPDATE entries SET key = replace(key, 'host/a/', 'host/b/') WHERE key LIKE '%/host/a/%'")
    found = facts(datastore, free)
    assert found["block"] == f"{told['block']} of a, affinity missing, also claimed by b"
    assert found["origin"].startswith("nobody announces it")


async def test_the_agents_tell_the_way(datastore: Path) -> None:
    """The kernel's route on every node, and the BGP paths of one, indented: this one's, or that which is named."""

    def way(node: str) -> dict[str, object]:
        """Return what an agent tells."""
        return {"node": node, "prefix": "10.244.0.192/26", "bgp": f"one of {node}\ntwo", "kernel": f"via {node}"}

    async def status(_: Mapping[str, object]) -> dict[str, object]:
        """Say who is here."""
        return {"node": "b"}

    agents = {node: {"explain": way(node)} for node in "ab"}
    async with AgentSocket(datastore.parent / "agent.sock", {"status": status}), agents_answering(datastore, agents):
        words = ("explain", "10.244.0.200", "--run-dir", str(datastore.parent))
        here = await asyncio.to_thread(asked, *words, datastore=datastore)
        other = await asyncio.to_thread(asked, *words, "--from", "a", datastore=datastore)
        nobody = await asyncio.to_thread(asked, *words, "--from", "x", datastore=datastore)
    assert here.out.splitlines()[-5:] == [
        "kernel    via a (on a)",
        "          via b (on b)",
        "bgp       10.244.0.192/26 (on b)",
        "  one of b",
        "  two",
    ]
    assert "bgp       10.244.0.192/26 (on a)\n  one of a\n" in other.out
    nobody.assert_refused("there is no node x")


async def test_what_a_node_has_not_is_said(datastore: Path) -> None:
    """No route, and no path."""
    nothing = {"node": "a", "prefix": "", "bgp": "", "kernel": ""}
    answer = await asked_with_agents(datastore, {"a": {"explain": nothing}}, "explain", "192.0.2.1", "--timeout", "0.2")
    assert "kernel    no route (on a)\n" in answer.out
    assert answer.out.splitlines()[-1] == "bgp       no path (on a)"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--port", "80/TCP"), "--port is for --to"),
        (("--to", "10.244.0.2", "--from", "b"), "--from and --to exclude each other"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(words: tuple[str, ...], sentence: str, datastore: Path) -> None:
    """Before anything is asked."""
    answer = asked("explain", "10.244.0.1", *words, datastore=datastore)
    assert (answer.status, answer.out) == (2, "")
    assert sentence in answer.err
