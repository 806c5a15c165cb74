"""Nothing is missed between reading and following, nor when the datastore has forgotten what has changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bgpkit_node.datastore import Put, SqliteDatastore, WatchEvent, read_and_watch
from bgpkit_node.errors import DatastoreError


class Reader:
    """Knows the keys under a prefix, as a follower does."""

    def __init__(self, datastore: SqliteDatastore) -> None:
        """Know nothing."""
        self._datastore = datastore
        self.known: set[str] = set()
        self.readings = 0

    async def read(self) -> int:
        """Read all there is."""
        revision, found = await self._datastore.list("/a/")
        self.known = {each.key for each in found}
        self.readings += 1
        return revision

    def take(self, batch: tuple[WatchEvent, ...]) -> None:
        """Take changes in."""
        self.known |= {event.key for event in batch}


@pytest.fixture
async def datastore(tmp_path: Path) -> AsyncIterator[SqliteDatastore]:
    """Give a fresh datastore that forgets its changes quickly."""
    async with await SqliteDatastore.open(tmp_path / "store.db", kept_changes=5) as datastore:
        yield datastore


async def test_what_is_there_comes_first_then_each_transaction_under_the_prefix(datastore: SqliteDatastore) -> None:
    """What was written between the reading and the first look at changes is not missed; other keys are not told."""
    await datastore.create("/a/1", b"")
    reader = Reader(datastore)
    async with asyncio.timeout(20), aclosing(read_and_watch(datastore, "/a/", reader.read)) as batches:
        assert await anext(batches) == ()
        assert reader.known == {"/a/1"}
        await datastore.create("/b/1", b"")
        await datastore.transact([Put("/a/2", b""), Put("/a/3", b""), Put("/b/2", b"")])
        assert [event.key for event in await anext(batches)] == ["/a/2", "/a/3"]
    assert reader.readings == 1


async def test_what_the_datastore_has_forgotten_is_read_again(datastore: SqliteDatastore) -> None:
    """As many times as it takes; the log tells why."""
    reader = Reader(datastore)
    with capture_logs() as logs:
        async with asyncio.timeout(30), aclosing(read_and_watch(datastore, "/a/", reader.read)) as batches:
            await anext(batches)
            await datastore.create("/a/1", b"")
            reader.take(await anext(batches))
            async with await SqliteDatastore.open(datastore.path, kept_changes=1) as anothers:
                for number in range(600):
                    await anothers.transact([Put("/b/1", str(number).encode())])
                await anothers.create("/a/2", b"")
                await anothers.transact([Put("/b/1", b"")])
            while batch := await anext(batches):
                reader.take(batch)
    assert (reader.readings, reader.known) == (2, {"/a/1", "/a/2"})
    assert [each["prefix"] for each in logs if each["event"] == "datastore.read_again"] == ["/a/"]


async def test_it_ends_with_the_datastore_and_with_what_the_reading_raises(datastore: SqliteDatastore) -> None:
    """The caller hears the error as it is."""
    reader = Reader(datastore)
    async with asyncio.timeout(20), aclosing(read_and_watch(datastore, "/a/", reader.read)) as batches:
        await anext(batches)
        await datastore.close()
        assert [batch async for batch in batches] == []
    async with aclosing(read_and_watch(datastore, "/a/", reader.read)) as batches:
        with pytest.raises(DatastoreError):
            await anext(batches)
