"""RFC 4360, section 2: type, transitivity, octets."""

import pytest

from bgpkit_rib import ExtendedCommunity


@pytest.mark.rfc("4360", "2")
@pytest.mark.parametrize("first", range(256))
def test_the_second_bit_of_the_type_tells_transitivity(first: int) -> None:
    """T bit: 0 is transitive across ASes, 1 is not; I bit: the first one."""
    community = ExtendedCommunity(bytes((first, *range(7))))
    bits = f"{first:08b}"
    assert (community.iana_authority, community.transitive) == (bits[0] == "1", bits[1] == "0")


@pytest.mark.rfc("4360", "2")
def test_two_are_equal_only_when_all_eight_octets_are() -> None:
    """Two extended communities are declared equal only when all eight octets are equal."""
    one = bytes.fromhex("0002 fc00 00000064")
    assert ExtendedCommunity(one) == ExtendedCommunity(bytes(one))
    for place in range(8):
        other = bytearray(one)
        other[place] ^= 1
        assert ExtendedCommunity(bytes(other)) != ExtendedCommunity(one)
        assert str(ExtendedCommunity(bytes(other))) != str(ExtendedCommunity(one))
