"""TLVs with types and lengths of two octets."""

import pytest

from bgpkit.wire.tlv import Tlv, read_tlvs, write_tlvs

TWO = bytes.fromhex(
    "0400"  # type 1024
    "0001"  # one octet
    "80"
    "0107"  # type 263
    "0000"  # no octets
)


def test_tlvs_are_read_in_order() -> None:
    """Type and length take two octets each, and a value may be empty."""
    assert read_tlvs(TWO) == ((1024, b"\x80"), (263, b""))
    assert read_tlvs(b"") == ()
    assert read_tlvs(bytes.fromhex("0000 0000 ffff 0000")) == ((0, b""), (65535, b""))


def test_tlvs_are_written_in_the_order_given() -> None:
    """Nothing is sorted, and an iterator will do."""
    assert write_tlvs(iter([(1024, b"\x80"), (263, b"")])) == TWO
    assert write_tlvs([(0, b""), (65535, b"")]) == bytes.fromhex("0000 0000 ffff 0000")
    assert Tlv(0, bytes(65535)).code == 0


def test_a_value_is_not_padded() -> None:
    """The next TLV follows at once. RFC 9552, section 5.1."""
    assert read_tlvs(bytes.fromhex("0001 0003 aabbcc 0002 0000")) == ((1, b"\xaa\xbb\xcc"), (2, b""))


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        ("0400", "the 2 octets left at octet 0 are no type and length of a TLV"),
        ("0107 0000 0400 00", "the 3 octets left at octet 4 are no type and length of a TLV"),
        ("0400 0002 80", "a TLV of 2 octets at octet 0 runs past the end by 1"),
        ("0107 0000 0400 ffff", "a TLV of 65535 octets at octet 4 runs past the end by 65535"),
    ],
)
def test_what_runs_past_the_end_is_refused(octets: str, complaint: str) -> None:
    """The complaint says where and by how much."""
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        read_tlvs(bytes.fromhex(octets))


def test_a_tlv_has_a_text() -> None:
    """Type in decimal, value in hexadecimal."""
    assert str(Tlv(1024, b"\x80\x01")) == "tlv-1024 0x8001"


@pytest.mark.parametrize(("code", "length"), [(-1, 0), (1 << 16, 0), (1, 1 << 16)])
def test_what_does_not_fit_is_refused(code: int, length: int) -> None:
    """A type and a length have 16 bits each, in a value as in octets."""
    with pytest.raises(ValueError, match="TLV"):
        Tlv(code, bytes(length))
    with pytest.raises(ValueError, match="TLV"):
        write_tlvs([(code, bytes(length))])
