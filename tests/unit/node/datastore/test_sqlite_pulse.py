"""The pulse: a commit of anyone is noticed soon, and only then."""

import threading
import time
from contextlib import closing
from pathlib import Path

from bgpkit_node.datastore import sqlite_tables
from bgpkit_node.datastore.port import Put
from bgpkit_node.datastore.sqlite_file import connect
from bgpkit_node.datastore.sqlite_pulse import POLL_SECONDS, SqlitePulse
from bgpkit_node.errors import DatastoreError, GoneError


def test_a_commit_of_another_connection_is_noticed(tmp_path: Path) -> None:
    """Every commit after start() rings, also the very first, and tells its revision."""
    rung = threading.Event()
    revisions: list[int] = []

    def ring(revision: int) -> None:
        revisions.append(revision)
        rung.set()

    pulse = SqlitePulse(tmp_path / "store.db", ring, lambda _error: None)
    with closing(connect(tmp_path / "store.db")) as connection:
        pulse.start()
        sqlite_tables.write(connection, [Put("/a", b"")])
        assert rung.wait(5)
    pulse.stop()
    assert revisions == [1]


def test_reading_does_not_ring(tmp_path: Path) -> None:
    """A quiet store costs a look at shared memory and nothing else."""
    rings: list[float] = []
    looked = threading.Event()
    with closing(connect(tmp_path / "store.db")) as connection:
        sqlite_tables.write(connection, [Put("/a", b"")])

        def ring(_revision: int) -> None:
            rings.append(time.monotonic())
            looked.set()

        pulse = SqlitePulse(tmp_path / "store.db", ring, lambda _error: None)
        pulse.start()
        deadline = time.monotonic() + 5 * POLL_SECONDS
        while time.monotonic() < deadline:
            sqlite_tables.read_all(connection, "")
        assert rings == []
        sqlite_tables.write(connection, [Put("/a", b"")])
        assert looked.wait(5)
    pulse.stop()
    assert len(rings) == 1


def test_a_store_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    """start() returns and the error reaches whoever watches."""
    errors: list[DatastoreError] = []
    pulse = SqlitePulse(tmp_path / "missing" / "store.db", lambda _revision: None, errors.append)
    pulse.start()
    pulse.stop()
    assert "missing does not exist" in str(errors[0])


def test_a_file_that_goes_is_reported(tmp_path: Path) -> None:
    """Commits of others are elsewhere from then on, and the thread ends."""
    path, told = tmp_path / "store.db", threading.Event()
    errors: list[DatastoreError] = []

    def tell(error: DatastoreError) -> None:
        errors.append(error)
        told.set()

    pulse = SqlitePulse(path, lambda _revision: None, tell)
    with closing(connect(path)):
        pulse.start()
        path.rename(tmp_path / "aside")
        assert told.wait(20)
    pulse.stop()
    assert isinstance(errors[0], GoneError)
