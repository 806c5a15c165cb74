"""Labels and prefix of one NLRI are told apart."""

import pytest

from bgpkit.wire.families.label_stack import label_stack
from bgpkit.wire.families.labeled import join_labeled, labeled_frame, write_labels

FRAME = labeled_frame(0, 32)
IPV6_FRAME = labeled_frame(0, 128)
VPN_FRAME = labeled_frame(64, 96)
RD = "0000fc0000000064"


def cut(nlri: str, *, withdrawn: bool = False) -> tuple[int, str, str]:
    """Return what the frame of IPv4 prefixes says of octets behind two others."""
    stop, key, rest = FRAME(b"\xee\xee" + bytes.fromhex(nlri), 2, withdrawn)
    return stop - 2, key.hex(), rest.hex()


@pytest.mark.parametrize(
    ("nlri", "key", "labels"),
    [
        ("18 000101", "00", "000101"),
        ("20 000101 0a", "080a", "000101"),
        ("38 00010b c0000201", "20c0000201", "00010b"),
        ("50 000100 000110 000121 c0", "08c0", "000100000110000121"),
        ("2a 493301 05c100", "1205c100", "493301"),
        ("42 493300 493301 05c100", "1205c100", "493300493301"),
    ],
)
def test_the_length_counts_labels_and_prefix(nlri: str, key: str, labels: str) -> None:
    """Up to three labels to the S bit; what is left is the prefix. The last two are from the bio-rd vectors."""
    octets = bytes.fromhex(nlri)
    assert cut(nlri) == (len(octets), key, labels)
    assert cut(nlri, withdrawn=True) == (len(octets), key, labels)
    assert join_labeled(bytes.fromhex(key), bytes.fromhex(labels)) == octets


@pytest.mark.parametrize("field", ["000100", "800000", "000000", "00010e"])
def test_a_single_label_needs_no_s_bit(field: str) -> None:
    """Where no S bit ends the labels, there is one."""
    assert cut(f"30 {field} c00002") == (7, "18c00002", field)


def test_where_an_s_bit_ends_a_stack_there_is_a_stack() -> None:
    """Without an S bit in the first label the reading is that of several, if the bits behind it make one."""
    assert cut("48 000100 0a0001 c00002") == (10, "18c00002", "0001000a0001")
    assert cut("30 000100 0a0001") == (7, "00", "0001000a0001")
    assert cut("30 000100 0a0001", withdrawn=True) == (7, "00", "0001000a0001")


def test_the_compatibility_field_leaves_no_rest() -> None:
    """A withdrawal as it should be has no labels; one of older speakers has what it has."""
    assert cut("30 800000 c00003", withdrawn=True) == (7, "18c00003", "")
    assert cut("30 000000 c00003", withdrawn=True) == (7, "18c00003", "000000")
    assert cut("30 000101 c00003", withdrawn=True) == (7, "18c00003", "000101")
    assert join_labeled(bytes.fromhex("18c00003"), b"") == bytes.fromhex("30 800000 c00003")


def test_a_withdrawal_may_have_the_labels_of_its_announcement() -> None:
    """Two labels, the way RFC 3107 has them, even where they are 0 (from the fboss vectors, but for the last)."""
    assert cut("48 000080 000091 040506", withdrawn=True) == (10, "18040506", "000080000091")
    octets = bytes.fromhex("48 000080 000091 abcdef")
    assert IPV6_FRAME(octets, 0, True) == (10, bytes.fromhex("18abcdef"), octets[1:7])
    assert cut("48 000000 000091 040506", withdrawn=True) == (10, "18040506", "000000000091")


def test_spare_bits_become_zero() -> None:
    """The bits behind a prefix of 9 bits count for nothing."""
    assert cut("21 000101 0aff") == (6, "090a80", "000101")


@pytest.mark.parametrize(
    ("nlri", "text"),
    [
        ("00", "of 0 bits in all, fewer than 24"),
        ("17 000101", "of 23 bits in all, fewer than 24"),
        ("39 000101 c0000201 80", "a prefix of 33 bits behind its labels, more than 32"),
        ("40 000100 c0000200 00", "no S bit ends the labels"),
        ("ff" + "00" * 32, "no S bit ends the labels"),
    ],
)
def test_lengths_that_cannot_be_are_told(nlri: str, text: str) -> None:
    """Less than a label, more than an address, labels without an end."""
    with pytest.raises(ValueError, match=text):
        cut(nlri)


@pytest.mark.parametrize("nlri", ["18", "18 0001", "20 000101", "38 000101 c00002"])
def test_a_field_that_ends_early_is_told_by_the_stop(nlri: str) -> None:
    """The stop is beyond the end."""
    assert cut(nlri)[0] > len(bytes.fromhex(nlri))


def test_a_route_distinguisher_is_part_of_the_key() -> None:
    """64 bits at least are left behind the labels."""
    octets = bytes.fromhex(f"70 000101 {RD} 0a0000")
    assert VPN_FRAME(octets, 0, False) == (15, bytes.fromhex(f"58 {RD} 0a0000"), b"\0\1\1")
    with pytest.raises(ValueError, match="of 87 bits in all, fewer than 88"):
        VPN_FRAME(bytes.fromhex(f"57 000101 {RD}"), 0, False)


def test_labels_that_do_not_fit_are_refused() -> None:
    """The length octet ends at 255 bits: nine labels leave room for 39."""
    assert len(write_labels(label_stack(*range(9)), b"\x20\xc0\0\2\1")) == 27
    with pytest.raises(ValueError, match="10 labels and a prefix of 32 bits do not fit"):
        write_labels(label_stack(*range(10)), b"\x20\xc0\0\2\1")
    assert write_labels((), b"\xe7" + bytes(29)) == b""
    with pytest.raises(ValueError, match="do not fit"):
        write_labels((), b"\xe8" + bytes(29))
