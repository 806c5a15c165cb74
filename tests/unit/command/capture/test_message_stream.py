"""A stream with gaps to messages."""

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.command.capture.message_stream import Found, Message, MessageStream, Skipped
from bgpkit.command.capture.packet import Packet
from bgpkit.command.capture.reassembly import Gap, Stretch
from tests.unit.command.messages import CEASE, KEEPALIVE, PLAIN

PACKET = Packet(number=1, time=None, link=101, octets=b"", length=0)
MIDDLE = "the capture starts in the middle of the stream"
MISSING = "a part is missing from the capture"


def read(*pieces: bytes | int, whole: bool = True) -> list[Found]:
    """Return what is found in octets and gaps."""
    stream = MessageStream(whole=whole)
    found: list[Found] = []
    for piece in pieces:
        found += stream.add(Gap(piece) if isinstance(piece, int) else Stretch(piece, PACKET))
    return found + stream.finish()


@given(st.lists(st.sampled_from((KEEPALIVE, PLAIN, CEASE)), max_size=6), st.integers(1, 70))
def test_messages_are_cut_out_wherever_pieces_end(expected: list[bytes], size: int) -> None:
    """A whole stream gives its messages and nothing else."""
    stream = b"".join(expected)
    found = read(*(stream[at : at + size] for at in range(0, len(stream), size)))
    offsets = [len(b"".join(expected[:index])) for index in range(len(expected))]
    assert found == [Message(offset, octets) for offset, octets in zip(offsets, expected, strict=True)]


def test_a_stream_from_the_middle_starts_at_the_first_marker() -> None:
    """The rest of a message before it is skipped and counted; there may be none."""
    assert read(PLAIN[-5:] + KEEPALIVE, whole=False) == [
        Skipped(MIDDLE, unreadable=False, length=5),
        Message(5, KEEPALIVE),
    ]
    assert read(KEEPALIVE, whole=False) == [Message(0, KEEPALIVE)]
    assert read(PLAIN[-25:-9], PLAIN[-9:] + KEEPALIVE[:17], KEEPALIVE[17:], whole=False) == [
        Skipped(MIDDLE, unreadable=False, length=25),
        Message(25, KEEPALIVE),
    ]


def test_a_gap_skips_what_it_has_broken() -> None:
    """What was there of the message before it, and of the one behind it, is skipped; offsets count what is missing."""
    found = read(KEEPALIVE + PLAIN[:10], 50, PLAIN[-3:] + KEEPALIVE)
    assert found == [
        Message(0, KEEPALIVE),
        Skipped(MISSING, unreadable=False, length=13, missing=50),
        Message(19 + 10 + 50 + 3, KEEPALIVE),
    ]


def test_several_gaps_without_a_message_between_are_one() -> None:
    """All that is missing and all that is skipped is counted up to the next message."""
    assert read(1, b"abc", 2, b"def", 4, KEEPALIVE) == [
        Skipped(MISSING, unreadable=False, length=6, missing=7),
        Message(13, KEEPALIVE),
    ]


def test_rubbish_is_told_apart_from_what_was_not_captured() -> None:
    """The first octet that is wrong is named, and the next message is found."""
    assert read(KEEPALIVE + b"\xff\x00rubbish" + CEASE) == [
        Message(0, KEEPALIVE),
        Skipped("octet 20 of the stream: 00 where the marker, 16 octets of ff, must be", unreadable=True, length=9),
        Message(28, CEASE),
    ]
    length = KEEPALIVE[:16] + b"\x00\x01\x04"
    assert read(length + CEASE)[0] == Skipped(
        "octet 16 of the stream: a length of 1 is less than the 19 octets of a header", unreadable=True, length=19
    )


def test_what_is_left_at_the_end_is_told() -> None:
    """A message that is not whole is no fault; its octets are counted."""
    assert read(KEEPALIVE + PLAIN[:-1]) == [
        Message(0, KEEPALIVE),
        Skipped("the capture ends in the middle of a message", unreadable=False, length=len(PLAIN) - 1),
    ]
    assert read(KEEPALIVE, 9) == [Message(0, KEEPALIVE), Skipped(MISSING, unreadable=False, missing=9)]
    assert read() == read(whole=False) == []


@given(st.lists(st.binary(max_size=40) | st.sampled_from((KEEPALIVE, b"\xff" * 17)) | st.integers(1, 50), max_size=8))
def test_every_octet_is_in_a_message_or_counted(pieces: list[bytes | int]) -> None:
    """Whatever the stream holds, nothing is lost without a word."""
    found = read(*pieces, whole=False)
    octets = sum(len(each.octets) if isinstance(each, Message) else each.length for each in found)
    missing = sum(each.missing for each in found if isinstance(each, Skipped))
    assert octets == sum(len(piece) for piece in pieces if isinstance(piece, bytes))
    assert missing == sum(piece for piece in pieces if isinstance(piece, int))
