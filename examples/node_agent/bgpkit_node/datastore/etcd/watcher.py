"""Following the changes of a range of keys over one stream after the other, whatever happens to the members."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import groupby
from typing import Final

import grpc
from grpc.aio import AioRpcError, StreamStreamCall

from bgpkit_node.datastore.etcd.connection import EtcdConnection
from bgpkit_node.datastore.etcd.layout import is_hidden, keys_of, text
from bgpkit_node.datastore.etcd.messages import (
    RANGE,
    WATCH,
    Event,
    EventType,
    RangeRequest,
    WatchCreateRequest,
    WatchProgressRequest,
    WatchRequest,
    WatchResponse,
)
from bgpkit_node.datastore.port import WatchEvent
from bgpkit_node.errors import CompactedError, DatastoreError

SILENCE: Final = 3.0
"""Seconds without a word after which an endpoint is asked for a sign of life; after as many more it is left."""
_PAUSE: Final = 0.1


async def follow(
    connection: EtcdConnection, prefix: str, revision: int
) -> AsyncGenerator[tuple[WatchEvent, ...], None]:
    """Yield what changed under ``prefix`` after ``revision``, a tuple for each transaction; see Datastore.watch."""
    watcher = _Watcher(connection, prefix, revision)
    loop = asyncio.get_running_loop()
    failures = 0
    while not connection.closed.is_set():
        watcher.heard_at = begun = loop.time()
        async with connection.stream(WATCH) as (endpoint, token, stream):
            try:
                async for response in watcher.responses(stream):
                    for batch in watcher.take(response):
                        yield batch
            except AioRpcError as error:
                await connection.recover(endpoint, token, error, failures, watcher.heard_at)
        failures = failures + 1 if loop.time() - begun < SILENCE else 1
        await watcher.look()
        await asyncio.sleep(_PAUSE)


class _Watcher:
    """Knows from which revision on the changes are still to come."""

    def __init__(self, connection: EtcdConnection, prefix: str, revision: int) -> None:
        self._connection = connection
        self._keys = keys_of(prefix)
        self._revision = revision
        self.heard_at = 0.0
        """When the stream was opened, or spoke or ended last, in the time of the event loop."""

    async def look(self) -> int:
        """Ask for the store's revision, as a call that finds an endpoint that answers, or tells that none does.

        A stream that has ended may be opened again and fall silent again, for ever. 0 when the datastore is closed.
        """
        if self._connection.closed.is_set():
            return 0
        try:
            answer = await self._connection.call(RANGE, RangeRequest(self._keys.key, count_only=True))
        except DatastoreError:
            if self._connection.closed.is_set():
                return 0
            raise
        return answer.header.revision

    async def responses(
        self, stream: StreamStreamCall[WatchRequest, WatchResponse]
    ) -> AsyncGenerator[WatchResponse, None]:
        """Yield what is heard on a stream, until it falls silent, ends, or the datastore is closed."""
        create = WatchCreateRequest(self._keys.key, self._keys.end, self._revision + 1, progress_notify=True)
        await stream.write(WatchRequest(create_request=create))
        closed = asyncio.ensure_future(self._connection.closed.wait())
        reading = asyncio.ensure_future(stream.read())
        asked = False
        try:
            while True:
                await asyncio.wait({reading, closed}, timeout=SILENCE, return_when=asyncio.FIRST_COMPLETED)
                if closed.done():
                    return
                if reading.done():
                    self.heard_at = asyncio.get_running_loop().time()
                    response = reading.result()
                    if not isinstance(response, WatchResponse):
                        return
                    if response.created:
                        await self._check_present(response.header.revision)
                    yield response
                    asked, reading = False, asyncio.ensure_future(stream.read())
                elif asked:
                    raise _silent()
                else:
                    await stream.write(WatchRequest(progress_request=WatchProgressRequest()))
                    asked = True
        finally:
            closed.cancel()
            reading.cancel()
            await asyncio.wait({reading})

    def take(self, response: WatchResponse) -> Iterator[tuple[WatchEvent, ...]]:
        """Return the batches of a response; raises CompactedError, and AioRpcError when the watch is refused."""
        if response.compact_revision:
            raise CompactedError(self._revision, response.compact_revision)
        if response.canceled:
            raise _refusal(response.cancel_reason)
        for revision, events in groupby(response.events, key=lambda event: event.kv.mod_revision):
            batch = _visible(tuple(events))
            if revision > self._revision:
                self._revision = revision
                if batch:
                    yield batch
        # The answer to a question for a sign of life may run ahead of the changes: etcd issue 15220.
        if not response.events and not response.created and response.watch_id >= 0:
            self._revision = max(self._revision, response.header.revision)

    async def _check_present(self, revision: int) -> None:
        """Raise CompactedError when the store has not come to where the watch is to begin: it is another store."""
        if revision < self._revision:
            found = await self.look()
            if 0 < found < self._revision:
                raise CompactedError(self._revision, found)


def _visible(events: Sequence[Event]) -> tuple[WatchEvent, ...]:
    return tuple(
        WatchEvent(text(event.kv.key), event.kv.value if event.type is EventType.PUT else None, event.kv.mod_revision)
        for event in events
        if not is_hidden(event.kv.key)
    )


def _refusal(reason: str) -> AioRpcError:
    """Return the error that a cancelled watch stands for: a token that has ended is refused as a stranger's."""
    denied = "permission denied" in reason
    return AioRpcError(grpc.StatusCode.UNAUTHENTICATED if denied else grpc.StatusCode.UNAVAILABLE, details=reason)


def _silent() -> AioRpcError:
    return AioRpcError(grpc.StatusCode.UNAVAILABLE, details="no sign of life")
