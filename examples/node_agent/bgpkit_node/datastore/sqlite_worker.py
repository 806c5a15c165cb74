"""One thread with one connection to an SQLite file."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bgpkit_node.datastore.sqlite_file import connect, identity, sqlite_errors
from bgpkit_node.errors import DatastoreError

P = ParamSpec("P")
T = TypeVar("T")

_Job = tuple[asyncio.Future[object], Callable[[sqlite3.Connection], object]]


class SqliteWorker:
    """Runs jobs in a thread of its own, one after the other, in the order in which they were given.

    Those that are given in one turn of the event loop go there, and come back, together: a way costs more than reading
    a key.
    """

    def __init__(self, path: Path, name: str) -> None:
        """Start nothing before ``open``; ``name`` is the thread's."""
        self._path = path
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._connection: sqlite3.Connection | None = None
        self.openings = 0
        """How many files have been opened, each in the place of the one before."""
        self._file: tuple[int, int] | None = None
        """What tells the file that is open from others; None when none was opened yet, or all is closed."""
        self._waiting: list[_Job] = []

    async def open(self) -> None:
        """Open the connection; DatastoreError when it cannot be."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._open)

    async def run(
        self, function: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``function(connection, ...)`` in the thread and return its result; SQLite's errors are translated."""
        results: list[T] = []

        def job(connection: sqlite3.Connection) -> None:
            """Keep the result."""
            results.append(function(connection, *args, **kwargs))

        loop = asyncio.get_running_loop()
        done: asyncio.Future[object] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._send)
        self._waiting.append((done, job))
        await done
        return results[0]

    def look(self) -> None:
        """Let go of the file soon if it is not at its path any more."""
        with suppress(RuntimeError):
            self._executor.submit(self._is_there)

    async def close(self) -> None:
        """Finish the jobs that wait and close the connection."""
        self._send()
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._close)
        except RuntimeError:
            return
        self._executor.shutdown(wait=False)

    def _send(self) -> None:
        """Give the thread what waits."""
        jobs, self._waiting = self._waiting, []
        if not jobs:
            return
        try:
            sent = asyncio.get_running_loop().run_in_executor(self._executor, self._work, jobs)
        except RuntimeError:
            _tell(jobs, [self._closed()] * len(jobs))
        else:
            sent.add_done_callback(partial(_come_back, jobs))

    def _work(self, jobs: Sequence[_Job]) -> list[Exception | None]:
        """Do the jobs that somebody still waits for, in the thread; return the error of each, None for none."""
        try:
            self._follow()
        except DatastoreError as error:
            return [error] * len(jobs)
        return [None if done.cancelled() else self._error_of(job) for done, job in jobs]

    def _error_of(self, job: Callable[[sqlite3.Connection], object]) -> Exception | None:
        try:
            if self._connection is None:
                raise self._closed()
            with sqlite_errors(self._path):
                job(self._connection)
        except Exception as error:  # whatever it is, it is for who waits
            return error
        return None

    def _closed(self) -> DatastoreError:
        return DatastoreError(f"datastore {self._path} is closed")

    def _open(self, *, create: bool = True) -> None:
        self._connection = connect(self._path, create=create)
        self._file = identity(self._path)
        self.openings += 1

    def _follow(self) -> None:
        """See that the file that is open is the one at the path; GoneError when there is none.

        What is written to a file without a name is kept nowhere, and who creates another would share the old one's
        index with us: SQLite finds that by its name.
        """
        if self._file is not None and not self._is_there():
            self._open(create=False)

    def _is_there(self) -> bool:
        """Tell whether the open file is at the path; it is closed when it is not."""
        if self._connection is not None and identity(self._path) != self._file:
            self._connection.close()
            self._connection = None
        return self._connection is not None

    def _close(self) -> None:
        self._file = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _come_back(jobs: Sequence[_Job], sent: asyncio.Future[list[Exception | None]]) -> None:
    if sent.cancelled():
        for done, _ in jobs:
            done.cancel()
    else:
        _tell(jobs, sent.result())


def _tell(jobs: Sequence[_Job], errors: Sequence[Exception | None]) -> None:
    for (done, _), error in zip(jobs, errors, strict=True):
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
