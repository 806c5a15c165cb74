"""A datastore in a dictionary, in which a test can make a process die at any write or let others run in between."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from enum import Enum

from bgpkit_node.datastore.port import Delete, KeyValue, Operation, Put, Unchanged, WatchEvent
from bgpkit_node.errors import AlreadyExistsError, CompactedError, ConflictError, DatastoreError, NotFoundError


class Moment(Enum):
    """When a process dies at a write: before anything is stored, or after all is stored and nobody was told."""

    BEFORE = "before"
    AFTER = "after"


class ProcessDiedError(Exception):
    """The process that called the datastore is no more."""


class MemoryDatastore:
    """Keys and values as the port demands them: plain, slow, and with faults on request."""

    def __init__(self) -> None:
        """Start empty at revision 0, without faults."""
        self.revision = 0
        self.entries: dict[str, KeyValue] = {}
        self.writes = 0
        """How many transactions were tried."""
        self.dies_at: tuple[int, Moment] | None = None
        """At which of the coming writes (0: the next) the caller dies, and when; forgotten once it has happened."""
        self.before_call: Callable[[], Awaitable[None]] | None = None
        """Awaited at the beginning of each call."""
        self._history: list[tuple[WatchEvent, ...]] = []
        self._bell = asyncio.Event()
        self._closed = False

    async def get(self, key: str) -> KeyValue | None:
        """Return the value of ``key``, or None."""
        await self._begin()
        return self.entries.get(key)

    async def list(self, prefix: str) -> tuple[int, tuple[KeyValue, ...]]:
        """Return the revision and the values under ``prefix``, ordered by key."""
        await self._begin()
        return self.revision, tuple(self.entries[key] for key in sorted(self.entries) if key.startswith(prefix))

    async def create(self, key: str, value: bytes) -> int:
        """Write a key that must not exist."""
        return await self.transact([Put(key, value, 0)])

    async def update(self, key: str, value: bytes, revision: int) -> int:
        """Write a key that must have ``revision``."""
        return await self.transact([Put(key, value, revision)])

    async def delete(self, key: str, revision: int | None = None) -> None:
        """Delete a key that must exist."""
        await self.transact([Delete(key, revision)])

    async def transact(self, operations: Sequence[Operation]) -> int:
        """Carry out all ``operations`` or none; the caller may die before or after."""
        await self._begin()
        dies = self._count_down()
        if dies is Moment.BEFORE:
            raise ProcessDiedError
        keys = [operation.key for operation in operations if not isinstance(operation, Unchanged)]
        if len(set(keys)) != len(keys):
            raise ValueError("two operations write the same key")
        for operation in operations:
            self._expect(operation)
        if keys:
            self._store(operations)
        if dies is Moment.AFTER:
            raise ProcessDiedError
        return self.revision

    async def watch(self, prefix: str, revision: int) -> AsyncIterator[tuple[WatchEvent, ...]]:
        """Yield the transactions after ``revision`` that touch ``prefix``."""
        if revision > self.revision:
            raise CompactedError(revision, 0)
        while True:
            self._bell.clear()  # before looking: what is written while the reader works rings again
            for batch in self._history[revision:]:
                if events := tuple(event for event in batch if event.key.startswith(prefix)):
                    yield events
                revision = batch[0].revision
            if self._closed:
                return
            await self._bell.wait()

    @asynccontextmanager
    async def hold(self, key: str, holder: bytes, seconds: int) -> AsyncGenerator[asyncio.Event, None]:
        """Hold nothing: there is one process."""
        yield asyncio.Event()

    async def rehearse(self, operations: Sequence[Operation]) -> None:
        """Do nothing: memory takes everything."""

    def closes_soon(self) -> None:
        """Do nothing: it answers."""

    async def close(self) -> None:
        """End the watches."""
        self._closed = True
        self._bell.set()

    async def _begin(self) -> None:
        if self._closed:
            raise DatastoreError("the datastore is closed")
        if self.before_call is not None:
            await self.before_call()

    def _count_down(self) -> Moment | None:
        self.writes += 1
        if self.dies_at is None:
            return None
        left, moment = self.dies_at
        self.dies_at = None if left == 0 else (left - 1, moment)
        return moment if left == 0 else None

    def _expect(self, operation: Operation) -> None:
        match operation:
            case Put(key, _, expected) | Delete(key, expected):
                found = self.entries[key].revision if key in self.entries else 0
                if isinstance(operation, Delete) and not found:
                    raise NotFoundError(key)
                if expected is None or expected == found:
                    return
                if expected == 0:
                    raise AlreadyExistsError(key)
                raise ConflictError(key, expected, found) if found else NotFoundError(key)
            case Unchanged(prefix, revision):
                for pair in self.entries.values():
                    if pair.key.startswith(prefix) and pair.revision > revision:
                        raise ConflictError(pair.key, revision, pair.revision)

    def _store(self, operations: Sequence[Operation]) -> None:
        self.revision += 1
        events: list[WatchEvent] = []
        for operation in operations:
            match operation:
                case Put(key, value):
                    self.entries[key] = KeyValue(key, value, self.revision)
                    events.append(WatchEvent(key, value, self.revision))
                case Delete(key):
                    del self.entries[key]
                    events.append(WatchEvent(key, None, self.revision))
                case Unchanged():
                    pass
        self._history.append(tuple(events))
        self._bell.set()
