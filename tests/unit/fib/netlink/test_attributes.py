"""Attributes: what is strung together is walked again, and what is cut off is left out."""

import sys

import pytest

from bgpkit.fib.netlink.attributes import attribute, attributes, number


def test_an_attribute_is_padded_to_four_octets() -> None:
    """Length with the header but without the padding, kind, value, zeros; in the order of the machine."""
    assert attribute(5, b"abcde") == b"".join(part.to_bytes(2, sys.byteorder) for part in (9, 5)) + b"abcde\0\0\0"


def test_attributes_are_walked_in_order() -> None:
    """The number of the kind comes without the bits that say how the value is written."""
    data = b"head" + attribute(1 | 0x8000, b"abcde") + attribute(2 | 0x4000, b"") + attribute(3, b"xy")
    found = [(kind, data[start:end]) for kind, start, end in attributes(data, 4, len(data))]
    assert found == [(1, b"abcde"), (2, b""), (3, b"xy")]


@pytest.mark.parametrize("rest", [b"\x08\0\x05", b"\x03\0\x05\0", b"\0\0\0\0", attribute(5, b"abcd")[:7]])
def test_a_cut_off_rest_is_left_out(rest: bytes) -> None:
    """No attribute is read beyond the end, none is shorter than its header."""
    data = attribute(1, b"abcd") + rest
    assert [kind for kind, _, _ in attributes(data, 0, len(data))] == [1]
    assert [kind for kind, _, _ in attributes(data, 0, len(data) + 100)] == [1]


def test_a_number_has_32_bits_at_most() -> None:
    """Octets after the fourth are not looked at, octets that are missing are 0."""
    data = (0x12345678).to_bytes(4, sys.byteorder) + b"rest"
    assert number(data, 0, len(data)) == 0x12345678
    assert number(data, 0, 0) == 0
