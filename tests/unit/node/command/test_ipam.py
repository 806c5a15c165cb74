"""Ipam show and check: what address management holds, and whether it contradicts itself."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.ipam import Ipam
from tests.support.commands import applied, bgpkit_node, document, documents
from tests.support.ipam_cluster import FixedPools, pool

RESOURCES = documents(
    document("IPPool", "p", "{cidr: 10.244.0.0/24, blockSize: 26}"),
    document("Node", "a", "{bgp: {ipv4Address: 10.4.7.11/24}}"),
)


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore in which node a has three addresses."""
    path = tmp_path / "d.sqlite"
    applied(path, RESOURCES)
    asyncio.run(_give(path))
    return path


async def _give(path: Path) -> None:
    async with await SqliteDatastore.open(path) as opened:
        ipam = Ipam(opened, FixedPools(pool("10.244.0.0/24", 26, "p"), nodes=("a",)))
        await ipam.auto_assign(node="a", handle="h", attributes={}, count=3)


def test_show_lists_each_block(datastore: Path) -> None:
    """As a table and as JSON."""
    header, row = bgpkit_node("ipam", "show", datastore=datastore).out.splitlines()
    assert header.split() == ["BLOCK", "NODE", "IN", "USE", "FREE", "TOTAL"]
    block, *rest = row.split()
    assert block.endswith("/26")
    assert rest == ["a", "3", "61", "64"]
    told = json.loads(bgpkit_node("ipam", "show", "--json", datastore=datastore).out)
    assert told == [{"block": block, "node": "a", "inUse": 3, "free": 61, "total": 64}]


def test_sound_data_have_no_problem(datastore: Path) -> None:
    """Exit code 0."""
    answer = bgpkit_node("ipam", "check", datastore=datastore)
    assert (answer.status, answer.out, answer.err) == (0, "0 problems found\n", "")


def test_a_contradiction_is_named(datastore: Path) -> None:
    """A handle that was lost: exit code 1, and a sentence with the address's owner."""
    connection = sqlite3.connect(datastore)
    with connection:
        connection.execute("DELETE FROM entries WHERE key LIKE '/calico/ipam/v2/handle/%'")
    connection.close()
    answer = bgpkit_node("ipam", "check", datastore=datastore)
    assert answer.status == 1
    *findings, last = answer.out.splitlines()
    assert findings
    assert "h" in findings[0]
    assert last.endswith("found")


def test_an_empty_cluster_has_no_blocks(tmp_path: Path) -> None:
    """A table of headings, an empty list, no problem."""
    applied(tmp_path / "d", RESOURCES)
    assert len(bgpkit_node("ipam", "show", datastore=tmp_path / "d").out.splitlines()) == 1
    assert json.loads(bgpkit_node("ipam", "show", "--json", datastore=tmp_path / "d").out) == []
    assert bgpkit_node("ipam", "check", datastore=tmp_path / "d").status == 0
