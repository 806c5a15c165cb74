"""The embedded store as its users see it: several processes, watches, death at any moment."""

import asyncio
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bgpkit_node.datastore import (
    Datastore,
    Delete,
    KeyValue,
    Put,
    SqliteDatastore,
    WatchEvent,
    sqlite_file,
    sqlite_pulse,
)
from bgpkit_node.errors import (
    AlreadyExistsError,
    CompactedError,
    ConflictError,
    DatastoreError,
    GoneError,
    NotFoundError,
)

_WRITER = """
import asyncio, sys
from bgpkit_node.datastore import Put, SqliteDatastore

async def main() -> None:
    store = await SqliteDatastore.open(sys.argv[1])
    number = 0
    while True:
        number += 1
        value = str(number).encode() * 500
        await store.transact([Put("/left", value), Put("/right", value), Put(f"/{number % 50}", value)])
        print(number, flush=True)

asyncio.run(main())
"""

_CLOCK = """
import asyncio, sys, time
from bgpkit_node.datastore import Put, SqliteDatastore

async def main() -> None:
    store = await SqliteDatastore.open(sys.argv[1])
    print("ready", flush=True)
    for line in sys.stdin:
        await store.transact([Put("/clock", str(time.monotonic_ns()).encode())])
    await store.close()

asyncio.run(main())
"""

_COUNTER = """
import asyncio, sys
from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.errors import ConflictError

async def main() -> None:
    store = await SqliteDatastore.open(sys.argv[1])
    done = 0
    while done < 100:
        found = await store.get("/counter")
        try:
            await store.update("/counter", str(int(found.value) + 1).encode(), found.revision)
            done += 1
        except ConflictError:
            pass
    await store.close()

asyncio.run(main())
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteDatastore]:
    """Give a fresh store."""
    async with await SqliteDatastore.open(tmp_path / "store.db") as store:
        yield store


async def test_the_store_is_a_datastore(store: Datastore) -> None:
    """Create, update and delete follow the revisions, as the port says."""
    assert await store.create("/a", b"1") == 1
    with pytest.raises(AlreadyExistsError):
        await store.create("/a", b"1")
    assert await store.update("/a", b"2", 1) == 2
    with pytest.raises(ConflictError):
        await store.update("/a", b"3", 1)
    assert await store.get("/a") == KeyValue("/a", b"2", 2)
    with pytest.raises(ConflictError):
        await store.delete("/a", 1)
    await store.delete("/a", 2)
    with pytest.raises(NotFoundError):
        await store.delete("/a")
    with pytest.raises(NotFoundError):
        await store.update("/a", b"3", 2)
    assert await store.list("/") == (3, ())


async def test_update_wants_a_revision(store: SqliteDatastore) -> None:
    """0 stands for a key that is not there, which create is for."""
    with pytest.raises(ValueError, match="1 or more"):
        await store.update("/a", b"", 0)


async def test_a_watch_begins_where_the_list_ended(store: SqliteDatastore) -> None:
    """Nothing is missed between both, and nothing comes twice."""
    await store.create("/a/1", b"x")
    revision, _ = await store.list("/a/")
    await store.transact([Put("/a/2", b"y"), Put("/b", b""), Delete("/a/1")])
    await store.create("/a/3", b"z")
    async with asyncio.timeout(10), aclosing(store.watch("/a/", revision)) as watch:
        assert await anext(watch) == (WatchEvent("/a/2", b"y", 2), WatchEvent("/a/1", None, 2))
        assert await anext(watch) == (WatchEvent("/a/3", b"z", 3),)


async def test_a_watch_waits_for_what_comes(store: SqliteDatastore) -> None:
    """A change made while a watch waits wakes it."""
    async with asyncio.timeout(10), aclosing(store.watch("/", 0)) as watch:
        waiting = asyncio.ensure_future(anext(watch))
        await store.create("/a", b"x")
        assert await waiting == (WatchEvent("/a", b"x", 1),)


async def test_a_watch_is_in_order_while_others_write_and_its_reader_is_slow(tmp_path: Path) -> None:
    """What this process wrote while a batch was looked at comes before what somebody else wrote after that."""
    path = tmp_path / "state.db"
    async with (
        asyncio.timeout(10),
        await SqliteDatastore.open(path) as store,
        await SqliteDatastore.open(path) as other,
        aclosing(store.watch("/", 0)) as watch,
    ):
        await store.create("/1", b"")
        await anext(watch)
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)  # it waits, and is told
        await store.create("/2", b"")
        await waiting
        await store.create("/3", b"")
        await other.create("/4", b"")
        await store.create("/5", b"")
        assert [event.key for _ in range(3) for event in await anext(watch)] == ["/3", "/4", "/5"]


async def test_a_watch_begins_anew_after_one_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that was full for a moment must not end the changes for ever."""

    def refuse(path: Path, *, create: bool) -> sqlite3.Connection:
        """Fail, and only once."""
        monkeypatch.setattr(sqlite_pulse, "connect", sqlite_file.connect)
        raise DatastoreError(f"{path}: the disk is full, {create}")

    async with (
        await SqliteDatastore.open(tmp_path / "db") as store,
        await SqliteDatastore.open(tmp_path / "db") as other,
    ):
        monkeypatch.setattr(sqlite_pulse, "connect", refuse)
        with pytest.raises(DatastoreError, match="the disk is full"):
            await anext(store.watch("/", 0))
        watch = store.watch("/", 0)
        seen = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        await other.create("/a", b"1")
        assert await asyncio.wait_for(seen, 5) == (WatchEvent("/a", b"1", 1),)
        await watch.aclose()


def _move(path: Path, to: Path) -> None:
    """Move a store's file, which must be at its place and nowhere else."""
    assert not to.exists()
    path.rename(to)


def _remove(path: Path) -> None:
    """Remove a store with all that belongs to it."""
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


async def test_a_file_that_is_gone_is_an_error_until_there_is_one_again(tmp_path: Path) -> None:
    """Nothing is written to a file without a name; moved back it is as it was, to the last change."""
    path = tmp_path / "db"
    async with await SqliteDatastore.open(path) as store, asyncio.timeout(20):
        await store.create("/a", b"1")
        seen = asyncio.ensure_future(anext(store.watch("/", 1)))
        await asyncio.sleep(0)
        _move(path, tmp_path / "aside")
        for call in (store.get("/a"), store.create("/b", b"2"), seen):
            with pytest.raises(GoneError, match="db was removed, moved away or replaced while it was in use"):
                await call
        _move(tmp_path / "aside", path)
        assert await store.create("/b", b"2") == 2
        assert [pair.key for pair in (await store.list("/"))[1]] == ["/a", "/b"]


async def test_another_file_in_its_place_is_used_from_then_on(tmp_path: Path) -> None:
    """Its changes are told to who begins anew, also where its revisions are higher than those of the one before."""
    path = tmp_path / "db"
    async with await SqliteDatastore.open(path) as store, asyncio.timeout(20):
        await store.create("/a", b"1")
        watch = store.watch("/", 1)
        seen = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        _remove(path)
        async with await SqliteDatastore.open(path) as other:
            for number in range(5):
                await other.create(f"/other/{number}", b"")
            with pytest.raises((GoneError, CompactedError)):
                await seen
            revision, found = await store.list("/")
            assert (revision, len(found)) == (5, 5)
            assert await store.create("/mine", b"") == 6
            assert await other.get("/mine")
            async with aclosing(store.watch("/", 6)) as again:
                at = await other.create("/last", b"")
                assert await anext(again) == (WatchEvent("/last", b"", at),)


async def test_own_changes_are_seen_without_the_pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They need not wait for the next look at the file."""
    monkeypatch.setattr(sqlite_pulse, "POLL_SECONDS", 1000)
    store = await SqliteDatastore.open(tmp_path / "store.db")
    async with store, asyncio.timeout(10), aclosing(store.watch("/", 0)) as watch:
        for number in range(1, 4):
            waiting = asyncio.ensure_future(anext(watch))
            await store.transact([Put("/a", b"x")])
            assert await waiting == (WatchEvent("/a", b"x", number),)


async def test_a_change_of_another_process_is_seen_within_50_ms(store: SqliteDatastore, tmp_path: Path) -> None:
    """The writer puts the machine's clock into the value; the median of 21 is what counts on a busy machine."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _CLOCK, str(tmp_path / "store.db")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    delays: list[float] = []
    async with asyncio.timeout(30), aclosing(store.watch("/clock", 0)) as watch:
        assert await process.stdout.readline() == b"ready\n"
        for _ in range(21):
            process.stdin.write(b"write\n")
            (event,) = await anext(watch)
            delays.append((time.monotonic_ns() - int(event.value or b"0")) / 1e6)
        process.stdin.close()
        assert await process.wait() == 0
    assert statistics.median(delays) < 50


async def test_a_watch_from_a_forgotten_revision_says_so(
    tmp_path: Path,
) -> None:
    """The caller lists again and goes on from there."""
    async with await SqliteDatastore.open(tmp_path / "store.db", kept_changes=10) as store:
        for number in range(300):
            await store.transact([Put("/a", str(number).encode())])
        with pytest.raises(CompactedError):
            await anext(store.watch("/", 1))
        revision, _ = await store.list("/")
        await store.create("/b", b"")
        async with asyncio.timeout(10), aclosing(store.watch("/", revision)) as watch:
            assert await anext(watch) == (WatchEvent("/b", b"", 301),)


async def test_closing_ends_the_watches(tmp_path: Path) -> None:
    """Nobody waits for a store that is gone."""
    store = await SqliteDatastore.open(tmp_path / "store.db")

    async def follow() -> int:
        return sum([len(batch) async for batch in store.watch("/", 0)])

    await store.create("/a", b"")
    following = asyncio.create_task(follow())
    async with asyncio.timeout(10), aclosing(store.watch("/", 0)) as watch:
        await anext(watch)
        await store.close()
        assert await following <= 1


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    """Closing twice is allowed, using it afterwards is not."""
    store = await SqliteDatastore.open(tmp_path / "store.db")
    await store.close()
    await store.close()
    with pytest.raises(DatastoreError, match="is closed"):
        await store.get("/a")


async def test_a_writer_that_waits_for_the_lock_does_not_hold_up_the_loop(
    store: SqliteDatastore, tmp_path: Path
) -> None:
    """While another process holds the write lock, reads go on and timers fire."""
    async with await SqliteDatastore.open(tmp_path / "store.db") as other:
        await store.create("/a", b"before")
        locker = sqlite3_lock(tmp_path / "store.db")
        writing = asyncio.create_task(other.transact([Put("/a", b"after")]))
        for _ in range(20):
            found = await other.get("/a")
            assert found
            assert found.value == b"before"
        assert not writing.done()
        assert locker.stdin
        locker.stdin.close()
        assert locker.wait() == 0
        assert await writing == 2


def sqlite3_lock(path: Path) -> subprocess.Popen[bytes]:
    """Start a process that holds the write lock until its standard input closes."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE');"
        "print('locked', flush=True); sys.stdin.read(); c.execute('ROLLBACK')"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"locked\n"
    process.stdout.close()
    return process


async def test_many_processes_lose_no_update(store: SqliteDatastore, tmp_path: Path) -> None:
    """Three processes count to 100 each by compare-and-swap on one key: the sum is there."""
    await store.create("/counter", b"0")
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", _COUNTER, str(tmp_path / "store.db"))
        for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert await store.get("/counter") == KeyValue("/counter", b"300", 301)


@pytest.mark.parametrize("lines", [1, 40, 150])
async def test_a_writer_killed_at_any_moment_leaves_a_whole_store(tmp_path: Path, lines: int) -> None:
    """After SIGKILL in the middle of writing, all that was acknowledged is there and no transaction is half there."""
    path = tmp_path / "store.db"
    writer = await asyncio.create_subprocess_exec(
        sys.executable, *("-c", _WRITER, str(path)), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout
    last = b""
    for _ in range(lines):
        last = await writer.stdout.readline()
    writer.kill()
    rest = await writer.stdout.read()
    assert await writer.wait() == -signal.SIGKILL
    acknowledged = int((last + rest).split()[-1])
    async with await SqliteDatastore.open(path) as store:
        revision, found = await store.list("/")
        values = {entry.key: entry.value for entry in found}
        assert acknowledged <= revision <= acknowledged + 1
        assert values["/left"] == values["/right"] == values[f"/{revision % 50}"] == str(revision).encode() * 500
        async with asyncio.timeout(10), aclosing(store.watch("/", 0)) as watch:
            for number in range(1, revision + 1):
                assert {event.revision for event in await anext(watch)} == {number}
        assert await store.transact([Put("/left", b"alive")]) == revision + 1


async def test_a_watch_that_is_cancelled_as_it_begins_leaves_no_thread(tmp_path: Path) -> None:
    """Its thread would call a loop that is closed by then."""
    for turns in range(12):
        async with await SqliteDatastore.open(tmp_path / f"{turns}.sqlite") as store:
            coming = asyncio.ensure_future(anext(store.watch("/", 0)))
            for _ in range(turns):
                await asyncio.sleep(0)
            coming.cancel()
            await asyncio.wait([coming])
        assert [thread.name for thread in threading.enumerate() if thread.name == "datastore-pulse"] == []
