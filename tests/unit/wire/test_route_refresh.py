"""ROUTE-REFRESH: family and subtype, in the order that RFC 2918 has them."""

import pytest

from bgpkit.errors import HeaderError, RouteRefreshError
from bgpkit.wire import decode_route_refresh, encode_route_refresh
from bgpkit_fsm import IPV6_UNICAST, Family, RouteRefresh
from tests.unit.wire.octets import message
from tests.unit.wire.vector_rows import Row, name_of, rows


@pytest.mark.parametrize("row", rows("messages.jsonl", "refresh"), ids=name_of)
def test_real_refreshes_are_of_the_family_that_tshark_reads(row: Row) -> None:
    """AFI and SAFI are those of another decoder, and the octets come back the same."""
    found = decode_route_refresh(row.octets, 19, len(row.octets))
    assert [[found.family.afi], [found.family.safi]] == [row.tshark.get("rr_afi"), row.tshark.get("rr_safi")]
    assert encode_route_refresh(found) == row.octets


def test_a_refresh_is_laid_out_as_rfc_7313_says() -> None:
    """AFI, subtype, SAFI."""
    octets = message(5, bytes.fromhex("00020201"))
    assert decode_route_refresh(octets, 19, len(octets)) == RouteRefresh(IPV6_UNICAST, 2)
    assert encode_route_refresh(RouteRefresh(IPV6_UNICAST, 2)) == octets


@pytest.mark.parametrize("body", ["000101", "0001010100", "0001020100"])
def test_a_refresh_of_the_wrong_length_is_answered_with_itself(body: str) -> None:
    """RFC 7313, section 5: 7/1, the data is the complete message."""
    octets = message(5, bytes.fromhex(body))
    with pytest.raises(RouteRefreshError) as caught:
        decode_route_refresh(b"before" + octets, 25, 6 + len(octets))
    sent = caught.value.notification
    assert (sent.code, sent.subcode, sent.data) == (7, 1, octets)


@pytest.mark.parametrize("body", ["", "0001", "000100", "000103"])
def test_anything_else_that_is_too_short_is_a_header_error(body: str) -> None:
    """RFC 4271, section 6.1: 1/2, the data is the length; RFC 7313 speaks of BoRR and EoRR only."""
    octets = message(5, bytes.fromhex(body))
    with pytest.raises(HeaderError) as caught:
        decode_route_refresh(octets, 19, len(octets))
    sent = caught.value.notification
    assert (sent.code, sent.subcode, sent.data) == (1, 2, octets[16:18])


def test_a_request_may_carry_filters_and_any_subtype() -> None:
    """ORF entries behind a request are kept, and so is a subtype that is not known."""
    octets = message(5, bytes.fromhex("000100010140000a"))
    assert decode_route_refresh(octets, 19, len(octets)).orf == bytes.fromhex("0140000a")
    assert decode_route_refresh(message(5, bytes.fromhex("0001ff01")), 19, 23).subtype == 255


def test_what_does_not_fit_is_refused() -> None:
    """A family beyond its octets, and filters where none may be, are the caller's fault."""
    with pytest.raises(ValueError, match="fit"):
        encode_route_refresh(RouteRefresh(Family(1 << 16, 1)))
    with pytest.raises(ValueError, match="ORF entries do not fit"):
        encode_route_refresh(RouteRefresh(IPV6_UNICAST, 1, b"x"))
