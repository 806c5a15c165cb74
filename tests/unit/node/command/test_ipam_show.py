"""Ipam show: calicoctl's tables in both looks. calico.md, section 4."""

import json
from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document, documents
from tests.support.ipam_store import RESOURCES, change, give, prepared


@pytest.fixture(scope="module")
def datastore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a datastore in which node a has three addresses, and an address is reserved."""
    path = prepared(tmp_path_factory.mktemp("show") / "d")
    applied(path, document("IPReservation", "r", "{reservedCIDRs: [10.244.0.250/32]}"))
    return path


@pytest.fixture(scope="module")
def block(datastore: Path) -> str:
    """Give the block of node a."""
    (told,) = json.loads(asked("ipam", "show", "--json", datastore=datastore).out)
    assert told == {"block": told["block"], "node": "a", "inUse": 3, "free": 61, "total": 64}
    return str(told["block"])


def test_pools_are_shown_and_on_demand_their_blocks(datastore: Path, block: str) -> None:
    """In the present look: numbers to the right, with what is reserved and what cools."""
    pool = "| IP Pool  | 10.244.0.0/24   |       256 |     3 (1%) |       1 (0%) | 252 (98%) |      0 (0%) |"
    rule = "+----------+-----------------+-----------+------------+--------------+-----------+-------------+"
    answer = asked("ipam", "show", "--show-blocks", datastore=datastore).out.splitlines()
    kept = "1 (2%)" if block == "10.244.0.192/26" else "0 (0%)"
    free = "60 (94%)" if kept[0] == "1" else "61 (95%)"
    width = max(len(block), len("10.244.0.0/24"))
    assert answer[1].split() == [
        "|",
        "GROUPING",
        "|",
        "CIDR",
        "|",
        "IPS",
        "TOTAL",
        "|",
        "IPS",
        "IN",
        "USE",
        "|",
        "IPS",
        "RESERVED",
        "|",
        "IPS",
        "FREE",
        "|",
        "IPS",
        "COOLING",
        "|",
    ]
    assert answer[3].split() == pool.split()
    assert answer[4].split() == f"| Block | {block} | 64 | 3 (5%) | {kept} | {free} | 0 (0%) |".split()
    assert len(answer[0]) == len(rule) - len("10.244.0.192/26") + width
    alone = asked("ipam", "show", datastore=datastore).out
    assert "| Block" not in alone


def test_the_old_look_is_that_of_3_9(datastore: Path, block: str) -> None:
    """Headings in the middle, only the total to the right."""
    answer = asked("ipam", "show", "--show-blocks", "--compat", "3.9", datastore=datastore).out
    width = max(len(block), len("10.244.0.0/24"))
    rule = f"+----------+-{'-' * width}-+-----------+------------+-----------+"
    left = (width - 4) // 2
    assert answer.splitlines() == [
        rule,
        f"| GROUPING | {(' ' * left + 'CIDR').ljust(width)} | IPS TOTAL | IPS IN USE | IPS FREE  |",
        rule,
        f"| IP Pool  | {'10.244.0.0/24'.ljust(width)} |       256 | 3 (1%)     | 253 (99%) |",
        f"| Block    | {block.ljust(width)} |        64 | 3 (5%)     | 61 (95%)  |",
        rule,
    ]


def test_an_address_is_told_with_its_owner(datastore: Path, block: str) -> None:
    """Or that it is not assigned: that is an answer, too."""
    address = block.replace(".0/26", ".0").partition("/")[0]
    answer = asked("ipam", "show", "--ip", address, datastore=datastore)
    assert answer.out.splitlines() == [
        f"IP {address} is in use",
        "Handle ID: h",
        "Active Owner Attributes:",
        "  namespace: default",
        "  node: a",
        "  pod: nginx",
        "  timestamp: 2026-11-29T08:00:00+00:00",
    ]
    old = asked("ipam", "show", f"--ip={address}", "--compat=3.9", datastore=datastore)
    assert old.out.splitlines()[:3] == [f"IP {address} is in use", "Attributes:", "  namespace: default"]
    free = asked("ipam", "show", "--ip", "10.9.9.9", datastore=datastore)
    assert (free.status, free.out) == (0, "10.9.9.9 is not assigned\n")
    wrong = asked("ipam", "show", "--ip", "10.9.9", datastore=datastore)
    wrong.assert_refused("--ip: '10.9.9' is not an IP address", status=2)


def test_borrowed_addresses_are_shown_with_both_nodes(tmp_path: Path) -> None:
    """And those of which nobody knows the node are counted."""
    pool = document("IPPool", "p", "{cidr: 10.244.0.0/28, blockSize: 28}")
    nodes = (document("Node", name, "{}") for name in "ab")
    applied(tmp_path / "d", documents(pool, *nodes))
    give(tmp_path / "d", "a", "h")
    (address,) = give(tmp_path / "d", "b", "k")
    give(tmp_path / "d", "b", "t", attributes={"type": "ipipTunnelAddress"})
    answer = asked("ipam", "show", "--show-borrowed", datastore=tmp_path / "d").out.splitlines()
    assert answer[1].split("|")[1:-1] == [
        " IP         ",
        " BORROWING-NODE ",
        " BLOCK         ",
        " BLOCK OWNER ",
        " TYPE              ",
        " ALLOCATED-TO  ",
    ]
    assert answer[3].split() == f"| {address} | b | 10.244.0.0/28 | a | pod | default/nginx |".split()
    assert answer[4].split()[-5:] == ["|", "ipipTunnelAddress", "|", "|"][-5:] or "ipipTunnelAddress" in answer[4]
    change(
        tmp_path / "d",
        'UPDATE entries SET value = replace(value, \'"node":"b"\', \'"n":"b"\') WHERE key LIKE \'%/block/%\'',
    )
    told = asked("ipam", "show", "--show-borrowed", datastore=tmp_path / "d").out
    assert "Note: found 2 IP allocations without an explicit node association." in told


def test_nothing_borrowed_is_an_empty_table(datastore: Path) -> None:
    """As calicoctl's issue 6206 shows it."""
    answer = asked("ipam", "show", "--show-borrowed", datastore=datastore).out.splitlines()
    assert answer == [
        "+----+----------------+-------+-------------+------+--------------+",
        "| IP | BORROWING-NODE | BLOCK | BLOCK OWNER | TYPE | ALLOCATED-TO |",
        "+----+----------------+-------+-------------+------+--------------+",
        "+----+----------------+-------+-------------+------+--------------+",
    ]


def test_an_empty_cluster_has_its_pools_and_no_blocks(tmp_path: Path) -> None:
    """All of them free."""
    applied(tmp_path / "d", RESOURCES)
    assert (
        "|       256 |     0 (0%) |       0 (0%) | 256 (100%) |" in asked("ipam", "show", datastore=tmp_path / "d").out
    )
    assert json.loads(asked("ipam", "show", "--json", datastore=tmp_path / "d").out) == []
