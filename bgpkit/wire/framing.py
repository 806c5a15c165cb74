"""Finding whole messages in a stream of octets."""

from enum import IntEnum
from typing import Final

from bgpkit.errors import HeaderError
from bgpkit_fsm import ErrorCode, HeaderSubcode, Notification

MARKER: Final = b"\xff" * 16
"""The first field of every message. RFC 4271, section 4.1."""
HEADER_LENGTH: Final = 19
"""Octets of marker, length and type. RFC 4271, section 4.1."""
MAXIMUM_LENGTH: Final = 4096
"""The longest message, header included, unless the peer takes longer ones. RFC 4271, section 4.1."""
EXTENDED_MAXIMUM_LENGTH: Final = 65535
"""The longest message to a peer with the extended message capability. RFC 8654, section 4."""


class MessageType(IntEnum):
    """Type codes of the message header. RFC 4271, section 4.1; ROUTE-REFRESH: RFC 2918, section 3."""

    OPEN = 1
    UPDATE = 2
    NOTIFICATION = 3
    KEEPALIVE = 4
    ROUTE_REFRESH = 5


_SHORTEST: Final = {
    MessageType.OPEN: 29,
    MessageType.UPDATE: 23,
    MessageType.NOTIFICATION: 21,
    MessageType.KEEPALIVE: HEADER_LENGTH,
    MessageType.ROUTE_REFRESH: 22,
}
# The shortest ROUTE-REFRESH is 23 octets long; with 22 it has a subtype, by which its decoder knows how to answer.
_NEVER: Final = 1 << 16
_MINIMUM: Final = tuple(_SHORTEST.get(MessageType(kind), _NEVER) if 1 <= kind <= 5 else _NEVER for kind in range(256))
# What the type alone allows: KEEPALIVE is a bare header, and RFC 8654 leaves OPEN and KEEPALIVE as they were.
_LONGEST: Final = {MessageType.OPEN: MAXIMUM_LENGTH, MessageType.KEEPALIVE: HEADER_LENGTH}
_MAXIMUM: Final = tuple(_LONGEST.get(MessageType(kind), _NEVER) if 1 <= kind <= 5 else 0 for kind in range(256))


def next_message(data: bytes, offset: int, end: int, maximum: int) -> int:
    """Return where the message that starts at ``offset`` ends, or 0 while it is not whole yet.

    ``end`` is the end of the octets received, ``maximum`` the longest message that the session allows, in
    octets with the header. The type is the octet ``data[offset + 18]``, the body starts 19 octets after
    ``offset``. HeaderError carries the NOTIFICATION: 1/1 for the marker, 1/2 with the length field, 1/3 with
    the type.

    RFC 4271, section 6.1; RFC 8654, section 4.
    """
    if end - offset < HEADER_LENGTH:
        return 0
    length = data[offset + 16] << 8 | data[offset + 17]
    kind = data[offset + 18]
    if _MINIMUM[kind] <= length <= maximum and length <= _MAXIMUM[kind] and data[offset : offset + 16] == MARKER:
        stop = offset + length
        return stop if stop <= end else 0
    raise _header_error(data[offset : offset + HEADER_LENGTH], length, kind, maximum)


def encode_message_header(kind: MessageType, body: bytes, maximum: int = MAXIMUM_LENGTH) -> bytes:
    """Return ``body`` as a whole message; ValueError when it would exceed ``maximum`` octets.

    RFC 4271, section 4.1.
    """
    length = HEADER_LENGTH + len(body)
    if length > maximum:
        raise ValueError(f"{kind.name} message of {length} octets is longer than the {maximum} allowed")
    return b"%b%b%c%b" % (MARKER, length.to_bytes(2, "big"), kind, body)


def _header_error(header: bytes, length: int, kind: int, maximum: int) -> HeaderError:
    """Say what is wrong with ``header``: the marker before the length before the type."""
    if header[:16] != MARKER:
        subcode, data, text = HeaderSubcode.CONNECTION_NOT_SYNCHRONIZED, b"", "the marker is not all ones"
    elif HEADER_LENGTH <= length <= maximum and _MINIMUM[kind] == _NEVER:
        subcode, data, text = HeaderSubcode.BAD_MESSAGE_TYPE, header[18:], f"message type {kind} is not known"
    else:
        subcode, data = HeaderSubcode.BAD_MESSAGE_LENGTH, header[16:18]
        text = f"a message of type {kind} cannot be {length} octets long"
    return HeaderError(text, Notification(ErrorCode.MESSAGE_HEADER_ERROR, subcode, data))
