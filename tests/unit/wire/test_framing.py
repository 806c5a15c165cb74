"""Framing: whole messages are found, wrong headers are named."""

import pytest

from bgpkit.errors import HeaderError
from bgpkit.wire import KEEPALIVE, next_message
from bgpkit.wire.framing import MessageType, encode_message_header
from tests.unit.wire.octets import message


def header(length: int, kind: int, marker: bytes = b"\xff" * 16) -> bytes:
    """Return a bare header."""
    return marker + length.to_bytes(2, "big") + bytes((kind,))


def test_messages_are_found_one_after_the_other() -> None:
    """Each call gives the end of the message at the offset; an incomplete one gives 0."""
    stream = KEEPALIVE + message(2, bytes(4)) + KEEPALIVE[:18]
    assert next_message(stream, 0, len(stream), 4096) == 19
    assert next_message(stream, 19, len(stream), 4096) == 42
    assert next_message(stream, 42, len(stream), 4096) == 0


def test_a_message_without_its_end_is_awaited() -> None:
    """A whole header with a part of the body is no message yet, even when the octets behind ``end`` are there."""
    octets = message(2, bytes(100))
    assert next_message(octets, 0, 118, 4096) == 0
    assert next_message(octets, 0, 119, 4096) == 119


@pytest.mark.parametrize(
    ("octets", "subcode", "data"),
    [
        (header(19, 4, b"\xff" * 15 + b"\xfe"), 1, b""),
        (header(18, 4), 2, b"\0\x12"),
        (header(4097, 2), 2, b"\x10\x01"),
        (header(28, 1), 2, b"\0\x1c"),
        (header(22, 2), 2, b"\0\x16"),
        (header(20, 3), 2, b"\0\x14"),
        (header(20, 4), 2, b"\0\x14"),
        (header(21, 5), 2, b"\0\x15"),
        (header(19, 0), 3, b"\0"),
        (header(19, 6), 3, b"\6"),
        (header(4096, 255), 3, b"\xff"),
    ],
)
def test_a_wrong_header_is_answered_as_rfc_4271_says(octets: bytes, subcode: int, data: bytes) -> None:
    """RFC 4271, section 6.1: 1/1; 1/2 with the length field; 1/3 with the type field."""
    with pytest.raises(HeaderError) as caught:
        next_message(octets, 0, len(octets), 4096)
    sent = caught.value.notification
    assert (sent.code, sent.subcode, sent.data) == (1, subcode, data)


@pytest.mark.parametrize(("kind", "allowed"), [(1, False), (2, True), (3, True), (4, False), (5, True)])
def test_extended_messages_are_not_for_open_and_keepalive(kind: int, allowed: bool) -> None:
    """RFC 8654, section 4: all messages but OPEN and KEEPALIVE may have up to 65,535 octets."""
    octets = header(65535, kind)
    if allowed:
        assert next_message(octets, 0, len(octets), 65535) == 0
    else:
        with pytest.raises(HeaderError):
            next_message(octets, 0, len(octets), 65535)


def test_a_body_that_is_too_long_is_refused() -> None:
    """The encoder does not make messages that no peer would take."""
    assert encode_message_header(MessageType.UPDATE, bytes(4077)) == message(2, bytes(4077))
    with pytest.raises(ValueError, match="longer"):
        encode_message_header(MessageType.UPDATE, bytes(4078))
