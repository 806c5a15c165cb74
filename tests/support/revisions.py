"""The revision of a datastore file, read past the code under test."""

import sqlite3
from pathlib import Path


def revision(datastore: Path) -> int:
    """Return the number of transactions that the file has seen."""
    connection = sqlite3.connect(datastore)
    try:
        (number,) = connection.execute("SELECT number FROM counters WHERE name = 'revision'").fetchone()
    finally:
        connection.close()
    return int(number)
