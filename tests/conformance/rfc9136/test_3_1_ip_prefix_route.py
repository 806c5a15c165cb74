"""RFC 9136, sections 3.1 and 3.2: the IP Prefix route."""

from ipaddress import IPv4Address

import pytest

from bgpkit.wire.families.ethernet_segment import SINGLE_HOMED, EthernetSegmentIdentifier
from bgpkit.wire.families.evpn import EVPN_ROWS
from bgpkit.wire.families.evpn_values import IpPrefixRoute
from bgpkit_rib import RouteDistinguisher

(ROW,) = EVPN_ROWS
RD, OTHER_RD = "0001c00002010064", "0001c00002010065"
ESI, OTHER_ESI = "00112233445566778899", "00000000000000000000"


def keys(*routes: str) -> set[bytes]:
    """Return the keys of routes."""
    blocks, unknown = ROW.blocks(bytes.fromhex("".join(routes)), add_path=False, withdrawn=False)
    assert not unknown
    return {key for block in blocks for key in block.keys}


@pytest.mark.rfc("9136", "3.1")
@pytest.mark.parametrize("length", [*range(34), *range(35, 58), *range(59, 66), 255])
def test_the_length_is_34_or_58(length: int) -> None:
    """Any other does not fit."""
    with pytest.raises(ValueError, match="do not fit"):
        ROW.nlri(bytes((5, length)) + bytes(length), add_path=False, withdrawn=False)


@pytest.mark.rfc("9136", "3.1")
def test_prefix_and_gateway_are_of_the_family_that_the_length_tells() -> None:
    """34 octets with IPv4, 58 with IPv6."""
    for length, version in ((34, 4), (58, 6)):
        (value,) = ROW.nlri(bytes((5, length)) + bytes(length), add_path=False, withdrawn=False)
        assert isinstance(value, IpPrefixRoute)
        assert (value.ip_prefix.version, value.gateway.version) == (version, version)


@pytest.mark.rfc("9136", "3.1")
@pytest.mark.parametrize(("length", "bits"), [(34, 32), (58, 128)])
def test_a_prefix_is_no_longer_than_its_address(length: int, bits: int) -> None:
    """Up to 32 bits of IPv4, 128 of IPv6."""
    for prefix_length in range(256):
        octets = bytes((5, length)) + bytes(22) + bytes((prefix_length,)) + bytes(length - 23)
        if prefix_length <= bits:
            assert len(ROW.nlri(octets, add_path=False, withdrawn=False)) == 1
        else:
            with pytest.raises(ValueError, match="do not fit"):
                ROW.nlri(octets, add_path=False, withdrawn=False)


@pytest.mark.rfc("9136", "3.1")
def test_the_key_is_rd_tag_length_and_prefix() -> None:
    """Neither the segment nor the gateway nor the label."""
    route = f"0522 {RD} {ESI} 00000000 18 0a000000 00000000 000101"
    assert len(keys(route, f"0522 {RD} {OTHER_ESI} 00000000 18 0a000000 0a000001 000201")) == 1
    assert len(keys(route, f"0522 {OTHER_RD} {ESI} 00000000 18 0a000000 00000000 000101")) == 2
    assert len(keys(route, f"0522 {RD} {ESI} 00000001 18 0a000000 00000000 000101")) == 2
    assert len(keys(route, f"0522 {RD} {ESI} 00000000 19 0a000000 00000000 000101")) == 2
    assert len(keys(route, f"0522 {RD} {ESI} 00000000 18 0a000100 00000000 000101")) == 2


def contradiction(*, segment: bool, gateway: bool, label: int, router_mac: bool) -> str | None:
    """Return what speaks against a route with these."""
    route = IpPrefixRoute(
        route_distinguisher=RouteDistinguisher.parse("64512:1"),
        ethernet_segment=EthernetSegmentIdentifier(bytes.fromhex(ESI)) if segment else SINGLE_HOMED,
        ip_prefix_length=24,
        ip_prefix=IPv4Address("10.0.0.0"),
        gateway=IPv4Address("10.1.1.1" if gateway else 0),
        label=label,
    )
    return route.contradiction(router_mac=router_mac)


@pytest.mark.rfc("9136", "3.1")
@pytest.mark.rfc("9136", "3.2")
def test_a_route_without_label_and_overlay_index_is_withdrawn() -> None:
    """Treated as withdrawn, unless a segment, a gateway or a Router's MAC is there."""
    assert contradiction(segment=False, gateway=False, label=0, router_mac=False) == "no label and no overlay index"
    assert contradiction(segment=True, gateway=False, label=0, router_mac=False) is None
    assert contradiction(segment=False, gateway=True, label=0, router_mac=False) is None
    assert contradiction(segment=False, gateway=False, label=0, router_mac=True) is None
    assert contradiction(segment=False, gateway=False, label=16, router_mac=False) is None
    assert contradiction(segment=False, gateway=False, label=16, router_mac=True) is None


@pytest.mark.rfc("9136", "3.2")
@pytest.mark.parametrize("router_mac", [False, True])
@pytest.mark.parametrize("label", [0, 16])
def test_a_route_with_segment_and_gateway_is_withdrawn(label: int, *, router_mac: bool) -> None:
    """Treated as withdrawn, whatever else is there."""
    found = contradiction(segment=True, gateway=True, label=label, router_mac=router_mac)
    assert found == "both the Ethernet segment and the gateway are given"
