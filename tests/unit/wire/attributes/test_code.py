"""Attributes put into octets: flags, type code, a length of one octet or of two."""

import pytest

from bgpkit.wire.attributes.code import encode_attribute


@pytest.mark.parametrize(("length", "head"), [(0, "c0c800"), (255, "c0c8ff"), (256, "d0c80100"), (65535, "d0c8ffff")])
def test_the_length_field_is_as_long_as_needed(length: int, head: str) -> None:
    """The extended length bit is set from 256 octets on, and only then."""
    assert encode_attribute(0xD0, 200, bytes(length)) == bytes.fromhex(head) + bytes(length)


def test_a_value_beyond_65535_octets_is_refused() -> None:
    """No length field holds it."""
    with pytest.raises(ValueError, match="does not fit"):
        encode_attribute(0xC0, 200, bytes(65536))
