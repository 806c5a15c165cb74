"""RFC 7432, section 5: Ethernet segments."""

import pytest

from bgpkit.wire.families.ethernet_segment import SINGLE_HOMED, EthernetSegmentIdentifier


@pytest.mark.rfc("7432", "5")
def test_an_identifier_is_ten_octets_the_first_its_type() -> None:
    """Of the six types, and of those that may come."""
    for kind in range(256):
        assert EthernetSegmentIdentifier(bytes((kind,)) + b"123456789").type == kind


@pytest.mark.rfc("7432", "5")
def test_all_zero_is_a_single_homed_site() -> None:
    """ESI 0 says that there is one link only."""
    assert bytes(10) == SINGLE_HOMED.octets
