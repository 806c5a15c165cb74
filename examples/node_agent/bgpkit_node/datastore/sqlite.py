"""The embedded datastore: one SQLite file, shared by all agents and commands of a machine."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from bgpkit_node.datastore import sqlite_tables
from bgpkit_node.datastore.port import Delete, KeyValue, Operation, Put, Unchanged, WatchEvent
from bgpkit_node.datastore.sqlite_file import gone
from bgpkit_node.datastore.sqlite_pulse import SqlitePulse
from bgpkit_node.datastore.sqlite_watch import SqliteWatch
from bgpkit_node.datastore.sqlite_worker import SqliteWorker
from bgpkit_node.errors import DatastoreError, GoneError
from bgpkit_node.to_the_end import to_the_end


class SqliteDatastore:
    """A Datastore in one SQLite file (WAL), safe for many processes; survives the death of any of them.

    A commit is on the page cache when a call returns: nothing is lost when a process dies, the last moments may be
    when the machine loses power, and the file is consistent in both cases. Never on a network filesystem.

    No process that has the store open may open the file by other means: closing it again would let go of SQLite's
    locks.
    """

    def __init__(self, path: Path, kept_changes: int) -> None:
        """Not for callers: use ``await SqliteDatastore.open(path)``."""
        self.path = path
        self._kept_changes = kept_changes
        self._loop = asyncio.get_running_loop()
        self._reader = SqliteWorker(path, "datastore-reader")
        self._writer = SqliteWorker(path, "datastore-writer")
        self._watches: set[SqliteWatch] = set()
        self._pulse: SqlitePulse | None = None
        self._pulse_lock = asyncio.Lock()
        self._error: DatastoreError | None = None
        self._closed = False

    @classmethod
    async def open(cls, path: str | Path, *, kept_changes: int = sqlite_tables.KEPT_CHANGES) -> Self:
        """Open the file, creating it if need be; raises DatastoreError with one sentence when it cannot be used.

        At least ``kept_changes`` (1 or more) of the last changes stay known to watches.
        """
        datastore = cls(Path(path), kept_changes)
        try:
            await datastore._writer.open()
            await datastore._reader.open()
        except BaseException:
            await datastore.close()
            raise
        return datastore

    async def __aenter__(self) -> Self:
        """Give the store itself; it is closed on leaving."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the store."""
        await self.close()

    async def get(self, key: str) -> KeyValue | None:
        """Return the value of ``key``, or None."""
        return await self._reader.run(sqlite_tables.read, key)

    async def list(self, prefix: str) -> tuple[int, tuple[KeyValue, ...]]:
        """Return the store's revision and all values whose keys begin with ``prefix`` at it, ordered by key."""
        return await self._reader.run(sqlite_tables.read_all, prefix)

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
        revision = await self._writer.run(sqlite_tables.write, operations, self._kept_changes)
        events = tuple(
            WatchEvent(operation.key, operation.value if isinstance(operation, Put) else None, revision)
            for operation in operations
            if not isinstance(operation, Unchanged)
        )
        if events:
            for watch in self._watches:
                watch.tell(revision, events)
        return revision

    async def watch(self, prefix: str, revision: int) -> AsyncGenerator[tuple[WatchEvent, ...], None]:
        """Yield what changed under ``prefix`` after ``revision``, for ever: one tuple is one whole transaction.

        Changes of this store object are seen at once, those of other processes within about 25 ms.
        Raises CompactedError; ends when the store is closed.
        """
        watch, openings = SqliteWatch(prefix, revision), self._openings
        self._watches.add(watch)
        try:
            await self._start_pulse()
            while not self._closed:
                watch.bell.clear()
                if self._error:
                    raise self._error
                self._require_same_file(openings)
                while told := watch.take():  # what is told while a batch is out comes before what is read
                    for batch in told:
                        yield batch
                if watch.begin_reading():
                    read, batches = await self._reader.run(sqlite_tables.read_changes, prefix, watch.revision)
                    self._require_same_file(openings)
                    watch.end_reading(read)
                    for batch in batches:
                        yield batch
                if not self._closed:
                    await watch.bell.wait()
        finally:
            self._watches.discard(watch)

    @asynccontextmanager
    async def hold(self, key: str, holder: bytes, seconds: int) -> AsyncGenerator[asyncio.Event, None]:
        """Give an event that is never set, and write nothing: whoever has this file is on this machine.

        Processes of one machine exclude each other by locks, which end with them.
        """
        del key, holder, seconds
        yield asyncio.Event()

    async def rehearse(self, operations: Sequence[Operation]) -> None:
        """Do nothing: a file takes as much as the disk does."""

    def closes_soon(self) -> None:
        """Do nothing: a file answers, or is an error."""

    async def close(self) -> None:
        """Let go of the store; calls that wait are finished first, watches end. Closing twice is allowed."""
        self._closed = True
        self._ring()
        async with self._pulse_lock:
            if self._pulse:
                await asyncio.to_thread(self._pulse.stop)
                self._pulse = None
        await self._reader.close()
        await self._writer.close()

    async def _start_pulse(self) -> None:
        async with self._pulse_lock:
            if self._error is not None and self._pulse is not None:  # who watches anew gets a new start
                await asyncio.to_thread(self._pulse.stop)
                self._pulse = self._error = None
            if self._pulse is None and not self._closed:
                await to_the_end(self._begin_pulse())

    async def _begin_pulse(self) -> None:
        """Start the thread and know of it, so that ``close`` ends it even if the watch is cancelled meanwhile."""
        pulse = SqlitePulse(self.path, self._changed, self._failed)
        await asyncio.to_thread(pulse.start)
        self._pulse = pulse

    def _changed(self, revision: int) -> None:
        """Wake the watches that have not come to ``revision``; called from the pulse's thread."""
        self._loop.call_soon_threadsafe(self._hear, revision)

    def _failed(self, error: DatastoreError) -> None:
        """Fail the watches; called from the pulse's thread."""
        self._loop.call_soon_threadsafe(self._fail, error)

    def _fail(self, error: DatastoreError) -> None:
        self._error = error
        if isinstance(error, GoneError):
            self._reader.look()
            self._writer.look()
        self._ring()

    @property
    def _openings(self) -> int:
        return self._reader.openings + self._writer.openings

    def _require_same_file(self, openings: int) -> None:
        """Raise GoneError when one has been opened since there were so many ``openings``: a watch is of one file."""
        if self._openings != openings:
            raise gone(self.path)

    def _hear(self, revision: int) -> None:
        for watch in self._watches:
            watch.hear(revision)

    def _ring(self) -> None:
        for watch in self._watches:
            watch.fall_behind()
