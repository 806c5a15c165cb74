"""What nf_tables answers."""

import struct
from errno import ENOENT

from bgpkit_node.nft.answers import Answer, answers, attributes, comment_of, text
from bgpkit_node.nft.octets import attribute


def test_an_acknowledgement_tells_the_error() -> None:
    """0 is none; so it is in a message that is cut short."""
    assert Answer(2, 0, 1, struct.pack("=i", -ENOENT)).errno == ENOENT
    assert Answer(2, 0, 1, bytes(4)).errno == 0
    assert Answer(3, 0, 1, b"").errno == 0


def test_a_datagram_that_is_cut_short_or_of_length_zero_ends() -> None:
    """Nothing is read past it, and nothing for ever."""
    assert list(answers(bytes(20))) == [Answer(0, 0, 0, b"")]
    assert list(answers(bytes(3))) == []
    assert dict(attributes(bytes(6))) == {0: b""}


def test_attributes_are_read_without_the_bits_for_nesting() -> None:
    """Each filled up to four octets."""
    assert dict(attributes(attribute(0x8001, b"a") + attribute(2, b"bcde"))) == {1: b"a", 2: b"bcde"}


def test_a_comment_is_found_among_what_nft_keeps_for_itself() -> None:
    """Kind 0; other kinds are passed over; none is empty."""
    assert comment_of(bytes((1, 2, 9, 9)) + bytes((0, 3)) + b"ab\0") == "ab"
    assert comment_of(b"") == ""
    assert text(b"name\0") == "name"
