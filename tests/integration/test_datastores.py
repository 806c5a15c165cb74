"""The datastore's port, kept by every datastore there is: the embedded one, a real etcd, and the tests' own."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import aclosing
from pathlib import Path
from typing import cast

import pytest

from bgpkit_node.datastore import Datastore, Delete, KeyValue, Operation, Put, SqliteDatastore, Unchanged, WatchEvent
from bgpkit_node.datastore.etcd import EtcdDatastore
from bgpkit_node.errors import AlreadyExistsError, CompactedError, ConflictError, DatastoreError, NotFoundError
from tests.support.etcd_cluster import EtcdCluster
from tests.support.memory_datastore import MemoryDatastore

pytestmark = pytest.mark.xdist_group("etcd")

_numbers = itertools.count()


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Generator[EtcdCluster]:
    """Give an etcd of one member that talks TLS."""
    cluster = EtcdCluster(tmp_path_factory.mktemp("etcd"), tls=True)
    yield cluster
    cluster.stop()


@pytest.fixture(params=["memory", "sqlite", "etcd"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Datastore]:
    """Give a datastore of each kind, one after the other."""
    kind: str = request.param
    opened: Datastore
    if kind == "memory":
        opened = MemoryDatastore()
    elif kind == "sqlite":
        opened = await SqliteDatastore.open(tmp_path / "store.db")
    else:
        cluster: EtcdCluster = request.getfixturevalue("etcd")
        opened = await EtcdDatastore.open(cluster.settings(), warn=pytest.fail)
    yield opened
    await opened.close()


@pytest.fixture
def root() -> str:
    """Give the beginning of keys that nobody else uses."""
    return f"/suite/{next(_numbers)}/"


def _watch(store: Datastore, prefix: str, revision: int) -> AsyncGenerator[tuple[WatchEvent, ...], None]:
    return cast(AsyncGenerator[tuple[WatchEvent, ...], None], store.watch(prefix, revision))


async def test_create_update_and_delete_follow_the_revisions(store: Datastore, root: str) -> None:
    """Each change has the next revision, and each expectation is kept."""
    key = root + "a"
    first = await store.create(key, b"1")
    with pytest.raises(AlreadyExistsError, match=f"{key} exists"):
        await store.create(key, b"1")
    assert await store.update(key, b"2", first) == first + 1
    with pytest.raises(ConflictError) as conflict:
        await store.update(key, b"3", first)
    assert (conflict.value.key, conflict.value.expected, conflict.value.found) == (key, first, first + 1)
    assert await store.get(key) == KeyValue(key, b"2", first + 1)
    with pytest.raises(ConflictError):
        await store.delete(key, first)
    await store.delete(key, first + 1)
    with pytest.raises(NotFoundError):
        await store.delete(key)
    with pytest.raises(NotFoundError):
        await store.update(key, b"3", first + 1)
    assert await store.list(root) == (first + 2, ())


async def test_all_of_a_transaction_has_one_revision(store: Datastore, root: str) -> None:
    """It is one event in the life of the store, and in a watch one tuple, in the order in which it was given."""
    await store.create(root + "a/1", b"x")
    before, _ = await store.list(root)
    at = await store.transact([Put(root + "a/2", b"y"), Put(root + "b", b""), Delete(root + "a/1")])
    assert at == before + 1
    await store.create(root + "a/3", b"z")
    assert await store.list(root) == (
        at + 1,
        (KeyValue(root + "a/2", b"y", at), KeyValue(root + "a/3", b"z", at + 1), KeyValue(root + "b", b"", at)),
    )
    async with asyncio.timeout(10), aclosing(_watch(store, root + "a/", before)) as watch:
        assert await anext(watch) == (WatchEvent(root + "a/2", b"y", at), WatchEvent(root + "a/1", None, at))
        assert await anext(watch) == (WatchEvent(root + "a/3", b"z", at + 1),)


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        (Put("there", b"x", 0), AlreadyExistsError),
        (Put("there", b"x", 1 << 40), ConflictError),
        (Put("missing", b"x", 1), NotFoundError),
        (Delete("there", 1 << 40), ConflictError),
        (Delete("missing", 1), NotFoundError),
        (Delete("missing"), NotFoundError),
        (Unchanged("th", 0), ConflictError),
        (Unchanged("", 0), ConflictError),
    ],
)
async def test_one_unmet_expectation_leaves_everything_as_it_was(
    store: Datastore, root: str, operation: Operation, error: type[Exception]
) -> None:
    """Nothing of the transaction is written, not even what stands before the failing operation."""
    at = await store.create(root + "there", b"old")
    match operation:
        case Put(key, value, expected):
            operation = Put(root + key, value, expected)
        case Delete(key, expected):
            operation = Delete(root + key, expected)
        case Unchanged(prefix, revision):
            operation = Unchanged(root + prefix, revision)
    with pytest.raises(error):
        await store.transact([Put(root + "other", b"x"), operation])
    assert await store.list(root) == (at, (KeyValue(root + "there", b"old", at),))


async def test_met_expectations_let_a_transaction_through(store: Datastore, root: str) -> None:
    """Each kind of expectation can be met; what only compares takes no revision."""
    at = await store.transact([Put(root + "a", b"1", 0), Put(root + "b", b"1", 0)])
    operations: list[Operation] = [Unchanged(root, at)]
    operations += [Put(root + "a", b"2", at), Delete(root + "b", at), Put(root + "c", b"3", 0)]
    assert await store.transact(operations) == at + 1
    assert (await store.list(root))[1] == (KeyValue(root + "a", b"2", at + 1), KeyValue(root + "c", b"3", at + 1))
    assert await store.transact([Unchanged("/suite/", at + 1)]) == at + 1
    assert await store.transact([]) == at + 1


async def test_nobody_sees_how_a_store_keeps_its_own_books(store: Datastore, root: str) -> None:
    """Whoever lists, watches or guards everything sees what callers wrote, and nothing else."""
    before, _ = await store.list("")
    at = await store.transact([Put(root + "a", b"1")])
    assert [pair.key for pair in (await store.list(""))[1] if not pair.key.startswith("/suite/")] == []
    assert await store.transact([Unchanged("", at), Unchanged("/calico/", before), Put(root + "b", b"")]) == at + 1
    async with asyncio.timeout(10), aclosing(_watch(store, "", before)) as watch:
        assert await anext(watch) == (WatchEvent(root + "a", b"1", at),)
        assert await anext(watch) == (WatchEvent(root + "b", b"", at + 1),)


async def test_a_prefix_holds_exactly_the_keys_that_begin_with_it(store: Datastore, root: str) -> None:
    """Neighbours in the order of keys stay out, whatever characters follow the prefix; order is by code point."""
    keys = [root + key for key in ("a", "a/", "a/\U0010fffe", "a/b", "a0", "b/", "a/ü", "A/b")]
    await store.transact([Put(key, b"") for key in keys])
    _, found = await store.list(root + "a/")
    assert [pair.key for pair in found] == sorted(key for key in keys if key.startswith(root + "a/"))


async def test_two_writes_of_one_key_in_a_transaction_are_a_callers_mistake(store: Datastore, root: str) -> None:
    """There would be no order in which a watcher could understand them."""
    with pytest.raises(ValueError, match="write"):
        await store.transact([Put(root + "a", b"1"), Delete(root + "a")])


async def test_a_waiting_watch_wakes(store: Datastore, root: str) -> None:
    """A change made while a watch waits is told, one made elsewhere is not."""
    before, _ = await store.list(root)
    async with asyncio.timeout(10), aclosing(_watch(store, root, before)) as watch:
        waiting = asyncio.ensure_future(anext(watch))
        await store.create(root.replace("suite", "other"), b"x")
        at = await store.create(root + "a", b"x")
        assert await waiting == (WatchEvent(root + "a", b"x", at),)


async def test_a_revision_from_the_future_means_another_store(store: Datastore, root: str) -> None:
    """A store that was replaced by an older one makes its watchers list again."""
    revision, _ = await store.list(root)
    async with asyncio.timeout(10):
        with pytest.raises(CompactedError):
            await anext(_watch(store, root, revision + 1000))


async def test_many_tasks_lose_no_update(store: Datastore, root: str) -> None:
    """Ten tasks count to 20 each by compare-and-swap on one key: the sum is there."""
    await store.create(root + "counter", b"0")

    async def count() -> None:
        done = 0
        while done < 20:
            found = await store.get(root + "counter")
            assert found
            try:
                await store.update(root + "counter", str(int(found.value) + 1).encode(), found.revision)
                done += 1
            except ConflictError:
                await asyncio.sleep(0)

    await asyncio.gather(*(count() for _ in range(10)))
    found = await store.get(root + "counter")
    assert found
    assert found.value == b"200"


async def test_closing_ends_watches_and_refuses_calls(store: Datastore, root: str) -> None:
    """Nobody waits for a store that is gone; closing twice is allowed."""
    before, _ = await store.list(root)

    async def follow() -> list[tuple[WatchEvent, ...]]:
        return [batch async for batch in store.watch(root, before)]

    following = asyncio.create_task(follow())
    await store.create(root + "a", b"")
    async with asyncio.timeout(10), aclosing(_watch(store, root, before)) as watch:
        await anext(watch)
    await store.close()
    async with asyncio.timeout(10):
        assert len(await following) <= 1
    with pytest.raises(DatastoreError, match="closed"):
        await store.get(root)
    await store.close()
