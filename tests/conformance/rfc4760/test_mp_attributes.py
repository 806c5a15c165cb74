"""RFC 4760: routes of other families in path attributes."""

import pytest

from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NEXT_HOP,
    NLRI,
    ORIGIN,
    V6_NLRI,
    attribute,
    decode,
    decoder,
    mp_reach,
    mp_unreach,
    update,
)


@pytest.mark.rfc("4760", "3")
def test_next_hop_is_ignored_beside_mp_reach_alone() -> None:
    """An UPDATE whose only NLRI are in MP_REACH_NLRI: NEXT_HOP, whatever it is, is ignored."""
    nowhere = attribute(0x40, 3, bytes(4))
    with_it = decode(update(mp_reach() + ORIGIN + AS_PATH + nowhere)).announced[0]
    without = decode(update(mp_reach() + ORIGIN + AS_PATH)).announced[0]
    assert with_it[1].raw == without[1].raw
    assert with_it[0] == IPV6_UNICAST


@pytest.mark.rfc("4760", "3")
def test_origin_and_as_path_are_mandatory_beside_mp_reach() -> None:
    """An UPDATE with MP_REACH_NLRI must have ORIGIN and AS_PATH; without NLRI it needs no NEXT_HOP."""
    assert decode(update(mp_reach() + ORIGIN)).withdrawn == [(IPV6_UNICAST, [V6_NLRI], 0)]
    assert decode(update(mp_reach() + AS_PATH)).withdrawn == [(IPV6_UNICAST, [V6_NLRI], 0)]
    assert decode(update(mp_reach() + ORIGIN + AS_PATH)).withdrawn == ()


@pytest.mark.rfc("4760", "3")
def test_ipv4_routes_in_mp_reach_are_as_good_as_in_the_body() -> None:
    """IPv4 unicast in MP_REACH_NLRI gives the same route, the same attributes and the same key."""
    inside = decode(update(mp_reach(NLRI, bytes((192, 0, 2, 1)), afi=1) + ORIGIN + AS_PATH)).announced[0]
    body = decode(update(MANDATORY, NLRI)).announced[0]
    assert (inside[0], inside[1].raw, inside[2]) == (body[0], body[1].raw, body[2])


@pytest.mark.rfc("4760", "4")
def test_mp_unreach_withdraws_without_any_other_attribute() -> None:
    """An UPDATE with MP_UNREACH_NLRI is not required to carry any other attribute."""
    assert decode(update(mp_unreach())).withdrawn == [(IPV6_UNICAST, [V6_NLRI], 0)]


@pytest.mark.rfc("4760", "5")
def test_bits_behind_the_prefix_are_irrelevant() -> None:
    """Trailing bits of an NLRI do not matter: the keys are equal, and the octets are not handed on."""
    found = decode(update(mp_reach(bytes.fromhex("1fffffffff")) + ORIGIN + AS_PATH)).announced[0]
    assert (found[2], found[3]) == ([bytes.fromhex("1ffffffffe")], None)


@pytest.mark.rfc("4760", "7")
@pytest.mark.parametrize("safi", [1, 128])
def test_a_family_that_was_not_negotiated_is_ignored(safi: int) -> None:
    """Routes of a family that was not negotiated are ignored, whatever their NLRI; the rest of the UPDATE counts."""
    only_v4 = decoder(IPV4_UNICAST)
    octets = update(mp_reach(b"\xff\xff", safi=safi) + mp_unreach(b"\xff", safi=safi) + MANDATORY, NLRI)
    found = only_v4.decode(octets, 19, len(octets))
    assert [(family, keys) for family, _, keys, _ in found.announced] == [(IPV4_UNICAST, [NLRI])]
    assert found.withdrawn == []
    assert found.announced[0][1].raw == MANDATORY


@pytest.mark.rfc("4760", "7")
def test_the_body_is_ignored_when_ipv4_was_not_negotiated() -> None:
    """NLRI of the body are IPv4 unicast, which the session may not exchange."""
    only_v6 = decoder(IPV6_UNICAST)
    octets = update(ORIGIN + AS_PATH + NEXT_HOP + mp_reach(), NLRI, withdrawn=b"\x08\x0a")
    found = only_v6.decode(octets, 19, len(octets))
    assert [(family, keys) for family, _, keys, _ in found.announced] == [(IPV6_UNICAST, [V6_NLRI])]
    assert found.withdrawn == []
