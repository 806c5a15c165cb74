"""RFC 6396, section 4.3: TABLE_DUMP_V2."""

from io import BytesIO
from ipaddress import IPv4Address

import pytest

from bgpkit.errors import MrtError
from bgpkit.mrt import PeerIndexTable, RibEntries, UnknownRecord, encode_entry_attributes, encode_record, read_routes
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV6_UNICAST
from bgpkit_rib import AsPath, PathAttributes
from tests.unit.mrt.octets import PEER6, PEER_INDEX_TABLE, V6_ATTRIBUTES, V6_HOP, entry, read, read_one, record

NLRI = bytes.fromhex("18cb0071")
TABLE = PeerIndexTable(timestamp=1, collector_bgp_id=IPv4Address("10.0.0.1"), peers=())


@pytest.mark.rfc("6396", "4.3.1")
def test_a_view_name_that_is_not_there_has_length_zero() -> None:
    """Behind the collector's BGP ID."""
    assert encode_record(TABLE)[12:] == bytes.fromhex("0a000001 0000 0000".replace(" ", ""))
    assert read_one(encode_record(TABLE)) == TABLE


@pytest.mark.rfc("6396", "4.3.1")
def test_a_view_name_is_in_utf_8() -> None:
    """Its length counts octets, not letters."""
    octets = bytes.fromhex("0a000001 0006 c3bc e282ac 78 0000".replace(" ", ""))
    found = read_one(record(13, 1, octets))
    assert isinstance(found, PeerIndexTable)
    assert found.view_name == "ü€x"
    assert encode_record(found)[12:] == octets


@pytest.mark.rfc("6396", "4.3.1")
def test_entries_mean_the_peers_of_the_table_before_them() -> None:
    """The peer index begins at 0; an entry with no such table before it means nobody."""
    rib = record(13, 2, bytes(4) + NLRI + b"\0\2" + entry(0) + entry(2))
    assert [route.peer_as for route in read_routes(BytesIO(PEER_INDEX_TABLE + rib))] == [130036, 64513]
    with pytest.raises(MrtError, match="no PEER_INDEX_TABLE"):
        next(read_routes(BytesIO(rib)))


@pytest.mark.rfc("6396", "4.3.2")
def test_trailing_bits_of_a_prefix_are_irrelevant() -> None:
    """They do not make another destination."""
    records = read(b"".join(record(13, 2, bytes(4) + nlri + bytes(2)) for nlri in (b"\x0a\xff\xc0", b"\x0a\xff\xff")))
    assert [str(found.prefix) for found in records if isinstance(found, RibEntries)] == ["255.192.0.0/10"] * 2


@pytest.mark.rfc("6396", "4.3.3")
def test_the_rest_of_a_record_of_an_unknown_family_is_passed_over() -> None:
    """It is carried in octets, and reading goes on behind it."""
    strange = record(13, 6, bytes(4) + b"\xff\xff\xff" + b"any")
    found, table = read(strange + PEER_INDEX_TABLE)
    assert isinstance(found, UnknownRecord)
    assert isinstance(table, PeerIndexTable)
    assert list(read_routes(BytesIO(strange + PEER_INDEX_TABLE))) == []


@pytest.mark.rfc("6396", "4.3.4")
def test_as_numbers_in_attributes_have_four_octets() -> None:
    """Whatever the peer's own AS number is written in."""
    rib = record(13, 2, bytes(4) + NLRI + b"\0\1" + entry(2))
    (route,) = read_routes(BytesIO(PEER_INDEX_TABLE + rib))
    assert route.attributes.as_path == AsPath.of(64512, 64513)


@pytest.mark.rfc("6396", "4.3.4")
def test_mp_reach_nlri_is_next_hop_length_and_next_hop_only() -> None:
    """AFI, SAFI, reserved octet and NLRI are left out, the attribute's length says so; it is read like that, too."""
    canonical = encode_attributes(PathAttributes(as_path=AsPath.of(64512, 64513), next_hop=PEER6), IPV6_UNICAST)
    dumped = encode_entry_attributes(canonical)
    assert bytes.fromhex("800e11 10".replace(" ", "")) + V6_HOP in dumped
    rib = record(13, 4, bytes(4) + b"\x20\x20\1\x0d\xb8\0\2" + entry(0, dumped) + entry(1, V6_ATTRIBUTES))
    assert [route.attributes.next_hop for route in read_routes(BytesIO(PEER_INDEX_TABLE + rib))] == [PEER6, PEER6]
