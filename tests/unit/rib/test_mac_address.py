"""MAC addresses and their texts."""

import pytest

from bgpkit_rib import MacAddress


@pytest.mark.parametrize("text", ["02:42:ac:11:00:0f", "02-42-AC-11-00-0F", "0242.ac11.000f", "02:42:AC:11:00:0f"])
def test_the_usual_forms_are_read(text: str) -> None:
    """Colons, hyphens, and dots between groups of four digits are read; colons and lower case are written."""
    address = MacAddress.parse(text)
    assert address.octets == bytes.fromhex("0242ac11000f")
    assert str(address) == "02:42:ac:11:00:0f"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0242ac11000f",
        "2:42:ac:11:0:f",
        "02:42:ac:11:00",
        "02:42:ac:11:00:0f:00",
        "02:42-ac:11:00:0f",
        "0242:ac11:000f",
        "02:42:ac:11:00:0g",
        "02:42:ac:11:00:0f\n",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """What is of another form raises ValueError."""
    with pytest.raises(ValueError, match="MAC address"):
        MacAddress.parse(text)


@pytest.mark.parametrize("octets", [b"", bytes(5), bytes(8)])
def test_there_are_six_octets(octets: bytes) -> None:
    """Another length is refused."""
    with pytest.raises(ValueError, match=f"6 octets, not {len(octets)}"):
        MacAddress(octets)


def test_they_order_by_octets() -> None:
    """The lower address comes first, as the rules of EVPN compare them."""
    assert MacAddress.parse("02:00:00:00:00:ff") < MacAddress.parse("02:00:00:00:01:00")
