"""RFC 7313, section 5: a BoRR or EoRR of the wrong length, and subtypes that nobody knows."""

import pytest

from bgpkit.errors import HeaderError, RouteRefreshError
from bgpkit.wire import decode_route_refresh, next_message
from bgpkit_fsm import IPV4_UNICAST, RouteRefresh
from tests.unit.wire.octets import message


@pytest.mark.rfc("7313", "5")
@pytest.mark.parametrize("body", ["0001 01", "0001 02", "0001 01 01 00", "0001 02 01 01 40 0000"])
def test_a_demarcation_that_is_not_four_octets_is_answered_with_itself(body: str) -> None:
    """ROUTE-REFRESH Message Error, Invalid Message Length; the Data field MUST hold the complete message."""
    octets = message(5, bytes.fromhex(body))
    end = next_message(octets, 0, len(octets), 4096)
    with pytest.raises(RouteRefreshError) as caught:
        decode_route_refresh(octets, 19, end)
    sent = caught.value.notification
    assert (sent.code, sent.subcode, sent.data) == (7, 1, octets)


@pytest.mark.rfc("7313", "5")
def test_without_a_subtype_the_length_is_an_error_of_the_header() -> None:
    """The new error is for BoRR and EoRR; a message too short to be either is answered as RFC 4271 has it."""
    octets = message(5, b"\0\1")
    with pytest.raises(HeaderError) as caught:
        next_message(octets, 0, len(octets), 4096)
    assert (caught.value.notification.code, caught.value.notification.subcode) == (1, 2)


@pytest.mark.rfc("7313", "5")
@pytest.mark.parametrize("subtype", [3, 128, 255])
@pytest.mark.parametrize("rest", [b"", b"\1\x40\0\0"])
def test_another_subtype_is_no_error_of_any_length(subtype: int, rest: bytes) -> None:
    """Such a message MUST be ignored: it is read, so that the session can pass over it."""
    octets = message(5, bytes((0, 1, subtype, 1)) + rest)
    assert decode_route_refresh(octets, 19, len(octets)) == RouteRefresh(IPV4_UNICAST, subtype, rest)
