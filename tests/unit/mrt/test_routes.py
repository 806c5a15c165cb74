"""The routes of table dumps, joined with their peers."""

from io import BytesIO
from ipaddress import IPv4Address

import pytest

from bgpkit.errors import MrtError
from bgpkit.mrt import MrtRoute, read_routes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import AsPath
from tests.unit.mrt.octets import (
    PEER4,
    PEER6,
    PEER_INDEX_TABLE,
    TIME,
    V6_ATTRIBUTES,
    entry,
    record,
)
from tests.unit.mrt.test_bgp4mp import V4_HEAD4
from tests.unit.mrt.test_table_dump import V4 as OLD

SEQUENCE = bytes(4)
BAD_OLD = record(12, 1, OLD[12:32] + b"\0\4\x40\1\1\7")
NLRI = bytes.fromhex("18cb0071")


def routes(*records: bytes) -> list[MrtRoute]:
    """Return the routes of a file."""
    return list(read_routes(BytesIO(b"".join(records))))


def rib(*entries: bytes, subtype: int = 2, nlri: bytes = NLRI, before: bytes = b"") -> bytes:
    """Return a RIB record."""
    return record(13, subtype, SEQUENCE + before + nlri + len(entries).to_bytes(2, "big") + b"".join(entries))


def test_each_entry_is_a_route_with_its_peer() -> None:
    """Peer index 0 is the first peer of the table before."""
    first, second = routes(PEER_INDEX_TABLE, rib(entry(0), entry(1)))
    assert (first.peer_address, first.peer_as, first.peer_bgp_id) == (PEER4, 130036, IPv4Address("10.0.0.1"))
    assert (second.peer_address, second.peer_as) == (PEER6, 64512)
    assert (first.timestamp, first.originated_time, first.path_id) == (TIME, TIME, None)
    assert (first.family, str(first.prefix)) == (IPV4_UNICAST, "203.0.113.0/24")
    assert first.attributes.as_path == AsPath.of(64512, 64513)
    assert first.block is second.block


def test_a_later_peer_table_counts_from_there_on() -> None:
    """Dumps may stand behind each other in a file."""
    other = record(13, 1, bytes(6) + bytes.fromhex("0001 02 0a000009 c0000209 0000fc09".replace(" ", "")))
    found = routes(PEER_INDEX_TABLE, rib(entry(0)), other, rib(entry(0)))
    assert [route.peer_as for route in found] == [130036, 64521]


def test_ipv6_routes_have_their_next_hop() -> None:
    """Out of the abbreviated MP_REACH_NLRI."""
    (found,) = routes(PEER_INDEX_TABLE, rib(entry(1, V6_ATTRIBUTES), subtype=4, nlri=bytes.fromhex("2020010db8")))
    assert (found.family, str(found.prefix), found.attributes.next_hop) == (IPV6_UNICAST, "2001:db8::/32", PEER6)


def test_path_identifiers_come_along() -> None:
    """From the entry, or in RIB_GENERIC_ADDPATH from before the NLRI. RFC 8050, section 4."""
    in_entry = rib(entry(0, path_id=b"\0\0\0\7"), subtype=8)
    before = rib(entry(0), subtype=12, before=b"\0\1\1\0\0\0\x08")
    assert [route.path_id for route in routes(PEER_INDEX_TABLE, in_entry, before)] == [7, 8]


def test_a_table_dump_brings_its_peer_along() -> None:
    """Without a BGP Identifier, and with 2-octet AS numbers."""
    (found,) = routes(OLD)
    assert (found.peer_address, found.peer_as, found.peer_bgp_id) == (PEER4, 64512, None)
    assert (str(found.prefix), found.attributes.as_path) == ("203.0.113.0/24", AsPath.of(64512, 64513))


def test_other_records_are_passed_over() -> None:
    """Messages and what is unknown are no routes of a table."""
    assert routes(record(16, 4, V4_HEAD4), record(99, 0, b""), PEER_INDEX_TABLE) == []


def test_a_file_is_read_by_path(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As by `read_mrt`."""
    path = tmp_path_factory.mktemp("mrt") / "rib"
    path.write_bytes(OLD)
    assert len(list(read_routes(path))) == 1


@pytest.mark.parametrize(
    ("records", "text"),
    [
        ([rib(entry(0))], "record 1, at octet 0: entry 0: there is no PEER_INDEX_TABLE before it"),
        (
            [PEER_INDEX_TABLE, rib(entry(2), entry(3))],
            "record 2, at octet 71: entry 1: peer 3 is not among the 3 of the PEER_INDEX_TABLE",
        ),
        ([PEER_INDEX_TABLE, rib(entry(0, b"\x40\1\1\7"))], "record 2, at octet 71: entry 0: ORIGIN 7 is not known"),
        ([BAD_OLD], "record 1, at octet 0: ORIGIN 7 is not known"),
        ([OLD[:-1]], "record 1, at octet 0: the record is cut short"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(records: list[bytes], text: str) -> None:
    """Record, octet and entry."""
    with pytest.raises(MrtError, match=f"^{text}"):
        routes(*records)


def test_routes_that_are_wrong_can_be_skipped_alone() -> None:
    """The other entries of the record stay; a record that is wrong goes as a whole."""
    errors: list[MrtError] = []
    bad_entry = rib(entry(0), entry(9), entry(1))
    octets = PEER_INDEX_TABLE + bad_entry + record(13, 2, b"") + BAD_OLD + OLD
    found = list(read_routes(BytesIO(octets), skipped=errors.append))
    assert [route.peer_as for route in found] == [130036, 64512, 64512]
    assert [error.record for error in errors] == [2, 3, 4]
    assert errors[0].octets == bad_entry
