"""A thread that notices, within a few milliseconds, that some process has written to an SQLite file."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bgpkit_node.datastore.sqlite_file import connect, gone, identity, sqlite_errors
from bgpkit_node.datastore.sqlite_tables import counter
from bgpkit_node.errors import DatastoreError

POLL_SECONDS: Final = 0.02


class SqlitePulse:
    """Calls ``on_change`` (from its own thread) soon after each commit of any other connection to the file.

    It is told the store's revision.

    One `PRAGMA data_version` every 20 ms, a look at shared memory, and one at the file's name; no disk access. When the
    file is not at its path any more, ``on_error`` gets a GoneError, and the pulse ends.
    """

    def __init__(
        self, path: Path, on_change: Callable[[int], None], on_error: Callable[[DatastoreError], None]
    ) -> None:
        """Prepare; nothing runs before ``start``."""
        self._path = path
        self._on_change = on_change
        self._on_error = on_error
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="datastore-pulse", daemon=True)

    def start(self) -> None:
        """Start and wait until every later commit will be noticed; blocks for about a millisecond."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Stop and wait for the thread; blocks for about a millisecond."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with sqlite_errors(self._path):
                connection = connect(self._path, create=False)
                try:
                    self._poll(connection)
                finally:
                    connection.close()
        except DatastoreError as error:
            self._on_error(error)
        finally:
            self._ready.set()

    def _poll(self, connection: sqlite3.Connection) -> None:
        seen, file = connection.execute("PRAGMA data_version").fetchone(), identity(self._path)
        self._ready.set()
        while not self._stopping.wait(POLL_SECONDS):
            if identity(self._path) != file:
                raise gone(self._path)
            version = connection.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                self._on_change(counter(connection, "revision"))
