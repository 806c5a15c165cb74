"""Writing files: a record at a time, whole or not at all."""

from io import BytesIO
from pathlib import Path

import pytest

from bgpkit.mrt import MrtWriter, UnknownRecord, open_mrt, read_mrt
from tests.unit.mrt.octets import PEER_INDEX_TABLE, TIME, read_one, record
from tests.unit.mrt.test_bgp4mp import MESSAGE

FIRST = UnknownRecord(TIME, 99, 1, b"first")


class Reluctant:
    """A file that takes three octets at a time, as one without a buffer may."""

    def __init__(self) -> None:
        """Start empty."""
        self.taken = b""

    def write(self, octets: bytes, /) -> int:
        """Take the first octets."""
        self.taken += octets[:3]
        return len(octets[:3])

    def close(self) -> None:
        """Do nothing."""


class Silent:
    """A sink that says nothing of what it takes."""

    def __init__(self) -> None:
        """Start empty."""
        self.taken: list[bytes] = []

    def write(self, octets: bytes, /) -> None:
        """Take the octets."""
        self.taken.append(octets)

    def close(self) -> None:
        """Do nothing."""


def test_records_are_written_behind_each_other() -> None:
    """Octet for octet as they were read."""
    file = BytesIO()
    writer = MrtWriter(file)
    writer.write(read_one(PEER_INDEX_TABLE))
    writer.write(FIRST)
    assert file.getvalue() == PEER_INDEX_TABLE + record(99, 1, b"first")


def test_a_record_goes_into_one_call() -> None:
    """Whoever shares the file sees no halves."""
    sink = Silent()
    MrtWriter(sink).write(FIRST)
    assert sink.taken == [record(99, 1, b"first")]


def test_a_file_that_takes_less_is_asked_again() -> None:
    """Nothing is lost."""
    file = Reluctant()
    MrtWriter(file).write(FIRST)
    assert file.taken == record(99, 1, b"first")


def test_a_record_that_cannot_be_written_leaves_nothing_behind() -> None:
    """The file is as it was."""
    file = BytesIO()
    with pytest.raises(ValueError, match="type 70000 does not fit 2 octets"):
        MrtWriter(file).write(UnknownRecord(TIME, 70000, 0, b"first"))
    assert file.getvalue() == b""


@pytest.mark.parametrize("name", ["rib", "rib.gz", "rib.bz2", "rib.xz"])
def test_a_written_file_is_read_again(tmp_path: Path, name: str) -> None:
    """Compressed as its suffix says; a second opening with ``a`` adds to it."""
    path = tmp_path / name
    with open_mrt(path) as writer:
        writer.write(FIRST)
    with open_mrt(path, "a") as writer:
        writer.write(MESSAGE)
    assert list(read_mrt(path)) == [FIRST, MESSAGE]
    with pytest.raises(FileExistsError):
        open_mrt(path, "x")


def test_leaving_the_block_closes_the_file() -> None:
    """With an error, too."""
    file = BytesIO()
    with pytest.raises(ValueError, match="does not fit"), MrtWriter(file) as writer:
        writer.write(UnknownRecord(-1, 0, 0, b""))
    assert file.closed
