"""etcd when its members die, fall silent, restart and forget: nothing acknowledged is lost, nothing is done twice."""

import asyncio
import dataclasses
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import aclosing
from typing import cast

import pytest

from bgpkit_node.datastore import Datastore, Delete, Operation, Put, WatchEvent
from bgpkit_node.datastore.etcd import EtcdDatastore, connection, patience, watcher
from bgpkit_node.errors import AlreadyExistsError, CompactedError, ConflictError, DatastoreError, UnreachableError
from bgpkit_node.resources import IPPool, Metadata, ResourceStore
from bgpkit_node.resources.ip_pool import IPPoolSpec
from tests.support.deaf_proxy import DeafProxy
from tests.support.etcd_cluster import HOST, EtcdCluster, Member
from tests.support.processes import wait_until

pytestmark = [pytest.mark.xdist_group("etcd"), pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Generator[EtcdCluster]:
    """Give a cluster of three members that talk TLS."""
    cluster = EtcdCluster(tmp_path_factory.mktemp("etcd"), 3, tls=True)
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(three: EtcdCluster) -> Generator[EtcdCluster]:
    """Give the cluster whole, and make it whole again after the test."""
    yield three
    for member in three.members:
        if member.process.is_running:
            member.thaw()
        else:
            member.start()
    wait_until(lambda: three.leader() is not None, "etcd has a leader again", 30)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let endpoints that say nothing be left soon."""
    monkeypatch.setattr(connection, "ATTEMPT", 1.0)
    monkeypatch.setattr(patience, "PATIENCE", 3.0)
    monkeypatch.setattr(watcher, "SILENCE", 0.5)


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stores begin with the first of their endpoints, not with any."""

    def zero(_number: int) -> int:
        """Draw the first."""
        return 0

    monkeypatch.setattr(secrets, "randbelow", zero)


@pytest.fixture
async def store(cluster: EtcdCluster) -> AsyncIterator[EtcdDatastore]:
    """Give a store that knows all members."""
    async with await EtcdDatastore.open(cluster.settings(), warn=pytest.fail) as opened:
        yield opened


async def _open_at(cluster: EtcdCluster, *members: Member) -> EtcdDatastore:
    """Open a store that knows some members only."""
    endpoints = tuple(f"{cluster.scheme}://{HOST}:{member.client}" for member in members)
    return await EtcdDatastore.open(dataclasses.replace(cluster.settings(), endpoints=endpoints), warn=pytest.fail)


async def _until(condition: Callable[[], bool], what: str) -> None:
    """Look until a condition holds, while other tasks go on."""
    await asyncio.to_thread(wait_until, condition, what, 30)


def _watch(store: Datastore, prefix: str, revision: int) -> AsyncGenerator[tuple[WatchEvent, ...], None]:
    return cast(AsyncGenerator[tuple[WatchEvent, ...], None], store.watch(prefix, revision))


class Load:
    """Tasks that write all the time, and what they were told."""

    def __init__(self, store: Datastore, root: str) -> None:
        """Write below ``root``."""
        self.store = store
        self.root = root
        self.counted = 0
        self.created: list[str] = []
        self.new = 0
        """How many of both since someone set it to 0."""
        self.ending = False

    async def count(self) -> None:
        """Count on one key by compare-and-swap."""
        while not self.ending:
            found = await self.store.get(f"{self.root}counter")
            assert found
            try:
                await self.store.update(found.key, str(int(found.value) + 1).encode(), found.revision)
                self.counted += 1
                self.new += 1
            except ConflictError:
                await asyncio.sleep(0)

    async def create(self, name: str) -> None:
        """Create one key after the other, which nobody else does: each must be new."""
        number = 0
        while not self.ending:
            key = f"{self.root}new/{name}/{number:05}"
            await self.store.create(key, b"")
            self.created.append(key)
            self.new += 1
            number += 1


async def test_a_leader_killed_under_load_loses_nothing_and_nothing_is_done_twice(
    cluster: EtcdCluster, store: EtcdDatastore
) -> None:
    """Each acknowledged step of a counter counts once, each created key is there, a watch tells each once, in order."""
    root = "/load/"
    await store.create(f"{root}counter", b"0")
    before, _ = await store.list(root)
    told: list[WatchEvent] = []
    load = Load(store, root)

    async def follow() -> None:
        async for batch in store.watch(f"{root}new/", before):
            told.extend(batch)

    following = asyncio.create_task(follow())
    writing = [asyncio.create_task(load.count()) for _ in range(3)]
    writing += [asyncio.create_task(load.create(str(number))) for number in range(8)]
    for _ in range(2):
        await _until(lambda: load.new > 100, "the load is on")
        leader = await asyncio.to_thread(cluster.leader)
        assert leader
        leader.kill()
        load.new = 0
        await _until(lambda: load.new > 200, "writing goes on")
        load.new = 0
        leader.start()
        await _until(lambda: cluster.leader() is not None, "there is a leader")
    load.ending = True
    await asyncio.gather(*writing)
    counter = await store.get(f"{root}counter")
    assert counter
    assert int(counter.value) == load.counted > 10
    _, found = await store.list(f"{root}new/")
    assert [pair.key for pair in found] == sorted(load.created)
    await _until(lambda: len(told) >= len(load.created), "all is told")
    following.cancel()
    assert sorted(event.key for event in told) == sorted(load.created)
    assert [event.revision for event in told] == sorted(event.revision for event in told)


@pytest.mark.parametrize(
    ("operation", "left"),
    [(Put("/lost/new", b"2", 0), b"2"), (Put("/lost/old", b"2"), b"2"), (Delete("/lost/old"), None)],
)
async def test_a_transaction_whose_answer_is_lost_is_done_once_and_answered(
    cluster: EtcdCluster, impatient: None, first: None, operation: Operation, left: bytes | None
) -> None:
    """It was carried out and nobody was told: asked again elsewhere, the store says when it was done."""
    for key in ("/lost/new", "/lost/old"):
        cluster.ask("del", key)
    cluster.ask("put", "/lost/old", "1")
    async with DeafProxy(cluster.members[0].client) as proxy:
        direct = f"{cluster.scheme}://{HOST}:{cluster.members[1].client}"
        endpoints = (f"{cluster.scheme}://{HOST}:{proxy.port}", direct)
        settings = dataclasses.replace(cluster.settings(), endpoints=endpoints)
        async with await EtcdDatastore.open(settings, warn=pytest.fail) as store:
            assert store.endpoint == endpoints[0]
            before = await store.transact([Put("/lost/first", b"")])
            proxy.deafen()
            at = await store.transact([operation])
            assert proxy.kept > 0
            assert store.endpoint == direct
            key = getattr(operation, "key", "")
            async with asyncio.timeout(10), aclosing(_watch(store, "/lost/", before)) as watch:
                assert await anext(watch) == (WatchEvent(key, left, at),)
                end = await store.transact([Put("/lost/end", b"")])
                assert await anext(watch) == (WatchEvent("/lost/end", b"", end),)


async def test_a_member_that_falls_silent_is_left(cluster: EtcdCluster, impatient: None, first: None) -> None:
    """A stopped process keeps its connections: calls and watches go on elsewhere within seconds all the same."""
    silent, other = cluster.members[0], cluster.members[1]
    async with await _open_at(cluster, silent, other) as store, await _open_at(cluster, other) as writer:
        assert str(silent.client) in store.endpoint
        before, _ = await store.list("/silent/")
        async with asyncio.timeout(20), aclosing(_watch(store, "/silent/", before)) as watch:
            waiting = asyncio.ensure_future(anext(watch))
            await asyncio.sleep(0.2)
            silent.freeze()
            at = await asyncio.wait_for(writer.transact([Put("/silent/a", b"x")]), 10)
            assert await waiting == (WatchEvent("/silent/a", b"x", at),)
            assert await store.get("/silent/a")


async def test_without_a_majority_calls_fail_in_one_sentence_and_work_again_with_it(
    cluster: EtcdCluster, store: EtcdDatastore, impatient: None
) -> None:
    """Nobody waits for ever: a watch, too, tells what came after or fails, and one begun anew tells it."""
    before, _ = await store.list("/majority/")
    async with aclosing(_watch(store, "/majority/", before)) as watch:
        waiting = asyncio.ensure_future(anext(watch))
        for member in cluster.members[1:]:
            member.kill()
        with pytest.raises(
            DatastoreError, match=r"etcd (cannot be reached: https://|at https://.* answers: )"
        ) as caught:
            await store.transact([Put("/majority/a", b"x")])
        assert "\n" not in str(caught.value)
        for member in cluster.members[1:]:
            member.start()
        async with asyncio.timeout(30):
            while True:
                try:
                    await store.transact([Put("/majority/b", b"x")])
                    break
                except DatastoreError:
                    await asyncio.sleep(0.1)
            wanted = {"/majority/a", "/majority/b"}
            (told,) = await asyncio.gather(waiting, return_exceptions=True)
            assert isinstance(told, UnreachableError) or (isinstance(told, tuple) and told[0].key in wanted)
    async with asyncio.timeout(30), aclosing(_watch(store, "/majority/", before)) as again:
        assert (await anext(again))[0].key in wanted


async def test_a_watch_from_a_forgotten_revision_says_so(cluster: EtcdCluster, store: EtcdDatastore) -> None:
    """The caller lists again and goes on from there."""
    first = await store.create("/forgotten/a", b"1")
    last = await store.update("/forgotten/a", b"2", first)
    cluster.ask("compact", str(last))
    async with asyncio.timeout(10):
        with pytest.raises(CompactedError) as caught:
            await anext(_watch(store, "/forgotten/", first - 1))
        assert (caught.value.revision, caught.value.oldest) == (first - 1, last)
        async with aclosing(_watch(store, "/forgotten/", last)) as watch:
            at = await store.update("/forgotten/a", b"3", last)
            assert await anext(watch) == (WatchEvent("/forgotten/a", b"3", at),)


async def test_resources_are_read_again_when_etcd_forgot_the_changes_meanwhile(
    cluster: EtcdCluster, store: EtcdDatastore, impatient: None
) -> None:
    """While the only member that a reader knows is dead, a resource comes, another goes, and history is thrown away."""
    dying = next(member for member in cluster.members if member is not cluster.leader())
    writer = ResourceStore(await _open_at(cluster, *(member for member in cluster.members if member is not dying)))
    await writer.apply([_pool("stays", 1), _pool("goes", 2)])
    async with await _open_at(cluster, dying) as opened:
        batches = ResourceStore(opened).watch(IPPool)
        async with asyncio.timeout(30):
            assert {change.resource.name for change in (await anext(batches)).changes} == {"stays", "goes"}
            waiting = asyncio.ensure_future(anext(batches))
            await asyncio.sleep(0.2)
            dying.kill()
            await writer.delete(IPPool, "goes")
            applied = await writer.apply([_pool("comes", 3)])
            cluster.ask("compact", str(applied.revision))
            dying.start()
            changes = (await waiting).changes
        assert {(change.resource.name, change.new is not None) for change in changes} == {
            ("goes", False),
            ("comes", True),
        }
        await batches.aclose()
    for name in ("stays", "comes"):
        await writer.delete(IPPool, name)
    await writer.datastore.close()


async def test_a_held_key_is_refused_to_others_and_free_when_its_holder_is_gone(
    cluster: EtcdCluster, store: EtcdDatastore
) -> None:
    """At once for the same holder, at once when it was given up, after its time when the holder just vanished."""
    async with await _open_at(cluster, *cluster.members) as vanishing:
        claim = vanishing.hold("/held", b"machine-1", 2)
        await claim.__aenter__()
        with pytest.raises(AlreadyExistsError):
            async with store.hold("/held", b"machine-2", 2):
                pytest.fail("held twice")
        async with store.hold("/held", b"machine-1", 2):
            assert await vanishing.get("/held")
        assert await store.get("/held") is None
        await claim.__aexit__(None, None, None)
        leaving = vanishing.hold("/held", b"machine-1", 2)
        await leaving.__aenter__()
    async with asyncio.timeout(15):
        await _until(lambda: not cluster.ask("get", "/held"), "the key is free")
        async with store.hold("/held", b"machine-2", 2) as lost:
            await asyncio.sleep(2.5)
            assert await store.get("/held")
            assert not lost.is_set()
            cluster.ask("put", "/held", "machine-3")
            for lease in cluster.ask("lease", "list").splitlines()[1:]:
                cluster.ask("lease", "revoke", lease)
            await lost.wait()
    await leaving.__aexit__(None, None, None)


def _pool(name: str, number: int) -> IPPool:
    return IPPool(metadata=Metadata(name=name), spec=IPPoolSpec(cidr=f"10.{number}.0.0/16"))
