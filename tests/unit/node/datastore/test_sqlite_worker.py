"""The thread of an SQLite connection: what goes there together, what comes back to whom, and its end."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bgpkit_node.datastore.sqlite_worker import SqliteWorker
from bgpkit_node.errors import DatastoreError


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[SqliteWorker]:
    """Give one that is open."""
    worker = SqliteWorker(tmp_path / "store.db", "worker")
    await worker.open()
    yield worker
    await worker.close()


def number(connection: sqlite3.Connection, value: int) -> int:
    """Ask the database for a number; that of a negative one is an error of SQLite's, of zero one of ours."""
    if not value:
        raise ZeroDivisionError
    (found,) = connection.execute("SELECT ?" if value > 0 else "SELECT wrong", (value,)).fetchone()
    return int(found)


async def test_each_gets_its_own_result_or_error(worker: SqliteWorker) -> None:
    """Of jobs that go together one that fails harms no other; SQLite's errors are sentences."""
    outcomes = await asyncio.gather(*(worker.run(number, value) for value in (1, 0, 2, -1, 3)), return_exceptions=True)
    assert (outcomes[0], outcomes[2], outcomes[4]) == (1, 2, 3)
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert isinstance(outcomes[3], DatastoreError)
    assert "store.db cannot be used" in str(outcomes[3])


async def test_jobs_run_in_their_order_in_one_thread(worker: SqliteWorker) -> None:
    """Also when they are given in several turns of the loop."""
    seen: list[tuple[int, int]] = []

    def note(_connection: sqlite3.Connection, value: int) -> None:
        """Note it."""
        seen.append((value, threading.get_ident()))

    first = asyncio.gather(*(worker.run(note, value) for value in range(3)))
    await asyncio.sleep(0)
    await asyncio.gather(first, *(worker.run(note, value) for value in range(3, 6)))
    assert [value for value, _ in seen] == list(range(6))
    assert {thread for _, thread in seen} - {threading.get_ident()} == {seen[0][1]}


async def test_a_job_that_nobody_waits_for_any_more_is_left_out(worker: SqliteWorker) -> None:
    """One that has begun is done; the next is as if nothing had been."""
    began, go_on = threading.Event(), threading.Event()
    seen: list[int] = []

    def hold(_connection: sqlite3.Connection) -> None:
        """Wait in the thread."""
        began.set()
        go_on.wait(5)
        seen.append(0)

    def note(_connection: sqlite3.Connection) -> None:
        """Note that it ran."""
        seen.append(1)

    held = asyncio.ensure_future(worker.run(hold))
    await asyncio.to_thread(began.wait, 5)
    waiting = asyncio.ensure_future(worker.run(note))
    await asyncio.sleep(0)
    held.cancel()
    waiting.cancel()
    go_on.set()
    assert await worker.run(number, 7) == 7
    assert seen == [0]


async def test_closing_finishes_what_waits_and_refuses_the_rest(tmp_path: Path) -> None:
    """Twice is no error."""
    worker = SqliteWorker(tmp_path / "store.db", "worker")
    await worker.open()
    last = asyncio.ensure_future(worker.run(number, 1))
    await asyncio.sleep(0)
    await worker.close()
    await worker.close()
    assert await last == 1
    with pytest.raises(DatastoreError, match=r"store\.db is closed"):
        await worker.run(number, 2)
