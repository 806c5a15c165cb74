"""PEER_INDEX_TABLE records and their octets."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit.mrt import PeerEntry, PeerIndexTable, encode_record
from tests.unit.mrt.octets import PEER6, PEER_INDEX_TABLE, TIME, read_one

TABLE = PeerIndexTable(
    timestamp=TIME,
    collector_bgp_id=IPv4Address("198.51.100.1"),
    view_name="view",
    peers=(
        PeerEntry(bgp_id=IPv4Address("10.0.0.1"), address=IPv4Address("192.0.2.1"), asn=130036),
        PeerEntry(bgp_id=IPv4Address("10.0.0.2"), address=PEER6, asn=64512, four_octet_as=False),
        PeerEntry(bgp_id=IPv4Address("10.0.0.3"), address=IPv4Address("192.0.2.3"), asn=64513, four_octet_as=False),
    ),
)


def test_a_table_is_read_and_written() -> None:
    """Each field stands where RFC 6396, section 4.3.1, has it."""
    assert read_one(PEER_INDEX_TABLE) == TABLE
    assert encode_record(TABLE) == PEER_INDEX_TABLE


def test_reserved_bits_of_a_peer_type_are_kept() -> None:
    """The six bits without a meaning are written as they were read."""
    octets = PEER_INDEX_TABLE.replace(b"\2\x0a\0\0\1", b"\xa6\x0a\0\0\1")
    found = read_one(octets)
    assert isinstance(found, PeerIndexTable)
    assert found.peers[0] == replace(TABLE.peers[0], reserved=0xA4)
    assert encode_record(found) == octets


def test_a_view_name_that_is_not_utf_8_is_kept() -> None:
    """Its octets come back as they were."""
    octets = PEER_INDEX_TABLE.replace(b"view", b"v\xff\xc3\xbc")
    found = read_one(octets)
    assert isinstance(found, PeerIndexTable)
    assert found.view_name == "v\udcff\u00fc"
    assert encode_record(found) == octets


def test_a_table_says_what_it_is_in_a_line() -> None:
    """Collector, view and number of peers; a peer is address and AS number."""
    assert str(TABLE) == "2001-09-09 01:46:40 PEER_INDEX_TABLE of 198.51.100.1 view 'view': 3 peers"
    assert str(replace(TABLE, view_name="", peers=())).endswith("of 198.51.100.1: 0 peers")
    assert str(TABLE.peers[1]) == "2001:db8::1 AS64512"


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (
            replace(TABLE, peers=(replace(TABLE.peers[0], four_octet_as=False),)),
            "the AS number of peer 192.0.2.1, 130036 does not fit 2 octets",
        ),
        (
            replace(TABLE, peers=(replace(TABLE.peers[0], reserved=3),)),
            "the reserved bits 0x3 of 192.0.2.1 AS130036 are not among 0xfc",
        ),
        (replace(TABLE, peers=TABLE.peers * 21846), "peer count 65538 does not fit 2 octets"),
        (replace(TABLE, view_name="x" * 65536), "view name length 65536 does not fit 2 octets"),
        (replace(TABLE, view_name="\ud800"), r"the view name '\\ud800' cannot be written in UTF-8"),
    ],
)
def test_what_cannot_be_written_is_refused(table: PeerIndexTable, text: str) -> None:
    """The error says which field it is."""
    with pytest.raises(ValueError, match=f"^{text}$"):
        encode_record(table)
