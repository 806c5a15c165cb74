"""What is done to the tables of an SQLite datastore, as plain functions on a connection of the calling thread."""

import sqlite3
from collections.abc import Sequence
from itertools import groupby
from typing import Final, assert_never

from bgpkit_node.datastore.distinct import check_distinct
from bgpkit_node.datastore.port import Delete, KeyValue, Operation, Put, Unchanged, WatchEvent
from bgpkit_node.errors import AlreadyExistsError, CompactedError, ConflictError, NotFoundError

KEPT_CHANGES: Final = 10_000
"""How many changes are kept for watchers at least; older ones are forgotten a few hundred at a time."""

_COMPACT_EVERY: Final = 256
_LAST: Final = "\U0010ffff"


def read(connection: sqlite3.Connection, key: str) -> KeyValue | None:
    """Return the value of ``key``, or None."""
    row = connection.execute("SELECT key, value, revision FROM entries WHERE key = ?", (key,)).fetchone()
    return KeyValue(*row) if row else None


def read_all(connection: sqlite3.Connection, prefix: str) -> tuple[int, tuple[KeyValue, ...]]:
    """Return the store's revision and the values under ``prefix``, both of one moment."""
    connection.execute("BEGIN")
    try:
        revision = counter(connection, "revision")
        rows = connection.execute(
            "SELECT key, value, revision FROM entries WHERE key >= ? AND key < ? ORDER BY key", (prefix, prefix + _LAST)
        )
        return revision, tuple(KeyValue(*row) for row in rows)
    finally:
        if connection.in_transaction:  # an error of the disk has ended it
            connection.execute("ROLLBACK")


def read_changes(
    connection: sqlite3.Connection, prefix: str, revision: int
) -> tuple[int, tuple[tuple[WatchEvent, ...], ...]]:
    """Return the store's revision and the changes under ``prefix`` after ``revision``, a tuple for each transaction.

    Raises CompactedError when they are not all kept, and when the store has not come to ``revision`` yet (it was
    replaced by an older one).
    """
    connection.execute("BEGIN")
    try:
        current, oldest = counter(connection, "revision"), counter(connection, "compacted")
        if not oldest <= revision <= current:
            raise CompactedError(revision, oldest)
        rows = connection.execute(
            "SELECT key, value, revision FROM changes WHERE revision > ? AND key >= ? AND key < ?"
            " ORDER BY revision, ordinal",
            (revision, prefix, prefix + _LAST),
        )
        events = [WatchEvent(*row) for row in rows]
    finally:
        if connection.in_transaction:  # an error of the disk has ended it
            connection.execute("ROLLBACK")
    return current, tuple(tuple(group) for _, group in groupby(events, key=lambda event: event.revision))


def write(connection: sqlite3.Connection, operations: Sequence[Operation], kept: int = KEPT_CHANGES) -> int:
    """Carry out all ``operations`` or none, and return the revision; see Datastore.transact."""
    check_distinct(operations)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for operation in operations:
            _check(connection, operation)
        revision = counter(connection, "revision")
        changes = [operation for operation in operations if not isinstance(operation, Unchanged)]
        if changes:
            revision += 1
            _change(connection, revision, changes)
            if revision % _COMPACT_EVERY == 0:
                compact(connection, kept)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return revision


def compact(connection: sqlite3.Connection, kept: int) -> None:
    """Forget the oldest changes beyond ``kept`` (1 or more), whole transactions only; the caller has begun one."""
    row = connection.execute(
        "SELECT revision - 1 FROM changes ORDER BY revision DESC, ordinal DESC LIMIT 1 OFFSET ?", (kept - 1,)
    ).fetchone()
    if row:
        connection.execute("DELETE FROM changes WHERE revision <= ?", row)
        connection.execute("UPDATE counters SET number = max(number, ?) WHERE name = 'compacted'", row)


def counter(connection: sqlite3.Connection, name: str) -> int:
    """Return one of the store's counters: ``revision`` or ``compacted``."""
    row = connection.execute("SELECT number FROM counters WHERE name = ?", (name,)).fetchone()
    return int(row[0])


def _check(connection: sqlite3.Connection, operation: Operation) -> None:
    match operation:
        case Put(key, _, expected):
            _check_put(_revision_of(connection, key), key, expected)
        case Delete(key, expected):
            found = _revision_of(connection, key)
            if not found:
                raise NotFoundError(key)
            if expected is not None and expected != found:
                raise ConflictError(key, expected, found)
        case Unchanged(prefix, revision):
            row = connection.execute(
                "SELECT key, revision FROM entries WHERE key >= ? AND key < ? AND revision > ? LIMIT 1",
                (prefix, prefix + _LAST, revision),
            ).fetchone()
            if row:
                raise ConflictError(row[0], revision, row[1])
        case _:
            assert_never(operation)


def _check_put(found: int, key: str, expected: int | None) -> None:
    if expected is None or expected == found:
        return
    if expected == 0:
        raise AlreadyExistsError(key)
    if not found:
        raise NotFoundError(key)
    raise ConflictError(key, expected, found)


def _revision_of(connection: sqlite3.Connection, key: str) -> int:
    row = connection.execute("SELECT revision FROM entries WHERE key = ?", (key,)).fetchone()
    return int(row[0]) if row else 0


def _change(connection: sqlite3.Connection, revision: int, changes: Sequence[Put | Delete]) -> None:
    connection.execute("UPDATE counters SET number = ? WHERE name = 'revision'", (revision,))
    for ordinal, change in enumerate(changes):
        value = change.value if isinstance(change, Put) else None
        if value is None:
            connection.execute("DELETE FROM entries WHERE key = ?", (change.key,))
        else:
            connection.execute(
                "INSERT INTO entries (key, value, revision) VALUES (?1, ?2, ?3)"
                " ON CONFLICT (key) DO UPDATE SET value = ?2, revision = ?3",
                (change.key, value, revision),
            )
        connection.execute(
            "INSERT INTO changes (revision, ordinal, key, value) VALUES (?, ?, ?, ?)",
            (revision, ordinal, change.key, value),
        )
