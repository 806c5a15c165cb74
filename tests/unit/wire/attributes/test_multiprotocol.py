"""MP_REACH_NLRI and MP_UNREACH_NLRI as values."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire import ATTRIBUTE_ROWS, MpReach, MpUnreach, NextHop, PathNlri, VpnAddress
from bgpkit.wire.attributes.multiprotocol import OpaqueNextHop, read_next_hop, write_next_hop
from bgpkit_fsm import IPV6_UNICAST, Family
from bgpkit_rib import Prefix, RouteDistinguisher
from tests.unit.wire.octets import V6_HOP, V6_NLRI, context

TERMS = context()
GLOBAL, LINK_LOCAL = IPv6Address("2001:db8::1"), IPv6Address("fe80::1")
NO_RD = RouteDistinguisher(bytes(8))
REACH, UNREACH = ATTRIBUTE_ROWS[14], ATTRIBUTE_ROWS[15]
HEAD = b"\0\2\1\x10" + V6_HOP + b"\0"


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", ()),
        (bytes((192, 0, 2, 1)), (IPv4Address("192.0.2.1"),)),
        (V6_HOP, (GLOBAL,)),
        (V6_HOP + LINK_LOCAL.packed, (GLOBAL, LINK_LOCAL)),
        (bytes(8) + bytes((192, 0, 2, 1)), (VpnAddress(NO_RD, IPv4Address("192.0.2.1")),)),
        (bytes(8) + V6_HOP, (VpnAddress(NO_RD, GLOBAL),)),
        (bytes(8) + V6_HOP + bytes(8) + LINK_LOCAL.packed, (VpnAddress(NO_RD, GLOBAL), VpnAddress(NO_RD, LINK_LOCAL))),
    ],
)
def test_the_length_of_a_next_hop_tells_its_form(octets: bytes, expected: tuple[NextHop, ...]) -> None:
    """RFC 4760, section 3; RFC 2545, section 3; RFC 4364, section 4.3.2; RFC 4659, section 3.2.1."""
    assert read_next_hop(octets) == expected
    assert write_next_hop(expected) == octets


@pytest.mark.parametrize("length", [1, 3, 5, 8, 15, 17, 20, 31, 33, 47, 49, 255])
def test_other_lengths_have_no_form(length: int) -> None:
    """They stay octets, and come back as they were."""
    found = read_next_hop(bytes(length))
    assert (found, str(found[0])) == ((OpaqueNextHop(bytes(length)),), f"0x{bytes(length).hex()}")
    assert write_next_hop(found) == bytes(length)


def test_a_next_hop_is_written_with_its_distinguisher_only_when_that_says_something() -> None:
    """It is always zero in practice."""
    assert str(VpnAddress(NO_RD, GLOBAL)) == "2001:db8::1"
    assert str(VpnAddress(RouteDistinguisher.parse("1:2"), GLOBAL)) == "1:2:2001:db8::1"


def test_routes_come_and_go() -> None:
    """Family, next hop and prefixes; the octets of RFC 4760, sections 3 and 4."""
    prefix = Prefix.parse("2001:db8::/32")
    reach = REACH.decode(HEAD + V6_NLRI, TERMS)
    assert reach == MpReach(IPV6_UNICAST, (GLOBAL,), (prefix,))
    assert REACH.encode(reach, TERMS) == HEAD + V6_NLRI
    unreach = UNREACH.decode(b"\0\2\1" + V6_NLRI, TERMS)
    assert unreach == MpUnreach(IPV6_UNICAST, (prefix,))
    assert UNREACH.encode(unreach, TERMS) == b"\0\2\1" + V6_NLRI
    assert str(MpUnreach(IPV6_UNICAST)) == "ipv6-unicast: End-of-RIB"


def test_path_identifiers_are_of_one_direction() -> None:
    """RFC 7911, section 4: a family may have them on the way in and not on the way out."""
    receives = replace(TERMS, add_path_receive=frozenset({IPV6_UNICAST}))
    sends = replace(TERMS, add_path_send=frozenset({IPV6_UNICAST}))
    octets = HEAD + b"\0\0\0\7" + V6_NLRI
    reach = REACH.decode(octets, receives)
    assert isinstance(reach, MpReach)
    assert reach.nlri == (PathNlri(7, Prefix.parse("2001:db8::/32")),)
    assert REACH.encode(reach, sends) == octets
    with pytest.raises(ValueError, match="path identifier"):
        REACH.encode(reach, receives)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\0\2\1\x40" + bytes(16), "runs past the end"),
        (HEAD + b"\xff", "255 bits"),
        (b"\0\2\1\5" + bytes(6), "5 octets, which ipv6-unicast cannot have"),
        (b"\0\1\xfb\4" + bytes(5), "afi-1-safi-251 has no row"),
    ],
)
def test_what_cannot_be_read_is_told(octets: bytes, text: str) -> None:
    """A next hop too long, NLRI that cannot be cut, a family nobody knows."""
    with pytest.raises(ValueError, match=text):
        REACH.decode(octets, TERMS)


def test_a_family_without_row_is_not_written() -> None:
    """Its NLRI would have no form."""
    with pytest.raises(ValueError, match="has no row"):
        UNREACH.encode(MpUnreach(Family(1, 251)), TERMS)
