"""What stands below a prefix is known, each change with it, and after a reading anew what has gone meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bgpkit_node.datastore import Delete, Put, SqliteDatastore
from bgpkit_node.datastore.known_keys import KnownKeys


@pytest.fixture
async def datastore(tmp_path: Path) -> AsyncIterator[SqliteDatastore]:
    """Give a fresh datastore that forgets its changes quickly."""
    async with await SqliteDatastore.open(tmp_path / "store.db", kept_changes=5) as datastore:
        yield datastore


async def test_values_are_those_below_the_prefix_and_each_change_names_its_keys(datastore: SqliteDatastore) -> None:
    """What is written, written over and deleted in one transaction comes together."""
    await datastore.transact([Put("/a/1", b"x"), Put("/a/2", b"y"), Put("/b/1", b"z")])
    known = KnownKeys(datastore, "/a/")
    async with asyncio.timeout(20), aclosing(known.changes()) as changes:
        assert await anext(changes) == {"/a/1", "/a/2"}
        revision = await datastore.transact([Put("/a/3", b"new"), Put("/a/1", b"over"), Delete("/a/2"), Delete("/b/1")])
        assert await anext(changes) == {"/a/1", "/a/2", "/a/3"}
        _, found = await datastore.list("/a/")
        assert tuple(known.values[key] for key in sorted(known.values)) == found
        assert known.values["/a/1"].revision == revision


async def test_what_went_while_nobody_followed_is_among_the_changes(datastore: SqliteDatastore) -> None:
    """As after an outage, in which the datastore may have forgotten its changes."""
    await datastore.transact([Put("/a/1", b"x"), Put("/a/2", b"y")])
    known = KnownKeys(datastore, "/a/")
    async with asyncio.timeout(20), aclosing(known.changes()) as changes:
        await anext(changes)
    await datastore.delete("/a/1")
    async with asyncio.timeout(20), aclosing(known.changes()) as changes:
        assert await anext(changes) == {"/a/1", "/a/2"}
    assert known.values.keys() == {"/a/2"}
