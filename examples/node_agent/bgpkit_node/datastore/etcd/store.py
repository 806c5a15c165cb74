"""The datastore of a cluster of machines: etcd."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from types import TracebackType
from typing import Self

from bgpkit_node.datastore.etcd.connection import EtcdConnection
from bgpkit_node.datastore.etcd.credentials import load_credentials
from bgpkit_node.datastore.etcd.holding import held
from bgpkit_node.datastore.etcd.layout import is_hidden, keys_of, octets, text
from bgpkit_node.datastore.etcd.messages import RANGE, RangeRequest
from bgpkit_node.datastore.etcd.messages import KeyValue as Pair
from bgpkit_node.datastore.etcd.watcher import follow
from bgpkit_node.datastore.etcd.writer import Writer
from bgpkit_node.datastore.port import Delete, KeyValue, Operation, Put, WatchEvent
from bgpkit_node.datastore.settings import EtcdSettings


class EtcdDatastore:
    """A Datastore in an etcd cluster (version 3.4 or newer), safe for many machines.

    It is enough that a majority of etcd's members lives and that one of the endpoints can be reached. What a call
    returned is on the disks of a majority; a call whose answer is lost is asked again and yet carried out once.
    A transaction has at most 128 operations, unless etcd is told otherwise (less one: see writer.py).
    """

    def __init__(self, connection: EtcdConnection) -> None:
        """Not for callers: use ``await EtcdDatastore.open(settings)``."""
        self._connection = connection
        self._writer = Writer(connection)

    @classmethod
    async def open(cls, settings: EtcdSettings, *, warn: Callable[[str], None]) -> Self:
        """Connect; raises DatastoreError with one sentence when etcd cannot be used.

        ``warn`` is called with a sentence for each endpoint that is dead while another is not.
        """
        credentials = await asyncio.to_thread(load_credentials, settings)
        connection = EtcdConnection(settings, credentials, warn)
        try:
            await connection.open()
        except BaseException:
            await connection.close()
            raise
        return cls(connection)

    async def __aenter__(self) -> Self:
        """Give the store itself; it is closed on leaving."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the store."""
        await self.close()

    @property
    def endpoint(self) -> str:
        """The endpoint that is asked at present."""
        return self._connection.endpoint

    async def get(self, key: str) -> KeyValue | None:
        """Return the value of ``key``, or None."""
        answer = await self._connection.call(RANGE, RangeRequest(octets(key)))
        return _read(answer.kvs[0]) if answer.kvs else None

    async def list(self, prefix: str) -> tuple[int, tuple[KeyValue, ...]]:
        """Return the store's revision and all values whose keys begin with ``prefix`` at it, ordered by key."""
        keys = keys_of(prefix)
        answer = await self._connection.call(RANGE, RangeRequest(keys.key, keys.end))
        return answer.header.revision, tuple(_read(pair) for pair in answer.kvs if not is_hidden(pair.key))

    async def create(self, key: str, value: bytes) -> int:
        """Write a key that must not exist and return its revision; raises AlreadyExistsError."""
        return await self.transact((Put(key, value, 0),))

    async def update(self, key: str, value: bytes, revision: int) -> int:
        """Write a key that must have ``revision`` and return its new one; raises ConflictError, NotFoundError."""
        if revision < 1:
            raise ValueError(f"a revision is 1 or more, not {revision}")
        return await self.transact((Put(key, value, revision),))

    async def delete(self, key: str, revision: int | None = None) -> None:
        """Delete a key (with this ``revision``, unless None); raises ConflictError, NotFoundError."""
        await self.transact((Delete(key, revision),))

    async def transact(self, operations: Sequence[Operation]) -> int:
        """Carry out all ``operations`` or none, and return the one revision that all of them get.

        See Datastore.transact.
        """
        return await self._writer.transact(operations)

    async def rehearse(self, operations: Sequence[Operation]) -> None:
        """Raise DatastoreError when etcd takes no such ``operations``: too many, or not from this user."""
        await self._writer.rehearse(operations)

    async def watch(self, prefix: str, revision: int) -> AsyncGenerator[tuple[WatchEvent, ...], None]:
        """Yield what changed under ``prefix`` after ``revision``, for ever: one tuple is one whole transaction.

        A watch outlives the death of members. Raises CompactedError; ends when the store is closed.
        """
        async with aclosing(follow(self._connection, prefix, revision)) as batches:
            async for batch in batches:
                yield batch

    def hold(self, key: str, holder: bytes, seconds: int) -> AbstractAsyncContextManager[asyncio.Event]:
        """Keep ``key`` while the context lasts; see Datastore.hold."""
        return held(self._connection, key, holder, seconds)

    def closes_soon(self) -> None:
        """Let calls that get no answer fail after a second or two from now on."""
        self._connection.patience.end_soon()

    async def close(self) -> None:
        """Let go of the store; watches end. Closing twice is allowed."""
        if not self._connection.closed.is_set():
            await self._writer.close()
        await self._connection.close()


def _read(pair: Pair) -> KeyValue:
    return KeyValue(text(pair.key), pair.value, pair.mod_revision)
