"""Numbers and octets in texts."""

import pytest

from bgpkit_rib.decimals import read_decimal, read_decimals, read_hexadecimal, read_ipv4


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("65535", 65535)])
def test_a_canonical_number_is_read(text: str, number: int) -> None:
    """Plain digits that fit are a number."""
    assert read_decimal(text, 16) == number


@pytest.mark.parametrize(
    "text", ["", "00", "01", "65536", "-1", "+1", " 1", "1 ", "1_0", "0x1", "1.0", "٣", "²", "9" * 5000]
)
def test_anything_else_is_none(text: str) -> None:
    """Leading zeros, signs, spaces, other scripts, and what does not fit are no number."""
    assert read_decimal(text, 16) is None


def test_as_many_numbers_as_sizes_are_read() -> None:
    """Each number has its own limit; too few and too many are none."""
    assert read_decimals("65535:65536", (16, 32)) == (65535, 65536)
    assert read_decimals("65536:65535", (16, 32)) is None
    assert read_decimals("1", (16, 32)) is None
    assert read_decimals("1:2:3", (16, 32)) is None


def test_an_address_is_four_octets() -> None:
    """Dotted decimal is read, other spellings are not."""
    assert read_ipv4("192.0.2.1") == bytes((192, 0, 2, 1))
    assert [read_ipv4(text) for text in ("", "192.0.2", "192.0.2.256", "192.0.02.1", "3221225985", "::1")] == [None] * 6


def test_hexadecimal_digits_have_the_right_number() -> None:
    """Only ``0x`` and two digits for each octet are read, in either case."""
    assert read_hexadecimal("0x0aFF", 2) == b"\x0a\xff"
    bad = ("", "0aff", "0x0af", "0x0aff0", "0x0a f", "0x 0aff", "0x0agg", "0X0aff", "0x٣٣٣٣")
    assert [read_hexadecimal(text, 2) for text in bad] == [None] * len(bad)
