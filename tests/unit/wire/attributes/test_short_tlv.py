"""TLVs whose type is one octet."""

import pytest

from bgpkit.wire.attributes.short_tlv import (
    LengthSize,
    by_type,
    one_octet,
    pair,
    read_short_tlvs,
    two_octets,
    write_short_tlvs,
)
from bgpkit.wire.tlv import Tlv


def test_the_length_field_is_as_long_as_the_type_says() -> None:
    """Below 128 it has one octet, above two: RFC 9012, section 2."""
    octets = bytes.fromhex("7f 01 aa 80 0002 bbcc 00 00")
    pairs = ((127, b"\xaa"), (128, b"\xbb\xcc"), (0, b""))
    assert read_short_tlvs(octets, by_type, "sub-TLV") == pairs
    assert write_short_tlvs(pairs, by_type, "sub-TLV") == octets


@pytest.mark.parametrize(("length_size", "octets"), [(one_octet, "c801aa"), (two_octets, "c80001aa")])
def test_the_length_field_may_be_of_one_size(length_size: LengthSize, octets: str) -> None:
    """Segment lists have one octet for all types, Prefix-SID two."""
    assert read_short_tlvs(bytes.fromhex(octets), length_size, "TLV") == ((200, b"\xaa"),)
    assert write_short_tlvs([(200, b"\xaa")], length_size, "TLV") == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        ("01 00 80 00", "the 2 octets left at octet 2 are no type and length of a sub-TLV"),
        ("01", "the 1 octets left at octet 0"),
        ("05 03 aabb", "sub-TLV 5 of 3 octets runs past the end by 1"),
    ],
)
def test_what_is_cut_short_is_told(octets: str, complaint: str) -> None:
    """A header or a value that is not all there raises ValueError with its place."""
    with pytest.raises(ValueError, match=complaint):
        read_short_tlvs(bytes.fromhex(octets), by_type, "sub-TLV")


@pytest.mark.parametrize(
    ("code", "length", "complaint"), [(256, 0, "type 256"), (-1, 0, "type -1"), (1, 256, "of 256 octets")]
)
def test_what_does_not_fit_is_refused(code: int, length: int, complaint: str) -> None:
    """A type beyond an octet and a value beyond its length field raise ValueError."""
    with pytest.raises(ValueError, match=complaint):
        write_short_tlvs([(code, bytes(length))], by_type, "sub-TLV")
    assert len(write_short_tlvs([(128, bytes(256))], by_type, "sub-TLV")) == 259


def test_a_tlv_is_a_pair() -> None:
    """Type and value of a Tlv are written as they are."""
    assert pair(Tlv(7, b"\1")) == (7, b"\1")
