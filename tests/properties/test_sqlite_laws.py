"""The SQLite store against an obvious model: a dictionary and a list of what was done to it."""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit_node.datastore import Delete, KeyValue, Operation, Put, SqliteDatastore, Unchanged, WatchEvent
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NotFoundError

_KEYS = st.sampled_from(["/a", "/a/1", "/a/2", "/b", "/b/ü"])
_PREFIXES = st.sampled_from(["", "/a", "/a/", "/b", "/c"])
_EXPECTED = st.one_of(st.none(), st.integers(0, 6))
_OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.builds(Put, _KEYS, st.binary(max_size=3), _EXPECTED),
    st.builds(Delete, _KEYS, st.one_of(st.none(), st.integers(1, 6))),
    st.builds(Unchanged, _PREFIXES, st.integers(0, 6)),
)
_TRANSACTIONS = st.lists(
    st.lists(_OPERATIONS, max_size=3, unique_by=lambda operation: getattr(operation, "key", None) or id(operation)),
    max_size=12,
)


class Model:
    """What the port says, in a dictionary."""

    def __init__(self) -> None:
        """Begin empty."""
        self.revision = 0
        self.values: dict[str, KeyValue] = {}
        self.log: list[tuple[WatchEvent, ...]] = []

    def transact(self, operations: Sequence[Operation]) -> int | None:
        """Do all or nothing; None when refused."""
        if not all(self._allows(operation) for operation in operations):
            return None
        changes = [operation for operation in operations if not isinstance(operation, Unchanged)]
        if not changes:
            return self.revision
        self.revision += 1
        for change in changes:
            if isinstance(change, Put):
                self.values[change.key] = KeyValue(change.key, change.value, self.revision)
            else:
                del self.values[change.key]
        self.log.append(
            tuple(
                WatchEvent(change.key, change.value if isinstance(change, Put) else None, self.revision)
                for change in changes
            )
        )
        return self.revision

    def _allows(self, operation: Operation) -> bool:
        if isinstance(operation, Unchanged):
            return all(
                value.revision <= operation.revision
                for key, value in self.values.items()
                if key.startswith(operation.prefix)
            )
        found = self.values[operation.key].revision if operation.key in self.values else 0
        if isinstance(operation, Delete) and not found:
            return False
        return operation.expected is None or operation.expected == found


async def _compare(transactions: list[list[Operation]], prefix: str, start: int) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        async with await SqliteDatastore.open(Path(folder) / "store.db") as store:
            for operations in transactions:
                try:
                    outcome = await store.transact(operations)
                except (AlreadyExistsError, ConflictError, NotFoundError):
                    outcome = None
                assert outcome == model.transact(operations)
            found = tuple(value for key, value in sorted(model.values.items()) if key.startswith(prefix))
            assert await store.list(prefix) == (model.revision, found)
            batches = [tuple(event for event in batch if event.key.startswith(prefix)) for batch in model.log[start:]]
            async with aclosing(store.watch(prefix, min(start, model.revision))) as watch:
                for batch in filter(None, batches):
                    assert await anext(watch) == batch


@given(_TRANSACTIONS, _PREFIXES, st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_the_store_does_what_the_model_does(transactions: list[list[Operation]], prefix: str, start: int) -> None:
    """Outcome of every transaction, contents, and the watch from any revision."""
    asyncio.run(_compare(transactions, prefix, start))
