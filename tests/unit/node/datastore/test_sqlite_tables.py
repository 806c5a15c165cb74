"""The tables: reading, writing all or nothing, the change log and its compaction."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from bgpkit_node.datastore import sqlite_tables
from bgpkit_node.datastore.port import Delete, KeyValue, Operation, Put, Unchanged, WatchEvent
from bgpkit_node.datastore.sqlite_file import connect
from bgpkit_node.errors import AlreadyExistsError, CompactedError, ConflictError, NotFoundError


@pytest.fixture
def connection(tmp_path: Path) -> Generator[sqlite3.Connection]:
    """Give a connection to a fresh store."""
    with closing(connect(tmp_path / "store.db")) as connection:
        yield connection


def test_a_put_is_read_back_with_the_revision_that_wrote_it(connection: sqlite3.Connection) -> None:
    """Revisions count transactions, from 1."""
    assert sqlite_tables.write(connection, [Put("/a", b"one")]) == 1
    assert sqlite_tables.write(connection, [Put("/a", b"two")]) == 2
    assert sqlite_tables.read(connection, "/a") == KeyValue("/a", b"two", 2)
    assert sqlite_tables.read(connection, "/b") is None


def test_all_operations_of_a_transaction_have_one_revision(connection: sqlite3.Connection) -> None:
    """A transaction is one event in the life of the store."""
    sqlite_tables.write(connection, [Put("/a", b""), Put("/b", b"")])
    assert [found.revision for found in sqlite_tables.read_all(connection, "/")[1]] == [1, 1]


def test_a_prefix_holds_exactly_the_keys_that_begin_with_it(connection: sqlite3.Connection) -> None:
    """Neighbours in the order of keys stay out, whatever characters follow the prefix."""
    keys = ["/a", "/a/", "/a/\U0010fffe", "/a/b", "/a0", "/b/", "/a/ü", "/A/b"]
    sqlite_tables.write(connection, [Put(key, b"") for key in keys])
    _, found = sqlite_tables.read_all(connection, "/a/")
    assert [entry.key for entry in found] == sorted(key for key in keys if key.startswith("/a/"))


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        (Put("/there", b"x", 0), AlreadyExistsError),
        (Put("/there", b"x", 7), ConflictError),
        (Put("/missing", b"x", 7), NotFoundError),
        (Delete("/there", 7), ConflictError),
        (Delete("/missing", 7), NotFoundError),
        (Delete("/missing"), NotFoundError),
        (Unchanged("/th", 0), ConflictError),
    ],
)
def test_one_failed_expectation_leaves_everything_as_it_was(
    connection: sqlite3.Connection, operation: Operation, error: type[Exception]
) -> None:
    """Nothing of the transaction is written, not even what stands before the failing operation."""
    sqlite_tables.write(connection, [Put("/there", b"old", 0)])
    with pytest.raises(error):
        sqlite_tables.write(connection, [Put("/other", b"x"), operation])
    assert sqlite_tables.read_all(connection, "") == (1, (KeyValue("/there", b"old", 1),))
    assert sqlite_tables.read_changes(connection, "", 1) == (1, ())


def test_met_expectations_let_a_transaction_through(connection: sqlite3.Connection) -> None:
    """Each kind of expectation can be met."""
    sqlite_tables.write(connection, [Put("/a", b"1", 0), Put("/b", b"1", 0)])
    operations: list[Operation] = [Unchanged("/a", 1), Put("/a", b"2", 1), Delete("/b", 1), Put("/c", b"3", 0)]
    assert sqlite_tables.write(connection, operations) == 2
    assert sqlite_tables.read_all(connection, "")[1] == (KeyValue("/a", b"2", 2), KeyValue("/c", b"3", 2))


def test_a_transaction_that_only_compares_takes_no_revision(connection: sqlite3.Connection) -> None:
    """The revision that comes back is the present one."""
    sqlite_tables.write(connection, [Put("/a", b"")])
    assert sqlite_tables.write(connection, [Unchanged("/a", 1)]) == 1
    assert sqlite_tables.write(connection, []) == 1


def test_two_writes_of_one_key_in_a_transaction_are_a_callers_mistake(connection: sqlite3.Connection) -> None:
    """There would be no order in which a watcher could understand them."""
    with pytest.raises(ValueError, match="/a"):
        sqlite_tables.write(connection, [Put("/a", b"1"), Delete("/a")])


def test_changes_come_in_order_and_a_tuple_for_each_transaction(connection: sqlite3.Connection) -> None:
    """Creations, writes and deletions under the prefix are there, others are not."""
    sqlite_tables.write(connection, [Put("/a/2", b"x"), Put("/a/1", b"y"), Put("/b", b"z")])
    sqlite_tables.write(connection, [Put("/b", b"w")])
    sqlite_tables.write(connection, [Delete("/a/2")])
    assert sqlite_tables.read_changes(connection, "/a/", 0) == (
        3,
        ((WatchEvent("/a/2", b"x", 1), WatchEvent("/a/1", b"y", 1)), (WatchEvent("/a/2", None, 3),)),
    )
    assert sqlite_tables.read_changes(connection, "/a/", 1)[1] == ((WatchEvent("/a/2", None, 3),),)


def test_compaction_keeps_at_least_as_many_changes_as_asked_and_whole_transactions(
    connection: sqlite3.Connection,
) -> None:
    """What is forgotten is refused with the oldest revision that can be watched from."""
    for number in range(5):
        sqlite_tables.write(connection, [Put(f"/{number}/{part}", b"") for part in range(3)])
    sqlite_tables.compact(connection, kept=9)
    with pytest.raises(CompactedError) as caught:
        sqlite_tables.read_changes(connection, "", 1)
    assert caught.value.oldest == 2
    _, batches = sqlite_tables.read_changes(connection, "", 2)
    assert [len(batch) for batch in batches] == [3, 3, 3]
    sqlite_tables.compact(connection, kept=4)
    assert sqlite_tables.read_changes(connection, "", 3)[1] == batches[1:]
    assert len(sqlite_tables.read_all(connection, "")[1]) == 15


def test_the_change_log_is_bounded(connection: sqlite3.Connection) -> None:
    """However long a store lives, little more than what is to be kept stays in the log."""
    for number in range(2000):
        sqlite_tables.write(connection, [Put("/a", str(number).encode())], kept=100)
    rows = connection.execute("SELECT count(*) FROM changes").fetchone()
    assert 100 <= rows[0] <= 100 + 256
    assert sqlite_tables.read(connection, "/a") == KeyValue("/a", b"1999", 2000)


def test_a_revision_from_the_future_means_another_store(connection: sqlite3.Connection) -> None:
    """A store that was replaced by an older one makes its watchers list again."""
    with pytest.raises(CompactedError):
        sqlite_tables.read_changes(connection, "", 5)
