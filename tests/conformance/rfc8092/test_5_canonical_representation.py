"""RFC 8092, section 5: the canonical representation of large communities."""

import pytest

from bgpkit_rib import LargeCommunity


@pytest.mark.rfc("8092", "5")
@pytest.mark.parametrize("text", ["64496:4294967295:2", "64496:0:0", "0:0:0"])
def test_three_decimal_numbers_in_order_are_written(text: str) -> None:
    """Three separate unsigned integers in decimal, Global Administrator first; zero is a single 0."""
    first, second, third = map(int, text.split(":"))
    community = LargeCommunity.parse(text)
    assert (community.global_admin, community.data1, community.data2) == (first, second, third)
    assert str(community) == text


@pytest.mark.rfc("8092", "5")
@pytest.mark.parametrize("text", ["064496:1:2", "1:00:2", "1:2:03", "1:2", "1:2:3:4", "1:2:0x3", "1.2:3:4", "1:2:+3"])
def test_other_representations_are_refused(text: str) -> None:
    """The numbers MUST NOT contain leading zeros."""
    with pytest.raises(ValueError, match="without leading zeros"):
        LargeCommunity.parse(text)
