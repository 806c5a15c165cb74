"""RFC 8050, section 4: table dumps with path identifiers."""

from io import BytesIO

import pytest

from bgpkit.mrt import RibEntries, encode_record, read_routes
from tests.unit.mrt.octets import ATTRIBUTES, PEER_INDEX_TABLE, TIME_OCTETS, V6_ATTRIBUTES, entry, read_one, record

NLRI = {1: bytes.fromhex("18cb0071"), 2: bytes.fromhex("2020010db8")}


@pytest.mark.rfc("8050", "4.1")
@pytest.mark.parametrize(("subtype", "afi", "safi"), [(8, 1, 1), (9, 1, 2), (10, 2, 1), (11, 2, 2)])
def test_an_entry_has_its_path_identifier_before_the_attribute_length(subtype: int, afi: int, safi: int) -> None:
    """Figure 1: peer index, originated time, path identifier, attribute length, attributes."""
    attributes = ATTRIBUTES if afi == 1 else V6_ATTRIBUTES
    figure = b"\0\1" + TIME_OCTETS + b"\1\2\3\4" + len(attributes).to_bytes(2, "big") + attributes
    octets = record(13, subtype, bytes(4) + NLRI[afi] + b"\0\1" + figure)
    found = read_one(octets)
    assert isinstance(found, RibEntries)
    assert ((found.family.afi, found.family.safi), found.add_path, found.generic) == ((afi, safi), True, False)
    assert [(each.peer_index, each.path_id, each.attributes) for each in found.entries] == [(1, 0x01020304, attributes)]
    assert encode_record(found) == octets
    assert [route.path_id for route in read_routes(BytesIO(PEER_INDEX_TABLE + octets))] == [0x01020304]


@pytest.mark.rfc("8050", "4.2")
def test_a_generic_record_has_the_nlri_with_its_path_identifier() -> None:
    """The NLRI field is as ADD-PATH has it (RFC 7911, section 3); the entries are not redefined."""
    octets = record(13, 12, bytes(4) + b"\0\1\1" + b"\1\2\3\4" + NLRI[1] + b"\0\2" + entry(0) + entry(1))
    found = read_one(octets)
    assert isinstance(found, RibEntries)
    assert (found.path_id, found.nlri, found.add_path, found.generic) == (0x01020304, NLRI[1], True, True)
    assert [each.path_id for each in found.entries] == [None, None]
    assert encode_record(found) == octets
    assert [route.path_id for route in read_routes(BytesIO(PEER_INDEX_TABLE + octets))] == [0x01020304] * 2
