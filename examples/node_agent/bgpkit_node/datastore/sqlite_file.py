"""The SQLite file: opening it, its schema, and its errors in words."""

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Final

from bgpkit_node.datastore.filesystem import shared_filesystem
from bgpkit_node.errors import DatastoreError, GoneError

APPLICATION_ID: Final = 0x62676B6E
SCHEMA_VERSION: Final = 1
BUSY_SECONDS: Final = 10.0

_SCHEMA: Final = (
    "CREATE TABLE entries (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL, revision INTEGER NOT NULL)",
    """CREATE TABLE changes (revision INTEGER NOT NULL, ordinal INTEGER NOT NULL, key TEXT NOT NULL, value BLOB,
       PRIMARY KEY (revision, ordinal)) WITHOUT ROWID""",
    "CREATE TABLE counters (name TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO counters (name, number) VALUES ('revision', 0), ('compacted', 0)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)

_SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: f"stays locked by another process for more than {BUSY_SECONDS:.0f} seconds",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that the directory exists and may be written",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore it from a backup, or remove it and apply the resources again",
    sqlite3.SQLITE_FULL: "cannot be written: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
    sqlite3.SQLITE_NOTADB: "is not an SQLite database",
    sqlite3.SQLITE_PERM: "may not be accessed: check its owner and permissions",
    sqlite3.SQLITE_READONLY: "cannot be written: the file, its directory or its filesystem is read-only",
}


@contextlib.contextmanager
def sqlite_errors(path: Path) -> Generator[None]:
    """Turn what SQLite raises into a DatastoreError whose one sentence names ``path``."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_IOERR and _is_full(path):
            code = sqlite3.SQLITE_FULL
        sentence = _SENTENCES.get(code & 0xFF, f"cannot be used: {error}")
        raise DatastoreError(f"datastore {path} {sentence}") from error


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at ``path`` from any other, None when there is none; it is not opened."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def gone(path: Path) -> GoneError:
    """Return the error of a store whose file is not at ``path`` any more."""
    return GoneError(
        f"datastore {path} was removed, moved away or replaced while it was in use: nothing is kept until a datastore"
        " is in this place; put it back, or restore a backup"
    )


def connect(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open (and create, if need be) the datastore file; the connection belongs to the calling thread.

    Raises DatastoreError with one sentence: no such directory, no permission, not SQLite, of another program, of a
    newer version; GoneError when it is missing and not to be created. On a filesystem that is read-only it can be read.
    """
    reading = _check_place(path, create=create)
    with sqlite_errors(path):
        name = f"{path.absolute().as_uri()}?{reading}"
        connection = sqlite3.connect(name, uri=True, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=64)
        try:
            _prepare(connection, path, reading=bool(reading))
        except BaseException:
            connection.close()
            raise
    return connection


def _check_place(path: Path, *, create: bool) -> str:
    """Look at the path, and create the file when it is missing, if it may be; return how SQLite is to open it.

    That is nothing unless the filesystem is read-only. Without a log nobody has the file open then, and locks are no
    use; with one, SQLite reads both.

    The file itself is never opened here: closing it would let go of the locks of every SQLite connection of this
    process, and others would then damage the store.
    """
    try:
        if not path.parent.is_dir():
            raise DatastoreError(f"datastore {path}: the directory {path.parent} does not exist")
        if path.is_dir():
            raise DatastoreError(f"datastore {path} is a directory, not a file")
        if kind := shared_filesystem(path):
            raise DatastoreError(
                f"datastore {path} lies on a network filesystem ({kind}), where SQLite's locks do not hold:"
                " use a local disk; agents of several machines share etcd instead"
            )
        if not path.exists():
            if not create:
                raise gone(path)
            _create(path)
        if os.access(path, os.R_OK, effective_ids=True) and os.statvfs(path).f_flag & os.ST_RDONLY:
            return "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
        if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
            why = "permission denied: run the command as root" if os.geteuid() else "it is read-only"
            raise DatastoreError(f"datastore {path} cannot be opened for writing: {why}")
    except OSError as error:
        raise DatastoreError(f"datastore {path} cannot be opened for writing: {error.strerror}") from error
    return ""


def _is_full(path: Path) -> bool:
    """Tell whether the filesystem has no room: SQLite calls some of its consequences an error of the disk."""
    try:
        return os.statvfs(path.parent).f_bavail == 0
    except OSError:
        return False


def _create(path: Path) -> None:
    """Put an empty file, its owner's alone, at ``path`` unless someone else just did."""
    descriptor, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        Path(fresh).unlink()


def _prepare(connection: sqlite3.Connection, path: Path, *, reading: bool) -> None:
    """Switch to WAL and bring a fresh file to the schema; several processes may do so at once.

    Where only ``reading`` is possible nothing is changed, and a fresh file refused.
    """
    connection.execute("BEGIN")
    try:
        _check_identity(connection, path)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    if reading:
        if _number(connection, "PRAGMA user_version") == 0:
            raise DatastoreError(f"datastore {path} holds nothing, and its filesystem is read-only")
        return
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    connection.execute("PRAGMA synchronous = NORMAL")
    if _number(connection, "PRAGMA user_version") == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        _check_identity(connection, path)
        if _number(connection, "PRAGMA user_version") == 0:
            for statement in _SCHEMA:
                connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _check_identity(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that is another program's, or of a schema that this version does not know.

    The caller has begun a transaction: someone else may be making the tables at this moment.
    """
    version = _number(connection, "PRAGMA user_version")
    application = _number(connection, "PRAGMA application_id")
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    if application != APPLICATION_ID and (application or version or tables):
        raise DatastoreError(f"datastore {path} is an SQLite database of another program")
    if version > SCHEMA_VERSION:
        raise DatastoreError(
            f"datastore {path} has schema version {version}, this version of bgpkit-node knows {SCHEMA_VERSION}:"
            " update bgpkit-node"
        )


def _number(connection: sqlite3.Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0])
