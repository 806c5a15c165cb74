"""RFC 6396, section 4.2: TABLE_DUMP."""

from dataclasses import replace
from io import BytesIO

import pytest

from bgpkit.mrt import TableDump, encode_record, read_routes
from bgpkit_rib import AsPath
from tests.unit.mrt.octets import AS_PATH2, NEXT_HOP, ORIGIN, PEER4, PEER6, read_one

RECORD = TableDump(
    timestamp=1,
    address=b"\xcb\0\x71\0",
    prefix_length=24,
    peer_address=PEER4,
    peer_as=64512,
    originated_time=1,
    attributes=ORIGIN + AS_PATH2 + NEXT_HOP,
)


@pytest.mark.rfc("6396", "4.2")
def test_as_numbers_in_attributes_have_two_octets() -> None:
    """AS_PATH is read in no other way."""
    (route,) = read_routes(BytesIO(encode_record(RECORD)))
    assert route.attributes.as_path == AsPath.of(64512, 64513)


@pytest.mark.rfc("6396", "4.2")
def test_a_peer_with_a_four_octet_as_number_needs_the_other_type() -> None:
    """Only TABLE_DUMP_V2 can say it."""
    with pytest.raises(ValueError, match="does not fit 2 octets"):
        encode_record(replace(RECORD, peer_as=65536))


@pytest.mark.rfc("6396", "4.2")
def test_a_peer_whose_address_is_of_another_kind_needs_the_other_type() -> None:
    """An IPv4 prefix from an IPv6 peer, or the reverse: only TABLE_DUMP_V2 can say it."""
    with pytest.raises(ValueError, match="needs TABLE_DUMP_V2"):
        encode_record(replace(RECORD, peer_address=PEER6))
    with pytest.raises(ValueError, match="needs TABLE_DUMP_V2"):
        encode_record(replace(RECORD, address=bytes(16)))


@pytest.mark.rfc("6396", "4.2")
def test_the_status_is_one() -> None:
    """Unless someone says otherwise; the octet behind the prefix length."""
    octets = encode_record(RECORD)
    assert octets[20:22] == b"\x18\1"
    other = octets[:21] + b"\7" + octets[22:]
    assert encode_record(read_one(other)) == other
