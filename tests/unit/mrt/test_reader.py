"""Reading files: a record at a time, with the place of what is wrong."""

import bz2
import gzip
import itertools
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from bgpkit.errors import BgpError, MrtError
from bgpkit.mrt import MAXIMUM_RECORD_LENGTH, Record, UnknownRecord, read_mrt
from tests.unit.mrt.octets import PEER_INDEX_TABLE, TIME, read, record
from tests.unit.mrt.test_bgp4mp import V4_HEAD4
from tests.unit.mrt.test_rib_entries import V4 as RIB

GOOD = record(99, 1, b"first") + record(99, 2, b"") + record(99, 3, b"third")
RECORDS = [UnknownRecord(TIME, 99, 1, b"first"), UnknownRecord(TIME, 99, 2, b""), UnknownRecord(TIME, 99, 3, b"third")]
BAD = record(16, 4, V4_HEAD4[:-1])


def until_error(octets: bytes, maximum_length: int = MAXIMUM_RECORD_LENGTH) -> tuple[list[Record], MrtError]:
    """Return the records that come, and the error that ends them."""
    found: list[Record] = []
    with pytest.raises(MrtError) as caught:
        found.extend(read_mrt(BytesIO(octets), maximum_length=maximum_length))
    return found, caught.value


class Counted:
    """A source that counts what is asked of it."""

    def __init__(self, records: Iterator[bytes]) -> None:
        """Give one record at each call."""
        self.calls = 0
        self._records = records

    def read(self, size: int, /) -> bytes:
        """Return the next record."""
        del size
        self.calls += 1
        return next(self._records)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_a_file_is_read_by_path(tmp_path: Path, pack: type[bytes]) -> None:
    """A path or its text will do, compressed or not, whatever its name is."""
    path = tmp_path / "file"
    path.write_bytes(pack(GOOD))
    assert list(read_mrt(path)) == RECORDS
    assert list(read_mrt(str(path))) == RECORDS


def test_an_open_file_stays_open() -> None:
    """Who opens it closes it."""
    file = BytesIO(GOOD)
    assert list(read_mrt(file)) == RECORDS
    assert not file.closed


def test_a_file_that_is_not_there_is_the_system_s_error() -> None:
    """OSError passes."""
    with pytest.raises(FileNotFoundError):
        next(read_mrt("/nowhere/updates.gz"))


def test_an_empty_file_has_no_records() -> None:
    """And no error."""
    assert read(b"") == []
    assert read(gzip.compress(b"")) == []


def test_records_come_as_soon_as_they_are_there() -> None:
    """An endless source is read no further than is needed."""
    source = Counted(itertools.repeat(record(99, 1, b"first")))
    records = read_mrt(source)
    for _ in range(5):
        assert next(records) == RECORDS[0]
    assert source.calls <= 6


@pytest.mark.parametrize("size", [1, 2, 7, 12, 13, 40])
def test_records_may_be_cut_anywhere_by_the_source(size: int) -> None:
    """What comes in pieces is put together."""
    pieces = [GOOD[start : start + size] for start in range(0, len(GOOD), size)]
    assert list(read_mrt(Counted(iter([*pieces, b""])))) == RECORDS


@pytest.mark.parametrize("cut", [1, 11, 12, 16])
def test_a_file_that_is_cut_short_gives_what_is_whole(cut: int) -> None:
    """Then the error says which record, where it starts, and how much of it is there."""
    found, error = until_error(GOOD[: 17 + 12 + cut])
    wanted = 12 if cut < 12 else 17
    assert found == RECORDS[:2]
    assert str(error) == f"record 3, at octet 29: the record is cut short: {cut} of {wanted} octets are there"
    assert (error.record, error.offset, error.octets) == (3, 29, b"")
    assert isinstance(error, BgpError)


def test_a_compressed_file_that_is_cut_short_gives_what_is_whole() -> None:
    """The error tells both cuts; octets are counted in what was decompressed."""
    records = b"".join(record(99, each & 0xFFFF, each.to_bytes(4, "big") * 5) for each in range(5000))
    packed = gzip.compress(records)
    found, error = until_error(packed[: len(packed) // 2])
    assert len(found) > 1000
    assert found[-1] == UnknownRecord(TIME, 99, len(found) - 1, (len(found) - 1).to_bytes(4, "big") * 5)
    assert (error.record, error.offset) == (len(found) + 1, 32 * len(found))
    assert "the gzip data is cut short" in str(error)


def test_a_compressed_file_that_ends_between_records_is_cut_short_too() -> None:
    """The end of the compressed data is missing, though all records are there."""
    found, error = until_error(gzip.compress(GOOD)[:-8])
    assert found == RECORDS
    assert str(error) == "record 4, at octet 46: the gzip data is cut short; there is no more"


def test_a_malformed_record_is_an_error_with_its_octets() -> None:
    """It says what is wrong, which record it is and where that starts."""
    found, error = until_error(GOOD + BAD + GOOD)
    assert found == RECORDS
    assert str(error) == "record 4, at octet 46: the addresses end at octet 20, the record at 19"
    assert (error.record, error.offset, error.octets) == (4, 46, BAD)


def test_malformed_records_can_be_skipped() -> None:
    """Each is reported, and reading goes on where the header says that the next one starts."""
    errors: list[MrtError] = []
    found = list(read_mrt(BytesIO(BAD + GOOD + BAD + GOOD), skipped=errors.append))
    assert found == RECORDS * 2
    assert [(error.record, error.offset, error.octets) for error in errors] == [(1, 0, BAD), (5, 77, BAD)]
    assert [type(error.__cause__) for error in errors] == [ValueError, ValueError]


def test_a_cut_cannot_be_skipped() -> None:
    """There is nothing behind it."""
    errors: list[MrtError] = []
    with pytest.raises(MrtError, match="cut short"):
        list(read_mrt(BytesIO(GOOD[:-1]), skipped=errors.append))
    assert errors == []


def test_a_record_beyond_the_maximum_is_refused_unread() -> None:
    """So that rubbish does not fill the memory; who expects longer ones may say so."""
    found, error = until_error(GOOD + record(99, 1, bytes(100)), maximum_length=99)
    assert found == RECORDS
    assert str(error) == "record 4, at octet 46: a record of 100 octets is longer than 99"
    assert len(list(read_mrt(BytesIO(record(99, 1, bytes(100))), maximum_length=100))) == 1
    huge = bytes.fromhex("3b9aca00 0063 0001 ffffffff".replace(" ", ""))
    assert "a record of 4294967295 octets is longer than 16777216" in str(until_error(huge)[1])


def test_real_kinds_of_records_stand_beside_each_other() -> None:
    """A reader keeps nothing from one record to the next."""
    assert [type(each).__name__ for each in read(RIB + PEER_INDEX_TABLE + GOOD[:17])] == [
        "RibEntries",
        "PeerIndexTable",
        "UnknownRecord",
    ]
