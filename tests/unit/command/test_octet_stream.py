"""Messages one after the other in plain octets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.errors import InputError
from bgpkit.command.items import Heard, Note
from bgpkit.command.octet_stream import messages, read_octets
from tests.unit.command.messages import AMBIGUOUS, CEASE, FAULTY, KEEPALIVE, MARKER, PLAIN


@given(st.lists(st.sampled_from((KEEPALIVE, PLAIN, FAULTY, CEASE)), max_size=8), st.integers(1, 60))
def test_messages_are_cut_out_wherever_chunks_end(expected: list[bytes], size: int) -> None:
    """Offsets count from the start of the input, and add up."""
    stream = b"".join(expected)
    found = list(messages(stream[at : at + size] for at in range(0, len(stream), size)))
    assert [octets for _, octets in found] == expected
    assert [offset for offset, _ in found] == [len(b"".join(expected[:index])) for index in range(len(expected))]


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        (b"\xff", "octet 19: the header that starts here is cut short: of 19 octets 1 are there, 18 missing"),
        (
            PLAIN[:-3],
            "octet 19: the message that starts here is cut short: of 45 octets 42 are there, 3 missing",
        ),
        (b"\xff\xff\x00", "octet 21: 00 where the marker, 16 octets of ff, must be"),
        (MARKER + b"\x00\x05\x04", "octet 35: a length of 5 is less than the 19 octets of a header"),
    ],
)
def test_what_is_no_message_is_told_behind_those_before(rest: bytes, sentence: str) -> None:
    """The octet is named, in the input as a whole."""
    for chunks in ([KEEPALIVE + rest], [KEEPALIVE, rest]):
        found: list[bytes] = []
        with pytest.raises(InputError) as caught:
            found.extend(octets for _, octets in messages(chunks))
        assert found == [KEEPALIVE]
        assert str(caught.value) == sentence


def test_a_type_that_nobody_knows_is_a_message_with_a_verdict() -> None:
    """The length tells where the next one starts."""
    strange = MARKER + b"\x00\x15\x07ab"
    _, first, second = [None, *read_octets([strange + KEEPALIVE], Assumptions())]
    assert isinstance(first, Heard)
    assert isinstance(second, Heard)
    assert first.judged.message is None
    assert (second.place.offset, str(second.judged.message)) == (21, "KEEPALIVE")


def test_what_is_assumed_is_said_once_and_only_before_an_update() -> None:
    """KEEPALIVEs mean the same in every session."""
    found = list(read_octets([KEEPALIVE + PLAIN + PLAIN], Assumptions()))
    assert [type(item) for item in found] == [Heard, Note, Heard, Heard]
    assert isinstance(found[1], Note)
    assert "4-octet AS numbers, no ADD-PATH, an internal peer are assumed" in found[1].text


def test_nothing_is_said_when_the_user_has_said_it() -> None:
    """--as2 is the word of the user, and decides."""
    (item,) = read_octets([AMBIGUOUS], Assumptions(four_octet_as=False))
    assert isinstance(item, Heard)
    assert "AS_PATH 1 2 3" in str(item.judged.message)
