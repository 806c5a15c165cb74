"""A real etcd against the plain datastore of the tests: the same transactions, the same outcome of each."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing
from typing import Final, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgpkit_node.datastore import Datastore, Delete, KeyValue, Operation, Put, Unchanged, WatchEvent
from bgpkit_node.datastore.etcd import EtcdDatastore
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NotFoundError
from tests.support.etcd_cluster import EtcdCluster
from tests.support.memory_datastore import MemoryDatastore

pytestmark = pytest.mark.xdist_group("etcd")

_REFUSALS: Final = (AlreadyExistsError, ConflictError, NotFoundError)
_KEYS = st.sampled_from(["a", "a/1", "a/2", "b", "b/ü"])
_PREFIXES = st.sampled_from(["", "a", "a/", "b", "c"])
_OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.builds(Put, _KEYS, st.binary(max_size=3), st.one_of(st.none(), st.integers(0, 6))),
    st.builds(Delete, _KEYS, st.one_of(st.none(), st.integers(1, 6))),
    st.builds(Unchanged, _PREFIXES, st.integers(0, 6)),
)
_TRANSACTIONS = st.lists(
    st.lists(_OPERATIONS, max_size=4, unique_by=lambda operation: getattr(operation, "key", None) or id(operation)),
    max_size=10,
)
_roots = itertools.count()


@pytest.fixture(scope="module")
def runner() -> Generator[asyncio.Runner]:
    """Give a loop that lasts as long as the store."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, runner: asyncio.Runner) -> Generator[EtcdDatastore]:
    """Give an etcd to which nobody else writes."""
    cluster = EtcdCluster(tmp_path_factory.mktemp("etcd"))
    opened = runner.run(EtcdDatastore.open(cluster.settings(), warn=pytest.fail))
    yield opened
    runner.run(opened.close())
    cluster.stop()


def _placed(operation: Operation, root: str, base: int) -> Operation:
    """Return the operation as it reads where the store is at revision ``base`` when all begins."""
    match operation:
        case Put(key, value, expected):
            return Put(root + key, value, expected + base if expected else expected)
        case Delete(key, expected):
            return Delete(root + key, expected + base if expected else expected)
        case Unchanged(prefix, revision):
            return Unchanged(root + prefix, revision + base)


async def _outcome(store: Datastore, operations: Sequence[Operation], base: int) -> tuple[str, int]:
    try:
        return "", await store.transact(operations) - base
    except _REFUSALS as error:
        return f"{type(error).__name__} {error.key}", 0


async def _told(store: Datastore, prefix: str, base: int, number: int) -> list[tuple[WatchEvent, ...]]:
    """Return the first batches of a watch, with revisions from ``base`` on."""
    batches = cast(AsyncGenerator[tuple[WatchEvent, ...], None], store.watch(prefix, base))
    async with asyncio.timeout(10), aclosing(batches) as watch:
        told = [await anext(watch) for _ in range(number)]
    return [tuple(WatchEvent(event.key, event.value, event.revision - base) for event in batch) for batch in told]


async def _compare(store: EtcdDatastore, transactions: list[list[Operation]], prefix: str) -> None:
    root = f"/laws/{next(_roots)}/"
    model = MemoryDatastore()
    base, _ = await store.list(root)
    written: set[int] = set()
    for operations in transactions:
        expected = await _outcome(model, [_placed(operation, root, 0) for operation in operations], 0)
        assert await _outcome(store, [_placed(operation, root, base) for operation in operations], base) == expected
        keys = [operation.key for operation in operations if not isinstance(operation, Unchanged)]
        if not expected[0] and any(key.startswith(prefix) for key in keys):
            written.add(expected[1])
    revision, found = await store.list(root + prefix)
    pairs = tuple(KeyValue(pair.key, pair.value, pair.revision - base) for pair in found)
    assert (revision - base, pairs) == await model.list(root + prefix)
    number = len(written)
    assert await _told(store, root + prefix, base, number) == await _told(model, root + prefix, 0, number)


@given(transactions=_TRANSACTIONS, prefix=_PREFIXES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_etcd_does_what_the_plain_store_does(
    runner: asyncio.Runner, store: EtcdDatastore, transactions: list[list[Operation]], prefix: str
) -> None:
    """Outcome of every transaction, contents, and the watch from the beginning."""
    runner.run(_compare(store, transactions, prefix))
