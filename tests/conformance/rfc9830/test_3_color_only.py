"""RFC 9830, section 3: the CO bits of the colour extended community."""

import pytest

from bgpkit_rib import Color, ExtendedCommunity


@pytest.mark.rfc("9830", "3")
@pytest.mark.parametrize(("flags", "bits"), [(0x00, 0b00), (0x40, 0b01), (0x80, 0b10), (0xC0, 0b11)])
def test_the_first_two_flags_are_the_co_bits(flags: int, bits: int) -> None:
    """The Flags field starts with the two Color-Only bits."""
    community = ExtendedCommunity(bytes((0x03, 0x0B, flags, 0, 0, 0, 0, 7)))
    assert community.value == Color(7, color_only=bits)
    assert str(community) == ("color:7" if not bits else f"color:{bits:02b}:7")
