"""RFC 7432, section 7: what is the key of each route, and what goes with it."""

import pytest

from bgpkit.wire.families.evpn import EVPN_ROWS
from bgpkit_fsm import Family

(ROW,) = EVPN_ROWS
RD, OTHER_RD = "0001c00002010064", "0001c00002010065"
ESI, OTHER_ESI = "00112233445566778899", "00112233445566778898"
MAC = "0242ac110002"


def keys(*routes: str) -> set[bytes]:
    """Return the keys of routes."""
    blocks, unknown = ROW.blocks(bytes.fromhex("".join(routes)), add_path=False, withdrawn=False)
    assert not unknown
    return {key for block in blocks for key in block.keys}


@pytest.mark.rfc("7432", "7")
def test_the_family_is_afi_25_safi_70() -> None:
    """L2VPN, EVPN."""
    assert ROW.family == Family(25, 70)


@pytest.mark.rfc("7432", "7")
@pytest.mark.parametrize("kind", [0, 12, 99, 255])
def test_the_length_tells_where_a_route_of_any_type_ends(kind: int) -> None:
    """One that is not recognized is discarded, the next one counts (RFC 7606, section 5.4)."""
    known = bytes.fromhex(f"03 11 {RD} 00000000 20 c0000201")
    for length in (0, 1, 255):
        unknown = bytes((kind, length)) + bytes(length)
        blocks, skipped = ROW.blocks(unknown + known, add_path=False, withdrawn=False)
        assert ([len(block.keys) for block in blocks], skipped) == ([1], [unknown])


@pytest.mark.rfc("7432", "7.1")
def test_the_key_of_an_auto_discovery_route_is_segment_and_tag() -> None:
    """Not the label; the RD is part of every key."""
    route = f"0119 {RD} {ESI} 00000000 000101"
    assert len(keys(route, f"0119 {RD} {ESI} 00000000 000201")) == 1
    assert len(keys(route, f"0119 {RD} {OTHER_ESI} 00000000 000101")) == 2
    assert len(keys(route, f"0119 {RD} {ESI} 00000001 000101")) == 2
    assert len(keys(route, f"0119 {OTHER_RD} {ESI} 00000000 000101")) == 2


@pytest.mark.rfc("7432", "7.2")
def test_the_key_of_a_mac_ip_route_is_tag_and_addresses() -> None:
    """Neither the segment nor the labels."""
    route = f"0225 {RD} {ESI} 00000000 30 {MAC} 20 0a000001 000101"
    assert len(keys(route, f"0225 {RD} {OTHER_ESI} 00000000 30 {MAC} 20 0a000001 000101")) == 1
    assert len(keys(route, f"0225 {RD} {ESI} 00000000 30 {MAC} 20 0a000001 000201")) == 1
    assert len(keys(route, f"0228 {RD} {ESI} 00000000 30 {MAC} 20 0a000001 000101 000201")) == 1
    assert len(keys(route, f"0225 {RD} {ESI} 00000001 30 {MAC} 20 0a000001 000101")) == 2
    assert len(keys(route, f"0225 {RD} {ESI} 00000000 30 0242ac110003 20 0a000001 000101")) == 2
    assert len(keys(route, f"0225 {RD} {ESI} 00000000 30 {MAC} 20 0a000002 000101")) == 2
    assert len(keys(route, f"0221 {RD} {ESI} 00000000 30 {MAC} 00 000101")) == 2
    assert len(keys(route, f"0225 {OTHER_RD} {ESI} 00000000 30 {MAC} 20 0a000001 000101")) == 2


@pytest.mark.rfc("7432", "7.3")
def test_the_key_of_an_inclusive_multicast_route_is_tag_and_router() -> None:
    """All that it says."""
    route = f"0311 {RD} 00000000 20 c0000201"
    assert len(keys(route, route)) == 1
    assert len(keys(route, f"0311 {RD} 00000001 20 c0000201")) == 2
    assert len(keys(route, f"0311 {RD} 00000000 20 c0000202")) == 2
    assert len(keys(route, f"0311 {OTHER_RD} 00000000 20 c0000201")) == 2


@pytest.mark.rfc("7432", "7.4")
def test_the_key_of_an_ethernet_segment_route_is_segment_and_router() -> None:
    """All that it says."""
    route = f"0417 {RD} {ESI} 20 c0000201"
    assert len(keys(route, route)) == 1
    assert len(keys(route, f"0417 {RD} {OTHER_ESI} 20 c0000201")) == 2
    assert len(keys(route, f"0417 {RD} {ESI} 20 c0000202")) == 2
    assert len(keys(route, f"0417 {OTHER_RD} {ESI} 20 c0000201")) == 2


@pytest.mark.rfc("7432", "9.2.1")
@pytest.mark.parametrize("length", [0, 8, 40, 47, 49, 255])
def test_a_mac_address_is_48_bits(length: int) -> None:
    """Any other length does not fit the route."""
    with pytest.raises(ValueError, match="do not fit"):
        keys(f"0221 {RD} {ESI} 00000000 {length:02x} {MAC} 00 000101")


@pytest.mark.rfc("7432", "9.2.1")
@pytest.mark.parametrize("length", [1, 24, 31, 33, 64, 127, 129, 255])
def test_an_ip_address_is_0_32_or_128_bits(length: int) -> None:
    """Any other length does not fit the route, however many octets there are."""
    for size in (0, 4, 16):
        with pytest.raises(ValueError, match="do not fit"):
            keys(f"02 {33 + size:02x} {RD} {ESI} 00000000 30 {MAC} {length:02x} {'00' * size} 000101")


@pytest.mark.rfc("7432", "9.2.1")
def test_the_next_hop_is_an_ipv4_or_an_ipv6_address() -> None:
    """That of the provider edge."""
    assert ROW.next_hop_lengths == {4, 16}
