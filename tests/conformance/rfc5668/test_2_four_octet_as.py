"""RFC 5668: the 4-octet AS specific extended community."""

import pytest

from bgpkit_rib import ExtendedCommunity, RouteOrigin, RouteTarget


@pytest.mark.rfc("5668", "2")
def test_four_octets_of_as_stand_before_two() -> None:
    """Global Administrator: 4 octets with a 4-octet AS number, Local Administrator: 2 octets."""
    target = ExtendedCommunity(bytes((0x02, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFF, 0xFF)))
    origin = ExtendedCommunity(bytes((0x02, 0x03, 0x00, 0x01, 0x00, 0x01, 0xFF, 0xFF)))
    assert target.value == RouteTarget(65537, 65535)
    assert origin.value == RouteOrigin(65537, 65535)


@pytest.mark.rfc("5668", "2")
def test_the_type_tells_transitivity() -> None:
    """0x02 is transitive, 0x42 is not, and is no route target."""
    assert ExtendedCommunity(bytes((0x02, 0x02, *range(6)))).transitive
    other = ExtendedCommunity(bytes((0x42, 0x02, *range(6))))
    assert not other.transitive
    assert other.value is None


@pytest.mark.rfc("5668", "3")
def test_a_two_octet_as_number_is_encoded_in_two_octets() -> None:
    """A text with a small AS number means the two-octet form; the other form is still carried, and told apart."""
    assert ExtendedCommunity.parse("rt:64512:1").octets == bytes.fromhex("0002 fc00 00000001")
    other = ExtendedCommunity(bytes.fromhex("0202 0000fc00 0001"))
    assert other.value == RouteTarget(64512, 1, four_octet_as=True)
    assert str(other) == "0x02020000fc000001"
