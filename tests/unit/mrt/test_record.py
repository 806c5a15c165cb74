"""Any record: the header tells what follows; what is wrong is told in a sentence."""

import pytest

from bgpkit.mrt import UnknownRecord, encode_record
from bgpkit.mrt.record import decode_record
from tests.unit.mrt.octets import PEER_INDEX_TABLE, TIME, entry, read_one, record
from tests.unit.mrt.test_bgp4mp import V4_HEAD, V6_HEAD4
from tests.unit.mrt.test_rib_entries import V4 as RIB
from tests.unit.mrt.test_table_dump import V4 as TABLE_DUMP

SEQUENCE = bytes(4)
NLRI = bytes.fromhex("18cb0071")


@pytest.mark.parametrize(
    ("kind", "subtype"), [(11, 0), (12, 3), (13, 7), (16, 2), (17, 3), (32, 0), (49, 0), (4711, 5)]
)
def test_other_types_and_subtypes_are_kept_as_octets(kind: int, subtype: int) -> None:
    """They are written as they were read."""
    octets = record(kind, subtype, b"whatever it is")
    found = read_one(octets)
    assert found == UnknownRecord(TIME, kind, subtype, b"whatever it is")
    assert encode_record(found) == octets


def test_an_unknown_record_says_what_it_is_in_a_line() -> None:
    """The type by name when it has one."""
    assert str(UnknownRecord(TIME, 32, 1, b"ab")) == "2001-09-09 01:46:40 ISIS subtype 1: 2 octets"
    assert str(UnknownRecord(TIME, 99, 1, b"ab")) == "2001-09-09 01:46:40 type 99 subtype 1: 2 octets"


def test_an_unknown_record_that_cannot_be_written_is_refused() -> None:
    """The header has two octets for the type."""
    with pytest.raises(ValueError, match=r"^type 65536 does not fit 2 octets$"):
        encode_record(UnknownRecord(TIME, 65536, 0, b""))


MALFORMED = [
    (12, 1, TABLE_DUMP[12:33], "a TABLE_DUMP of 21 octets is shorter than 22"),
    (12, 2, bytes(45), "a TABLE_DUMP of 45 octets is shorter than 46"),
    (12, 1, TABLE_DUMP[12:20] + b"\x21" + TABLE_DUMP[21:], "a prefix of 33 bits at octet 8"),
    (12, 1, TABLE_DUMP[12:-1], "the attributes have 20 octets by their length, 19 by the record's"),
    (12, 1, TABLE_DUMP[12:] + b"x", "the attributes have 20 octets by their length, 21 by the record's"),
    (13, 1, bytes(7), "a PEER_INDEX_TABLE of 7 octets is shorter than 8"),
    (13, 1, bytes.fromhex("0000000000030000"), "the view name ends at octet 9, the PEER_INDEX_TABLE at 8"),
    (13, 1, PEER_INDEX_TABLE[12:-1], "peer 2 of 3 is cut short at octet 48"),
    (13, 1, PEER_INDEX_TABLE[12:-11], "peer 2 of 3 is cut short at octet 48"),
    (13, 1, PEER_INDEX_TABLE[12:] + b"x", "1 octets are left behind the last peer, at octet 59"),
    (13, 2, bytes(6), "a RIB record of 6 octets is shorter than 7"),
    (13, 2, SEQUENCE + b"\x21" + bytes(9), "a prefix of 33 bits at octet 4"),
    (13, 4, SEQUENCE + b"\x81" + bytes(20), "a prefix of 129 bits at octet 4"),
    (13, 2, SEQUENCE + b"\x20\1\2\3", "the record ends before its entry count, at octet 8"),
    (13, 2, RIB[12:-1], "entry 1 of 2 is cut short at octet 42"),
    (13, 2, SEQUENCE + NLRI + b"\0\1" + entry(0)[:-1], "the attributes of entry 0 of 1 are cut short at octet 18"),
    (13, 2, RIB[12:] + b"xx", "2 octets are left behind the last entry, at octet 50"),
    (13, 6, bytes(6), "a RIB_GENERIC record of 6 octets is shorter than 7"),
    (13, 6, SEQUENCE + b"\0\1\1", "the NLRI is cut short at octet 7"),
    (13, 6, SEQUENCE + b"\0\1\1\x18\xcb", "the NLRI is cut short at octet 7"),
    (13, 12, SEQUENCE + b"\0\1\1\0\0", "the NLRI is cut short at octet 11"),
    (16, 1, V4_HEAD[:7], "a BGP4MP message of 7 octets is shorter than 8"),
    (16, 4, V6_HEAD4[:11], "a BGP4MP message of 11 octets is shorter than 12"),
    (16, 1, V4_HEAD[:15], "the addresses end at octet 16, the record at 15"),
    (16, 1, V4_HEAD[:7] + b"\3" + V4_HEAD[8:], "addresses of AFI 3, neither 1 nor 2, at octet 6"),
    (16, 0, V4_HEAD[:7], "a BGP4MP state change of 7 octets is shorter than 8"),
    (16, 0, V4_HEAD + bytes(3), "a BGP4MP state change of 19 octets, where 20 belong"),
    (16, 0, V4_HEAD + bytes(5), "a BGP4MP state change of 21 octets, where 20 belong"),
    (17, 4, bytes(3), "a BGP4MP_ET record of 3 octets has no microseconds"),
]


@pytest.mark.parametrize(("kind", "subtype", "message", "text"), MALFORMED)
def test_a_malformed_record_is_told_with_the_octet(kind: int, subtype: int, message: bytes, text: str) -> None:
    """A sentence says what is wrong, and at which octet behind the header where that is not plain."""
    with pytest.raises(ValueError, match=f"^{text}$"):
        decode_record(TIME, kind, subtype, message)
