"""Following resources: a first picture, then transactions, and a new picture when the log is too short."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bgpkit_node.datastore import Delete, Put, SqliteDatastore
from bgpkit_node.resources import (
    BGPPeer,
    IPPool,
    IPPoolSpec,
    KubernetesNetworkPolicy,
    Metadata,
    Namespace,
    NetworkPolicy,
    Node,
    ResourceBatch,
    ResourceChange,
    ResourceStore,
    WorkloadEndpoint,
    WorkloadEndpointSpec,
    kind_of,
)
from bgpkit_node.resources.node import NODE
from bgpkit_node.resources.watching import read_present


@pytest.fixture
async def datastore(tmp_path: Path) -> AsyncIterator[SqliteDatastore]:
    """Give a fresh datastore that forgets its changes quickly."""
    async with await SqliteDatastore.open(tmp_path / "store.db", kept_changes=5) as datastore:
        yield datastore


def _node(name: str, **labels: str) -> Node:
    return Node(metadata=Metadata(name=name, labels=labels))


def _told(batch: ResourceBatch) -> list[tuple[str | None, str | None]]:
    return [
        (str(change.old) if change.old else None, str(change.new) if change.new else None) for change in batch.changes
    ]


async def test_the_first_batch_is_the_whole_even_when_empty(datastore: SqliteDatastore) -> None:
    """Who waits for it knows that he knows everything."""
    store = ResourceStore(datastore)
    async with asyncio.timeout(10), aclosing(store.watch()) as watch:
        assert await anext(watch) == ResourceBatch(0, ())
    await store.apply([_node("a"), _node("b")])
    async with asyncio.timeout(10), aclosing(store.watch()) as watch:
        batch = await anext(watch)
        assert (batch.revision, _told(batch)) == (1, [(None, "Node(a)"), (None, "Node(b)")])


async def test_every_transaction_is_one_batch_with_what_was_before(datastore: SqliteDatastore) -> None:
    """New, changed and gone, in one batch as they were written."""
    store = ResourceStore(datastore)
    await store.apply([_node("a"), _node("b")])
    pool = IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.0.0.0/16"))
    async with asyncio.timeout(10), aclosing(store.watch()) as watch:
        await anext(watch)
        await store.apply([pool, _node("a", zone="x")])
        batch = await anext(watch)
        assert (batch.revision, _told(batch)) == (2, [(None, "IPPool(p)"), ("Node(a)", "Node(a)")])
        (_, change) = batch.changes
        assert isinstance(change.new, Node)
        assert isinstance(change.old, Node)
        assert (change.old.labels, change.new.labels) == ({}, {"zone": "x"})
        await store.delete(Node, "b")
        assert _told(await anext(watch)) == [("Node(b)", None)]


async def test_only_the_kinds_asked_for_are_told(datastore: SqliteDatastore) -> None:
    """Other keys under the same root, and other kinds, make no batch."""
    store = ResourceStore(datastore)
    for kinds in ((BGPPeer,), (BGPPeer, IPPool)):
        async with asyncio.timeout(10), aclosing(store.watch(*kinds)) as watch:
            first = await anext(watch)
            assert first.changes == ()
            await datastore.transact([Put("/calico/resources/v3/projectcalico.org/tiers/default", b"{}")])
            await store.apply([_node(f"n{len(kinds)}")])
            await store.create(BGPPeer(metadata=Metadata(name=f"peer{len(kinds)}")))
            assert _told(await anext(watch)) == [(None, f"BGPPeer(peer{len(kinds)})")]
            await store.delete(BGPPeer, f"peer{len(kinds)}")


async def test_a_watch_that_was_left_behind_tells_the_difference(datastore: SqliteDatastore) -> None:
    """The store keeps few changes here: what happened meanwhile comes as one batch, as if it were one transaction."""
    store = ResourceStore(datastore)
    await store.apply([_node("stays"), _node("goes"), _node("changes")])
    async with asyncio.timeout(20), aclosing(store.watch()) as watch:
        await anext(watch)
        await store.label(Node, "stays", {"zone": "x"})
        assert _told(await anext(watch)) == [("Node(stays)", "Node(stays)")]
        async with await SqliteDatastore.open(datastore.path, kept_changes=1) as anothers:
            await anothers.transact([Delete(NODE.key("goes"))])
            await ResourceStore(anothers).label(Node, "changes", {"zone": "x"})
            await ResourceStore(anothers).create(_node("comes"))
            for number in range(600):
                await anothers.transact([Put("/elsewhere", str(number).encode())])
        batch = await anext(watch)
        assert _told(batch) == [
            ("Node(goes)", None),
            ("Node(changes)", "Node(changes)"),
            (None, "Node(comes)"),
        ]


async def test_of_a_resource_that_cannot_be_read_any_more_the_last_reading_counts(datastore: SqliteDatastore) -> None:
    """A peer is not dropped because someone of a newer version writes of it; each batch tells what cannot be read."""
    store = ResourceStore(datastore)
    await store.create(_node("a"))
    async with asyncio.timeout(10), aclosing(store.watch(Node)) as watch:
        assert (await anext(watch)).unreadable == frozenset()
        await datastore.transact([Put(NODE.key("a"), b"{"), Put(NODE.key("b"), b"{")])
        batch = await anext(watch)
        assert batch.changes == ()
        assert sorted(each[:3] for each in batch.unreadable) == [("Node", "", "a"), ("Node", "", "b")]
        await store.apply([_node("a", rack="1"), _node("b")])
        batch = await anext(watch)
        assert sorted(_told(batch), key=str) == [("Node(a)", "Node(a)"), (None, "Node(b)")]
        assert batch.unreadable == frozenset()
        await datastore.transact([Put(NODE.key("a"), b"{")])
        assert [each.name for each in (await anext(watch)).unreadable] == ["a"]
        await store.delete(Node, "a")
        batch = await anext(watch)
        assert (_told(batch), batch.unreadable) == ([("Node(a)", None)], frozenset())


async def test_what_cannot_be_read_is_told_with_its_namespace_and_its_end_even_if_it_never_could(
    datastore: SqliteDatastore,
) -> None:
    """Whoever must not do as if it were not there learns of it with the first batch, and when it is deleted."""
    key = kind_of(NetworkPolicy).key("web", "shop")
    await datastore.transact([Put(key, b"{")])
    async with asyncio.timeout(10), aclosing(ResourceStore(datastore).watch()) as watch:
        (unreadable,) = (await anext(watch)).unreadable
        assert unreadable[:3] == ("NetworkPolicy", "shop", "web")
        assert unreadable.reason
        await datastore.transact([Delete(key)])
        assert await anext(watch) == ResourceBatch(2, ())


async def test_several_watches_of_a_store_log_once_what_they_cannot_read(datastore: SqliteDatastore) -> None:
    """And again when it is written anew."""
    store = ResourceStore(datastore)
    await datastore.transact([Put(NODE.key("a"), b"{")])
    with capture_logs() as logs:
        async with asyncio.timeout(10), aclosing(store.watch(Node)) as one, aclosing(store.watch()) as other:
            await anext(one)
            await anext(other)
            assert [each["event"] for each in logs] == ["resources.unreadable"]
            await datastore.transact([Put(NODE.key("a"), b"[")])
            await anext(one)
            assert len(logs) == 2


async def test_a_change_speaks_of_what_is_or_was() -> None:
    """The resource of a change is never missing."""
    node = _node("a")
    assert ResourceChange(None, node).resource is ResourceChange(node, None).resource is node
    with pytest.raises(ValueError, match="old or a new"):
        _ = ResourceChange(None, None).resource


async def test_a_picture_has_the_revisions_of_all(datastore: SqliteDatastore) -> None:
    """Also of what cannot be read, so that it can be replaced."""
    await ResourceStore(datastore).create(_node("a"))
    await datastore.transact([Put(NODE.key("broken"), b"{")])
    present = await read_present(datastore, NODE)
    revisions = {name: stored.revision for name, stored in present.stored.items()}
    assert (present.revision, list(present.resources), revisions) == (2, ["a"], {"a": 1, "broken": 2})


async def test_closing_the_datastore_ends_the_watch(tmp_path: Path) -> None:
    """The loop over it just ends."""
    datastore = await SqliteDatastore.open(tmp_path / "store.db")
    told: list[ResourceBatch] = []
    first = asyncio.Event()

    async def follow() -> None:
        async for batch in ResourceStore(datastore).watch():
            told.append(batch)
            first.set()

    following = asyncio.create_task(follow())
    async with asyncio.timeout(10):
        await first.wait()
        await datastore.close()
        await following
    assert len(told) == 1


async def test_resources_of_all_namespaces_are_followed(datastore: SqliteDatastore) -> None:
    """With and without other kinds beside them."""
    store = ResourceStore(datastore)
    spec = WorkloadEndpointSpec(orchestrator="k8s", node="a", pod="p", endpoint="e")
    pods = [
        WorkloadEndpoint(metadata=Metadata(name="a-k8s-p-e", namespace=namespace), spec=spec)
        for namespace in ("default", "kube-system")
    ]
    await store.create(pods[0])
    for kinds in ((WorkloadEndpoint,), (Node, WorkloadEndpoint)):
        async with aclosing(store.watch(*kinds)) as batches:
            first = await anext(batches)
            assert _told(first) == [(None, "WorkloadEndpoint(default/a-k8s-p-e)")]
            await store.create(pods[1])
            assert _told(await anext(batches)) == [(None, "WorkloadEndpoint(kube-system/a-k8s-p-e)")]
            await store.delete(WorkloadEndpoint, "a-k8s-p-e", namespace="kube-system")
            assert _told(await anext(batches)) == [("WorkloadEndpoint(kube-system/a-k8s-p-e)", None)]


async def test_a_transaction_of_kinds_of_several_groups_is_one_batch(datastore: SqliteDatastore) -> None:
    """Namespaces and policies of Kubernetes stand beside Calico's resources; of one group alone only that is heard."""
    store = ResourceStore(datastore)
    kinds = (Namespace, KubernetesNetworkPolicy, NetworkPolicy)
    policies = [kind(metadata=Metadata(name="web", namespace="shop")) for kind in kinds[1:]]
    async with asyncio.timeout(10), aclosing(store.watch(*kinds)) as watch, aclosing(store.watch(Node, BGPPeer)) as one:
        assert (await anext(watch)).changes == (await anext(one)).changes == ()
        await store.apply([Namespace(metadata=Metadata(name="shop")), *policies, _node("a")])
        told = sorted(new for _, new in _told(await anext(watch)) if new)
        assert told == ["KubernetesNetworkPolicy(shop/web)", "Namespace(shop)", "NetworkPolicy(shop/web)"]
        assert _told(await anext(one)) == [(None, "Node(a)")]
    async with asyncio.timeout(10), aclosing(store.watch(KubernetesNetworkPolicy)) as watch:
        assert _told(await anext(watch)) == [(None, "KubernetesNetworkPolicy(shop/web)")]
    async with asyncio.timeout(10), aclosing(store.watch()) as watch:
        assert len((await anext(watch)).changes) == 4
