"""RFC 4577, section 4.2.6: the extended communities of routes from OSPF."""

from ipaddress import IPv4Address

import pytest

from bgpkit_rib import ExtendedCommunity, OspfDomainIdentifier, OspfRouterId, OspfRouteType


@pytest.mark.rfc("4577", "4.2.6")
@pytest.mark.parametrize("kind", ["0306", "8000"])
def test_the_route_type_has_area_type_and_options(kind: str) -> None:
    """Area Number: 4 octets, OSPF Route Type: 1, Options: 1; type 8000 SHOULD be treated as if it were 0306."""
    community = ExtendedCommunity(bytes.fromhex(f"{kind} 0a000001 03 01"))
    assert community.value == OspfRouteType(area=IPv4Address("10.0.0.1"), route_type=3, options=1)


@pytest.mark.rfc("4577", "4.2.6")
def test_a_domain_identifier_may_be_of_type_8005() -> None:
    """Type 8005 is treated as if it were 0005."""
    former, present = (ExtendedCommunity(bytes.fromhex(f"{kind} 000000010200")) for kind in ("8005", "0005"))
    assert former.value == present.value == OspfDomainIdentifier(0, 0x00010200)


@pytest.mark.rfc("4577", "4.2.6")
@pytest.mark.parametrize("kind", ["0107", "8001"])
def test_the_router_id_is_an_address(kind: str) -> None:
    """Type 0107, and 8001 for those who came earlier."""
    community = ExtendedCommunity(bytes.fromhex(f"{kind} c0000201 0000"))
    assert community.value == OspfRouterId(IPv4Address("192.0.2.1"))
