"""RFC 2918, section 3: the ROUTE-REFRESH message."""

import pytest

from bgpkit.wire import decode_route_refresh, encode_route_refresh
from bgpkit_fsm import IPV6_UNICAST, RouteRefresh
from tests.unit.wire.octets import message


@pytest.mark.rfc("2918", "3")
def test_a_request_is_afi_a_reserved_octet_and_safi() -> None:
    """The reserved octet is 0 on transmission."""
    octets = message(5, bytes.fromhex("0002 00 01"))
    assert encode_route_refresh(RouteRefresh(IPV6_UNICAST)) == octets
    assert decode_route_refresh(octets, 19, len(octets)) == RouteRefresh(IPV6_UNICAST)
