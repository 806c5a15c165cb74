"""RFC 4364, section 4.2: the encoding of route distinguishers."""

import pytest

from bgpkit_rib import RouteDistinguisher


@pytest.mark.rfc("4364", "4.2")
@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (bytes((0, 0, 0xFC, 0x00, 0, 0, 0, 100)), "64512:100"),
        (bytes((0, 1, 192, 0, 2, 1, 0, 100)), "192.0.2.1:100"),
        (bytes((0, 2, 0xFA, 0x56, 0xEA, 0x00, 0, 100)), "4200000000:100"),
    ],
)
def test_the_type_tells_the_lengths_of_administrator_and_number(octets: bytes, text: str) -> None:
    """Type 0: two and four octets; type 1: an address and two; type 2: four and two."""
    assert str(RouteDistinguisher(octets)) == text
    assert RouteDistinguisher.parse(text).octets == octets


@pytest.mark.rfc("4364", "4.2")
def test_equal_fields_of_another_type_are_another_distinguisher() -> None:
    """The same AS and number as type 0 and type 2 do not compare equal, and are not written alike."""
    short = RouteDistinguisher(bytes((0, 0, 0xFC, 0x00, 0, 0, 0, 100)))
    long = RouteDistinguisher(bytes((0, 2, 0, 0, 0xFC, 0x00, 0, 100)))
    assert short != long
    assert (str(short), str(long)) == ("64512:100", "2:64512:100")
