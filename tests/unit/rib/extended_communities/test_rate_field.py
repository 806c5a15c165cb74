"""The field that is an IEEE 754 number; the bit patterns are those of the standard's binary32 format."""

import math

import pytest

from bgpkit_rib.extended_communities.rate_field import Rate

STRICT = Rate("rate", negative_is_zero=False)
LENIENT = Rate("rate", negative_is_zero=True)
NEGATIVE_ZERO, MINUS_ONE, MINUS_INFINITY = 0x80000000, 0xBF800000, 0xFF800000
NANS = (0x7FC00000, 0x7F800001, 0x7FFFFFFF, 0xFFC00000, 0xFF800001)


@pytest.mark.parametrize(
    ("bits", "rate", "text"),
    [
        (0x00000000, 0.0, "0"),
        (0x3F800000, 1.0, "1"),
        (0x3FC00000, 1.5, "1.5"),
        (0x4E9502F9, 1250000000.0, "1250000000"),
        (0x7F7FFFFF, 340282346638528859811704183484516925440.0, "340282346638528859811704183484516925440"),
        (0x00000001, 2.0**-149, "1e-45"),
        (0x3DCCCCCD, 0.100000001490116119384765625, "0.1"),
        (0x7F800000, math.inf, "inf"),
    ],
)
def test_a_rate_is_a_number_of_32_bits(bits: int, rate: float, text: str) -> None:
    """The bits stand for the number, the text for the bits."""
    for field in (STRICT, LENIENT):
        assert field.value(bits) == rate
        assert field.bits(rate) == bits
        assert field.parse(text) == bits
    assert STRICT.text(bits) == f":{text}"


@pytest.mark.parametrize("bits", NANS)
def test_what_is_no_number_is_no_rate(bits: int) -> None:
    """A NaN has no value and no text, whatever its payload."""
    assert (STRICT.value(bits), LENIENT.value(bits), STRICT.text(bits)) == (None, None, None)
    assert STRICT.bits(math.nan) is None


@pytest.mark.parametrize("bits", [NEGATIVE_ZERO, MINUS_ONE, MINUS_INFINITY])
def test_a_negative_rate_is_nothing_or_zero(bits: int) -> None:
    """Where negative rates mean zero they are read so; they have no text and are never written."""
    assert (STRICT.value(bits), LENIENT.value(bits)) == (None, 0.0)
    assert (STRICT.text(bits), LENIENT.text(bits)) == (None, None)


@pytest.mark.parametrize("rate", [-1.0, -0.0, -math.inf, 1e39, 10**400])
def test_a_rate_that_does_not_fit_is_refused(rate: float) -> None:
    """Negative ones and those beyond the largest number of 32 bits are not written."""
    assert LENIENT.bits(rate) is None


def test_a_rate_is_rounded_to_the_nearest() -> None:
    """1250000001 lies between two numbers of 32 bits; whole numbers are taken like others."""
    assert STRICT.bits(1250000001) == STRICT.bits(1250000000.0) == 0x4E9502F9
    assert STRICT.parse("1250000001") == 0x4E9502F9


@pytest.mark.parametrize("text", [None, "1e39", "1e999", "nan"])
def test_a_text_that_does_not_fit_is_refused(text: str | None) -> None:
    """Too large a number, and none at all, are not read."""
    assert STRICT.parse(text) is None


def test_its_bits_are_the_last_four_octets() -> None:
    """The rate stands at the end of a community."""
    assert (STRICT.mask, STRICT.shift) == (0xFFFFFFFF, 0)
