"""TABLE_DUMP records and their octets."""

from dataclasses import replace

import pytest

from bgpkit.mrt import TableDump, encode_record
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import Prefix
from tests.unit.mrt.octets import AS_PATH2, NEXT_HOP, ORIGIN, PEER4, PEER6, TIME, TIME_OCTETS, read_one, record

ATTRIBUTES = ORIGIN + AS_PATH2 + NEXT_HOP
V4 = record(
    12,
    1,
    bytes.fromhex("0003 0007 cb007100 18 01".replace(" ", ""))
    + TIME_OCTETS
    + bytes.fromhex("c0000201 fc00 0014".replace(" ", ""))
    + ATTRIBUTES,
)
V4_RECORD = TableDump(
    timestamp=TIME,
    address=b"\xcb\0\x71\0",
    prefix_length=24,
    peer_address=PEER4,
    peer_as=64512,
    originated_time=TIME,
    attributes=ATTRIBUTES,
    view_number=3,
    sequence_number=7,
)
V6 = record(
    12,
    2,
    bytes(4)
    + bytes.fromhex("20010db8000000000000000000000000 20 01".replace(" ", ""))
    + TIME_OCTETS
    + PEER6.packed
    + bytes.fromhex("fc00 0004".replace(" ", ""))
    + ORIGIN,
)


def test_an_ipv4_record_is_read_and_written() -> None:
    """Each field stands where RFC 6396, section 4.2, has it."""
    assert read_one(V4) == V4_RECORD
    assert encode_record(V4_RECORD) == V4
    assert (V4_RECORD.family, V4_RECORD.prefix) == (IPV4_UNICAST, Prefix.parse("203.0.113.0/24"))


def test_an_ipv6_record_is_read_and_written() -> None:
    """Prefix and peer have sixteen octets each."""
    found = read_one(V6)
    assert isinstance(found, TableDump)
    assert (found.family, found.prefix) == (IPV6_UNICAST, Prefix.parse("2001:db8::/32"))
    assert (found.peer_address, found.peer_as, found.attributes) == (PEER6, 64512, ORIGIN)
    assert encode_record(found) == V6


def test_bits_beyond_the_prefix_length_are_kept_and_mean_nothing() -> None:
    """The field is written as it was read; the key is canonical."""
    octets = V4.replace(b"\xcb\0\x71\0\x18", b"\xcb\0\x71\xff\x16")
    found = read_one(octets)
    assert isinstance(found, TableDump)
    assert found.key == b"\x16\xcb\0\x70"
    assert str(found.prefix) == "203.0.112.0/22"
    assert encode_record(found) == octets


@pytest.mark.parametrize(("length", "key"), [(0, b"\0"), (8, b"\x08\xcb"), (32, b"\x20\xcb\0\x71\0")])
def test_keys_have_as_many_octets_as_the_length_asks_for(length: int, key: bytes) -> None:
    """A prefix of no bits has no octets."""
    assert replace(V4_RECORD, prefix_length=length).key == key


def test_a_record_says_what_it_is_in_a_line() -> None:
    """Time, type, prefix and peer."""
    assert str(V4_RECORD) == "2001-09-09 01:46:40 TABLE_DUMP 203.0.113.0/24 from 192.0.2.1 AS64512"


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (replace(V4_RECORD, peer_as=65536), "the peer AS of a TABLE_DUMP, 65536 does not fit 2 octets"),
        (
            replace(V4_RECORD, peer_address=PEER6),
            "203.0.113.0/24 from 2001:db8::1 needs TABLE_DUMP_V2: TABLE_DUMP cannot say it",
        ),
        (replace(V4_RECORD, prefix_length=33), "a prefix length of 33 does not fit an address of 32 bits"),
        (replace(V4_RECORD, prefix_length=-1), "a prefix length of -1 does not fit an address of 32 bits"),
        (replace(V4_RECORD, address=b"\xcb"), "a prefix field has 4 or 16 octets, not 1"),
        (replace(V4_RECORD, sequence_number=65536), "sequence number 65536 does not fit 2 octets"),
        (replace(V4_RECORD, attributes=bytes(65536)), "attribute length 65536 does not fit 2 octets"),
        (replace(V4_RECORD, timestamp=1 << 32), "timestamp 4294967296 does not fit 4 octets"),
    ],
)
def test_what_the_format_cannot_say_is_refused(broken: TableDump, text: str) -> None:
    """The error says which field it is."""
    with pytest.raises(ValueError, match=f"^{text}$"):
        encode_record(broken)
