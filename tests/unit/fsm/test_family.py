"""Tests of address families."""

import pytest

from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family


@pytest.mark.parametrize("family", [IPV4_UNICAST, IPV6_UNICAST])
def test_named_family_is_parsed_from_what_it_prints(family: Family) -> None:
    """Name and value go back and forth."""
    assert Family.parse(str(family)) == family


def test_unnamed_family_prints_its_numbers() -> None:
    """AFI 25 SAFI 70 has no name here."""
    assert str(Family(25, 70)) == "afi-25-safi-70"


def test_unknown_name_is_refused_with_the_known_ones() -> None:
    """The error tells what would have been understood."""
    with pytest.raises(ValueError, match="unknown address family 'ipv5'; known: ipv4-unicast, ipv6-unicast"):
        Family.parse("ipv5")
