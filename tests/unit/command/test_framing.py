"""Where messages end by their headers, and what stands there when there is none."""

import pytest

from bgpkit.command.framing import NoMessageError, message_length, next_start
from tests.unit.command.messages import KEEPALIVE, MARKER, PLAIN


def test_the_length_is_that_of_the_header() -> None:
    """Octets 16 and 17 tell the length, wherever the message starts."""
    assert message_length(KEEPALIVE, 0) == 19
    assert message_length(KEEPALIVE + PLAIN, 19) == len(PLAIN)


@pytest.mark.parametrize("here", [0, 1, 16, 18])
def test_a_header_that_is_not_all_there_has_no_length_yet(here: int) -> None:
    """Fewer than 19 octets give 0 while nothing is wrong with them."""
    assert message_length(KEEPALIVE[:here], 0) == 0


@pytest.mark.parametrize("wrong", [0, 7, 15])
def test_an_octet_of_the_marker_that_is_not_ff_is_named(wrong: int) -> None:
    """The error has the offset of the very octet, in a header that is whole and in one that is not."""
    octets = bytearray(b"\x00" + KEEPALIVE)
    octets[1 + wrong] = 0xFE
    for data in (bytes(octets), bytes(octets[: 2 + wrong])):
        with pytest.raises(NoMessageError, match="fe where the marker") as caught:
            message_length(data, 1)
        assert caught.value.offset == 1 + wrong


def test_a_length_below_a_header_is_no_message() -> None:
    """Length 18 is wrong at octet 16; 19 is right."""
    with pytest.raises(NoMessageError, match="a length of 18 is less than the 19") as caught:
        message_length(MARKER + b"\x00\x12\x04", 0)
    assert caught.value.offset == 16


def test_a_start_is_found_behind_other_octets() -> None:
    """A header is found behind octets of any kind, behind ones too, and not where only ones stand."""
    assert next_start(b"\x00\x01" + KEEPALIVE, 0) == 2
    assert next_start(b"\xff\xff\xff" + KEEPALIVE, 0) == 3
    assert next_start(KEEPALIVE + KEEPALIVE, 1) == 19
    assert next_start(b"\xff" * 300, 0) == -1
    assert next_start(KEEPALIVE[:18], 0) == -1
    assert next_start(MARKER + b"\x00\x13\x06" + KEEPALIVE, 0) == 19
