"""Opening the file: every way in which it can fail is one sentence that names it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from bgpkit_node.datastore import sqlite_tables
from bgpkit_node.datastore.port import Put
from bgpkit_node.datastore.sqlite_file import SCHEMA_VERSION, connect, sqlite_errors
from bgpkit_node.errors import DatastoreError
from tests.support.skips import require_kernel

_NOBODY = 65534


@pytest.fixture
def unprivileged() -> Generator[Path]:
    """Give a directory that others may read, and let the test run without root's rights."""
    root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    if not root:
        folder.chmod(0o555)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def _refusal(path: Path) -> str:
    with pytest.raises(DatastoreError) as caught:
        connect(path).close()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    """The cure is plain: make the directory."""
    assert f"directory {tmp_path / 'missing'} does not exist" in _refusal(tmp_path / "missing" / "store.db")


def test_a_directory_is_no_datastore(tmp_path: Path) -> None:
    """A path that ends too early is understood."""
    assert "is a directory" in _refusal(tmp_path)


def test_a_file_that_is_not_sqlite_is_left_alone(tmp_path: Path) -> None:
    """Whatever it is, it is not overwritten."""
    path = tmp_path / "passwords.txt"
    path.write_text("secret\n" * 100)
    assert "is not an SQLite database" in _refusal(path)
    assert path.read_text() == "secret\n" * 100


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """A browser's history is not filled with pools."""
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE visits (url TEXT)")
    assert "of another program" in _refusal(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("visits",)]


def test_a_newer_schema_is_refused_with_both_versions(tmp_path: Path) -> None:
    """An old agent does not touch what it does not understand."""
    path = tmp_path / "store.db"
    connect(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    sentence = _refusal(path)
    assert f"schema version {SCHEMA_VERSION + 1}" in sentence
    assert "update bgpkit-node" in sentence


def test_a_file_that_may_not_be_written_is_refused(unprivileged: Path) -> None:
    """A read-only file is noticed when it is opened, not at the first write."""
    path = unprivileged / "store.db"
    path.touch() if os.geteuid() == 0 else None
    if os.geteuid() == 0:
        path.chmod(0o444)
        os.seteuid(_NOBODY)
    assert "cannot be opened for writing: permission denied" in _refusal(path).replace("Permission", "permission")


def test_a_full_disk_is_said_and_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """SQLite's own limit of pages stands for the disk: it answers with the same code."""
    path = tmp_path / "store.db"
    with closing(connect(path)) as connection:
        sqlite_tables.write(connection, [Put("/a", b"before")])
        connection.execute("PRAGMA max_page_count = 20")
        with pytest.raises(DatastoreError, match="the disk is full"), sqlite_errors(path):
            sqlite_tables.write(connection, [Put("/a", b"x" * 200_000)])
        connection.execute("PRAGMA max_page_count = 1000000")
        found = sqlite_tables.read(connection, "/a")
        assert found
        assert found.value == b"before"
        assert sqlite_tables.write(connection, [Put("/a", b"after")]) == 2


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    """The cure is in the sentence."""
    path = tmp_path / "store.db"
    with closing(connect(path)) as connection:
        sqlite_tables.write(connection, [Put(f"/{number}", b"x" * 3000) for number in range(50)])
    octets = bytearray(path.read_bytes())
    octets[4096 : 4096 * 20] = bytes([0xFF]) * (4096 * 19)
    path.write_bytes(octets)
    with (
        pytest.raises(DatastoreError, match="is damaged: restore it"),
        sqlite_errors(path),
        closing(connect(path)) as connection,
    ):
        sqlite_tables.read_all(connection, "")


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Passwords may lie in it."""
    connect(tmp_path / "store.db").close()
    assert (tmp_path / "store.db").stat().st_mode & 0o777 == 0o600


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """A file made beforehand (with an owner of choice) is taken."""
    (tmp_path / "store.db").touch()
    with closing(connect(tmp_path / "store.db")) as connection:
        assert sqlite_tables.write(connection, [Put("/a", b"")]) == 1


def test_many_may_create_the_same_file_at_once(tmp_path: Path) -> None:
    """Whoever comes first makes the tables; the others find them."""
    barrier = threading.Barrier(8)
    revisions: list[int] = []

    def start(number: int) -> None:
        barrier.wait()
        with closing(connect(tmp_path / "store.db")) as connection:
            revisions.append(sqlite_tables.write(connection, [Put(f"/{number}", b"")]))

    threads = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(revisions) == list(range(1, 9))


def test_the_store_is_in_wal_mode(tmp_path: Path) -> None:
    """Readers do not wait for writers."""
    with closing(connect(tmp_path / "store.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


_ON_A_SMALL_DISK = """\
import asyncio, os, subprocess, sys
from pathlib import Path
from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.errors import DatastoreError

def mount(*words):
    subprocess.run(["mount", *words, sys.argv[1]], check=True)

async def said(call):
    try:
        return await call
    except DatastoreError as error:
        return str(error).removeprefix(f"datastore {path} ")

async def written(key):
    store = await SqliteDatastore.open(path)
    await store.create(key, b"")
    if key == "/killed":
        os._exit(0)
    await store.close()

async def read():
    async with await SqliteDatastore.open(path) as store:
        print((await store.list("/"))[0], await said(store.create("/c", b"3")))

def scene():
    mount("-t", "tmpfs", "-o", "size=12k", "small")
    for _ in range(2):
        print(asyncio.run(said(SqliteDatastore.open(path))))
    mount("-o", "remount,size=10m")
    asyncio.run(written("/a"))
    mount("-o", "remount,ro")
    asyncio.run(read())
    mount("-o", "remount,rw")
    if not os.fork():
        asyncio.run(written("/killed"))
    os.wait()
    mount("-o", "remount,ro")
    asyncio.run(read())

path = Path(sys.argv[1]) / "a store?.db"
scene()
"""


def test_a_full_disk_and_a_read_only_one_are_told_and_what_is_there_is_read(tmp_path: Path) -> None:
    """Full from the first octet; read-only with and without the log of a process that was killed."""
    require_kernel("netns")
    argv = ["unshare", "-m", sys.executable, "-c", _ON_A_SMALL_DISK, str(tmp_path)]
    answer = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    words = answer.stdout.splitlines()
    assert words[:2] == ["cannot be written: the disk is full"] * 2, answer
    refused = "cannot be written: the file, its directory or its filesystem"
    assert [line.split(" is ")[0] for line in words[2:]] == [f"1 {refused}", f"2 {refused}"]
