"""Segments in any order to one stream."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.command.capture.packet import Packet
from bgpkit.command.capture.reassembly import SEGMENTS_MAXIMUM, WAITING_MAXIMUM, Gap, Piece, Reassembly, Stretch

PACKETS = [Packet(number=number, time=None, link=101, octets=b"", length=0) for number in range(10)]
LAST = (1 << 32) - 1
STREAM = bytes(range(97, 123)) * 4


def told(pieces: list[Piece]) -> list[bytes | int]:
    """Return the octets of a stream, and the lengths of its gaps."""
    return [piece.octets if isinstance(piece, Stretch) else piece.length for piece in pieces]


def started(sequence: int = 1000) -> Reassembly:
    """Return a direction whose SYN was seen."""
    reassembly = Reassembly()
    reassembly.start(sequence)
    return reassembly


def test_segments_in_order_come_at_once() -> None:
    """Each piece has the packet that it came in."""
    reassembly = started()
    assert reassembly.take(PACKETS[0], 1000, b"abc") == [Stretch(b"abc", PACKETS[0])]
    assert reassembly.take(PACKETS[1], 1003, b"de") == [Stretch(b"de", PACKETS[1])]
    assert reassembly.finish() == []


def test_a_later_segment_waits_for_what_comes_before_it() -> None:
    """The packet that fills the hole is the one that makes it the next."""
    reassembly = started()
    assert reassembly.take(PACKETS[0], 1003, b"de") == []
    assert reassembly.take(PACKETS[1], 1000, b"abc") == [Stretch(b"abc", PACKETS[1]), Stretch(b"de", PACKETS[1])]


@pytest.mark.parametrize(
    ("sequence", "data", "expected"),
    [
        (1000, b"abc", []),
        (1001, b"b", []),
        (1000, b"abcde", [b"de"]),
        (1002, b"cde", [b"de"]),
        (990, b"0123456789abcd", [b"d"]),
    ],
)
def test_what_comes_again_counts_once(sequence: int, data: bytes, expected: list[bytes]) -> None:
    """Retransmissions, whole, in part and with more behind, give only what is new."""
    reassembly = started()
    reassembly.take(PACKETS[0], 1000, b"abc")
    assert told(reassembly.take(PACKETS[1], sequence, data)) == expected


@given(st.integers(0, LAST), st.data())
def test_any_order_of_overlapping_segments_gives_the_stream(first: int, data: st.DataObject) -> None:
    """Over the end of the sequence numbers, too, a stream that is covered comes out whole."""
    cuts = sorted({0, len(STREAM), *data.draw(st.lists(st.integers(0, len(STREAM)), max_size=12))})
    parts = list(pairwise(cuts))
    more = data.draw(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 14)), max_size=8))
    parts += [(start, min(start + length, len(STREAM))) for start, length in more]
    reassembly = started(first)
    found: list[Piece] = []
    for start, stop in data.draw(st.permutations(parts)):
        found += reassembly.take(PACKETS[0], (first + start) % (1 << 32), STREAM[start:stop])
    assert b"".join(piece.octets for piece in found if isinstance(piece, Stretch)) == STREAM
    assert reassembly.finish() == []


def test_a_hole_that_the_other_end_has_acknowledged_is_a_gap() -> None:
    """The receiver has it, so it was sent and not captured; an acknowledgment of less says nothing."""
    reassembly = started()
    reassembly.acknowledge(1000)
    assert reassembly.take(PACKETS[0], 1005, b"fgh") == []
    reassembly.acknowledge(1008)
    reassembly.acknowledge(1002)
    assert told(reassembly.take(PACKETS[1], 1008, b"i")) == [5, b"fgh", b"i"]
    assert told(reassembly.take(PACKETS[2], 1000, b"abcde")) == []


def test_the_end_shows_what_was_waited_for() -> None:
    """Two holes are two gaps."""
    reassembly = started()
    reassembly.take(PACKETS[0], 1010, b"k")
    reassembly.take(PACKETS[1], 1002, b"c")
    assert reassembly.finish() == [Gap(2), Stretch(b"c", PACKETS[1]), Gap(7), Stretch(b"k", PACKETS[0])]


def test_what_waits_is_bounded() -> None:
    """More than 1 MiB, or 1,024 segments, behind a hole mean that it is not filled any more."""
    reassembly = started()
    half = bytes(WAITING_MAXIMUM // 2)
    assert reassembly.take(PACKETS[0], 1001, half) == []
    assert reassembly.take(PACKETS[0], 1001 + len(half), half) == []
    assert told(reassembly.take(PACKETS[0], 1001 + 2 * len(half), b"x")) == [1, half, half, b"x"]
    reassembly = started()
    found = [reassembly.take(PACKETS[0], 1001 + 2 * number, b"x") for number in range(SEGMENTS_MAXIMUM + 1)]
    assert not any(found[:-1])
    assert told(found[-1]) == [1, b"x"]


def test_what_was_not_captured_is_a_gap_unless_it_comes_again() -> None:
    """The octets that a packet lacks are skipped at once when it is their turn."""
    reassembly = started()
    assert told(reassembly.take(PACKETS[0], 1000, b"ab", 3)) == [b"ab", 3]
    assert told(reassembly.take(PACKETS[0], 1005, b"fg")) == [b"fg"]
    assert told(reassembly.take(PACKETS[0], 1008, b"i", 2)) == []
    assert told(reassembly.take(PACKETS[0], 1007, b"hijk")) == [b"hijk"]


def test_without_a_syn_the_first_data_starts_the_stream() -> None:
    """Segments without data say nothing of where the stream is."""
    reassembly = Reassembly()
    assert reassembly.take(PACKETS[0], 5, b"") == []
    assert told(reassembly.take(PACKETS[0], LAST, b"ab")) == [b"ab"]
    assert reassembly.first == LAST
    assert told(reassembly.take(PACKETS[0], 1, b"c")) == [b"c"]
