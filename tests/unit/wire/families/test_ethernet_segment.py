"""Ethernet segment identifiers and their text."""

import pytest

from bgpkit.wire.families.ethernet_segment import SINGLE_HOMED, EthernetSegmentIdentifier


@pytest.mark.parametrize("octets", ["044c1fccec17730a3100", "00000000000000000000", "ffffffffffffffffffff"])
def test_text_and_octets_go_both_ways(octets: str) -> None:
    """Ten pairs of digits; the first is from the yabgp vectors."""
    value = EthernetSegmentIdentifier(bytes.fromhex(octets))
    assert str(value) == ":".join(octets[at : at + 2] for at in range(0, 20, 2))
    assert EthernetSegmentIdentifier.parse(str(value)) == value
    assert EthernetSegmentIdentifier.parse(str(value).upper()) == value


def test_the_first_octet_is_the_type() -> None:
    """Type 4 is made of a router's address."""
    assert EthernetSegmentIdentifier.parse("04:4c:1f:cc:ec:17:73:0a:31:00").type == 4
    assert SINGLE_HOMED.type == 0
    assert str(SINGLE_HOMED) == "00:00:00:00:00:00:00:00:00:00"


@pytest.mark.parametrize("length", [0, 9, 11])
def test_there_are_ten_octets(length: int) -> None:
    """No more, no fewer."""
    with pytest.raises(ValueError, match=f"10 octets, not {length}"):
        EthernetSegmentIdentifier(bytes(length))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "00:11:22:33:44:55:66:77:88",
        "00:11:22:33:44:55:66:77:88:99:aa",
        "00-11-22-33-44-55-66-77-88-99",
        "00:11:22:33:44:55:66:77:88:9",
        "00:11:22:33:44:55:66:77:88:9g",
        "00:11:22:33:44:55:66:77:88:99\n",
        "00:11:22:33:44:55:66:77:88:९९",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """Too short, too long, other signs between, other digits."""
    with pytest.raises(ValueError, match="ten pairs of hexadecimal digits"):
        EthernetSegmentIdentifier.parse(text)
