"""RIB records of TABLE_DUMP_V2 and their octets."""

from dataclasses import replace

import pytest

from bgpkit.mrt import RibEntries, RibEntry, UnknownRecord, encode_record
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix
from tests.unit.mrt.octets import ATTRIBUTES, TIME, entry, read_one, record

SEQUENCE = bytes.fromhex("00000005")
NLRI = bytes.fromhex("18cb0071")
V4 = record(13, 2, SEQUENCE + NLRI + b"\0\2" + entry(0) + entry(2, b""))
V4_RECORD = RibEntries(
    timestamp=TIME,
    family=IPV4_UNICAST,
    nlri=NLRI,
    entries=(RibEntry(0, TIME, ATTRIBUTES), RibEntry(2, TIME, b"")),
    sequence_number=5,
)
NO_ROW = Family(1, 200)


def test_a_record_is_read_and_written() -> None:
    """Each field stands where RFC 6396, sections 4.3.2 and 4.3.4, has it."""
    assert read_one(V4) == V4_RECORD
    assert encode_record(V4_RECORD) == V4
    assert V4_RECORD.prefix == Prefix.parse("203.0.113.0/24")


@pytest.mark.parametrize(
    ("subtype", "family", "nlri"),
    [
        (3, Family(1, 2), NLRI),
        (4, IPV6_UNICAST, bytes.fromhex("2020010db8")),
        (5, Family(2, 2), bytes.fromhex("80") + bytes(16)),
    ],
)
def test_each_subtype_has_its_family(subtype: int, family: Family, nlri: bytes) -> None:
    """RIB_IPV4_MULTICAST, RIB_IPV6_UNICAST and RIB_IPV6_MULTICAST."""
    octets = record(13, subtype, SEQUENCE + nlri + b"\0\0")
    found = RibEntries(timestamp=TIME, family=family, nlri=nlri, entries=(), sequence_number=5)
    assert read_one(octets) == found
    assert encode_record(found) == octets


def test_spare_bits_of_the_prefix_are_kept_and_mean_nothing() -> None:
    """The NLRI is written as it was read; the key is canonical."""
    octets = record(13, 2, SEQUENCE + bytes.fromhex("0dcbff") + b"\0\0")
    found = read_one(octets)
    assert isinstance(found, RibEntries)
    assert (found.key, str(found.prefix)) == (bytes.fromhex("0dcbf8"), "203.248.0.0/13")
    assert encode_record(found) == octets


def test_path_identifiers_stand_in_each_entry() -> None:
    """RIB_IPV4_UNICAST_ADDPATH: RFC 8050, section 4.1."""
    octets = record(13, 8, SEQUENCE + NLRI + b"\0\1" + entry(1, path_id=bytes.fromhex("0000002a")))
    found = replace(V4_RECORD, add_path=True, entries=(RibEntry(1, TIME, ATTRIBUTES, 42),))
    assert read_one(octets) == found
    assert encode_record(found) == octets


def test_a_generic_record_names_its_family() -> None:
    """RIB_GENERIC: AFI and SAFI before the NLRI. RFC 6396, section 4.3.3."""
    octets = record(13, 6, SEQUENCE + bytes.fromhex("000101") + NLRI + b"\0\2" + entry(0) + entry(2, b""))
    found = replace(V4_RECORD, generic=True)
    assert read_one(octets) == found
    assert encode_record(found) == octets


def test_a_generic_record_has_its_path_identifier_before_the_nlri() -> None:
    """RIB_GENERIC_ADDPATH: RFC 8050, section 4.2."""
    octets = record(13, 12, SEQUENCE + bytes.fromhex("000101 0000002a".replace(" ", "")) + NLRI + b"\0\1" + entry(0))
    found = replace(V4_RECORD, generic=True, add_path=True, path_id=42, entries=(RibEntry(0, TIME, ATTRIBUTES),))
    assert read_one(octets) == found
    assert encode_record(found) == octets


def test_path_identifiers_in_the_entries_of_a_generic_record_are_read() -> None:
    """So do GoBGP and OpenBGPD write RIB_GENERIC_ADDPATH, against RFC 8050, section 4.2."""
    octets = record(13, 12, SEQUENCE + bytes.fromhex("000101") + NLRI + b"\0\1" + entry(0, path_id=b"\0\0\0\x2a"))
    found = replace(V4_RECORD, generic=True, add_path=True, entries=(RibEntry(0, TIME, ATTRIBUTES, 42),))
    assert read_one(octets) == found
    assert encode_record(found) == octets


def test_a_generic_record_that_fits_neither_form_is_told_by_the_rfc_s() -> None:
    """The complaint is about the form of RFC 8050."""
    octets = record(13, 12, SEQUENCE + bytes.fromhex("000101 0000002a".replace(" ", "")) + NLRI + b"\0\1")
    with pytest.raises(Exception, match="entry 0 of 1 is cut short at octet 17"):
        read_one(octets)


@pytest.mark.parametrize("subtype", [6, 12])
def test_a_family_without_a_row_is_kept_as_octets(subtype: int) -> None:
    """Where its NLRI ends cannot be known. RFC 6396, section 4.3.3."""
    message = SEQUENCE + bytes.fromhex("0001c8") + b"whatever"
    octets = record(13, subtype, message)
    assert read_one(octets) == UnknownRecord(TIME, 13, subtype, message)
    assert encode_record(read_one(octets)) == octets


def test_a_destination_that_is_no_prefix_has_none() -> None:
    """Of a family without a row, neither prefix nor key can be told."""
    found = replace(V4_RECORD, family=NO_ROW, generic=True)
    with pytest.raises(ValueError, match=r"^a destination of afi-1-safi-200 is not a prefix$"):
        _ = found.prefix
    with pytest.raises(ValueError, match=r"^NLRI of afi-1-safi-200 are not known$"):
        _ = found.key
    with pytest.raises(ValueError, match=r"^NLRI of afi-1-safi-200 are not known$"):
        _ = found.destination


@pytest.mark.parametrize("count", [0, 2])
def test_a_destination_is_one_nlri(count: int) -> None:
    """Neither none nor several."""
    with pytest.raises(ValueError, match=f" are {count} NLRI of ipv4-unicast, not one$"):
        _ = replace(V4_RECORD, nlri=NLRI * count).destination


def test_a_record_says_what_it_is_in_a_line() -> None:
    """Subtype, destination and number of routes."""
    assert str(V4_RECORD) == "2001-09-09 01:46:40 RIB_IPV4_UNICAST 203.0.113.0/24: 2 routes"
    other = replace(V4_RECORD, family=NO_ROW, generic=True)
    assert str(other) == "2001-09-09 01:46:40 RIB_GENERIC afi-1-safi-200 0x18cb0071: 2 routes"


WITH_ID = (RibEntry(0, 0, b"", 1),)
GENERIC_ADD_PATH = replace(V4_RECORD, generic=True, add_path=True)


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (
            replace(V4_RECORD, family=NO_ROW),
            "a dump of afi-1-safi-200 needs generic=True: only RIB_GENERIC can hold it",
        ),
        (replace(V4_RECORD, family=NO_ROW, generic=True), "NLRI of afi-1-safi-200 are not known"),
        (replace(V4_RECORD, nlri=b"\x18\xcb\0"), "the NLRI is cut short at octet 0"),
        (replace(V4_RECORD, nlri=b""), "the NLRI is cut short at octet 0"),
        (replace(V4_RECORD, nlri=b"\0\0"), "the octets '00 00' are more than one NLRI of ipv4-unicast"),
        (replace(V4_RECORD, path_id=1), "only RIB_GENERIC_ADDPATH has a path identifier before its NLRI"),
        (replace(V4_RECORD, add_path=True), "an entry lacks its path identifier, against its record"),
        (replace(V4_RECORD, entries=WITH_ID), "an entry has a path identifier, against its record"),
        (
            replace(GENERIC_ADD_PATH, entries=WITH_ID, path_id=1),
            "an entry has a path identifier, against its record",
        ),
        (GENERIC_ADD_PATH, "an entry lacks its path identifier, against its record"),
        (replace(V4_RECORD, entries=(RibEntry(65536, 0, b""),)), "peer index 65536 does not fit 2 octets"),
        (replace(V4_RECORD, entries=(RibEntry(0, 0, bytes(65536)),)), "attribute length 65536 does not fit 2 octets"),
        (
            replace(V4_RECORD, entries=(RibEntry(0, 0, b"", 1 << 32),), add_path=True),
            "path identifier 4294967296 does not fit 4 octets",
        ),
        (replace(V4_RECORD, sequence_number=-1), "sequence number -1 does not fit 4 octets"),
        (replace(V4_RECORD, entries=WITH_ID * 65536), "entry count 65536 does not fit 2 octets"),
        (replace(GENERIC_ADD_PATH, path_id=-1), "path identifier -1 does not fit 4 octets"),
    ],
)
def test_what_cannot_be_written_is_refused(broken: RibEntries, text: str) -> None:
    """The error says which field it is."""
    with pytest.raises(ValueError, match=f"^{text}"):
        encode_record(broken)
