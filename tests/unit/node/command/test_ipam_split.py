"""Ipam split: one pool becomes several in one change, and addresses in use stay as they are."""

import json
from pathlib import Path

import pytest

from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.resources import IPPool, kind_of
from tests.support.commands import applied, asked, document
from tests.support.ipam_store import prepared
from tests.support.revisions import revision


@pytest.mark.parametrize("which", [("--name", "p"), ("--cidr=10.244.0.0/24",), ("--name=p", "--cidr=10.244.0.0/24")])
def test_a_pool_is_split(which: tuple[str, ...], tmp_path: Path) -> None:
    """Named after the old one, with all its settings."""
    datastore = prepared(tmp_path / "d")
    before = revision(datastore)
    answer = asked("ipam", "split", "4", *which, datastore=datastore)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "IP Pool p was successfully split into 4 smaller pools.",
        *(f"Created split-p-{n} with CIDR 10.244.0.{64 * n}/26." for n in range(4)),
    ]
    assert revision(datastore) == before + 1
    pools = asked("get", "ippool", "-o", "name", datastore=datastore).out.split()
    assert pools == [f"ippool/split-p-{number}" for number in range(4)]
    one = asked("get", "ippool", "split-p-0", "-o", "yaml", datastore=datastore).out
    assert "blockSize: 26" in one
    assert "uid: " in one
    assert asked("ipam", "check", datastore=datastore).status == 0


async def test_the_parts_have_the_fields_that_this_version_does_not_know(tmp_path: Path) -> None:
    """Whatever another version has said of the pool holds for all of it."""
    datastore = prepared(tmp_path / "d")
    key = kind_of(IPPool).key("p")
    async with await SqliteDatastore.open(datastore) as store:
        stored = await store.get(key)
        assert stored is not None
        document = json.loads(stored.value)
        document["spec"]["later"] = 7
        await store.update(key, json.dumps(document).encode(), stored.revision)
    assert asked("ipam", "split", "2", "--name=p", datastore=datastore).status == 0
    parts = json.loads(asked("get", "ippool", "-o", "json", datastore=datastore).out)["items"]
    assert [(part["metadata"]["name"], part["spec"]["later"]) for part in parts] == [("split-p-0", 7), ("split-p-1", 7)]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("2",), 2, "no name or CIDR provided"),
        (("3", "--name=p"), 2, "number to split CIDR into is not a valid power of 2: 3"),
        (("1", "--name=p"), 2, "is not a valid power of 2: 1"),
        (("8", "--name=p"), 1, "10.244.0.0/24 is not large enough to be split into 8 parts: a block is a /26"),
        (("16777216", "--name=p"), 2, "number to split CIDR into is too large: 16777216; split it into 1024 at most"),
        (("2", "--name=q"), 1, "unable to find IP pool q; there is p (10.244.0.0/24)"),
        (("2", "--cidr=x"), 2, "--cidr: "),
    ],
)
def test_what_cannot_be_split_is_named(words: tuple[str, ...], status: int, sentence: str, tmp_path: Path) -> None:
    """And nothing is changed."""
    datastore = prepared(tmp_path / "d")
    before = revision(datastore)
    asked("ipam", "split", *words, datastore=datastore).assert_refused(sentence, status=status)
    assert revision(datastore) == before


def test_a_pool_of_the_new_name_is_not_overwritten(tmp_path: Path) -> None:
    """It is named."""
    datastore = prepared(tmp_path / "d")
    applied(datastore, document("IPPool", "split-p-1", "{cidr: 10.9.0.0/24}"))
    asked("ipam", "split", "2", "--name=p", datastore=datastore).assert_refused("nothing split: ")
    assert "10.244.0.0/24" in asked("get", "ippool", "p", datastore=datastore).out
