"""Messages other than UPDATE, from and to octets by their type."""

from typing import Final, assert_never

from bgpkit.errors import HeaderError
from bgpkit.wire.framing import HEADER_LENGTH, MAXIMUM_LENGTH, MessageType, encode_message_header
from bgpkit.wire.notification import decode_notification, encode_notification
from bgpkit.wire.open import decode_open, encode_open
from bgpkit.wire.route_refresh import decode_route_refresh, encode_route_refresh
from bgpkit_fsm import ErrorCode, HeaderSubcode, Keepalive, Message, Notification, Open, RouteRefresh

KEEPALIVE: Final = encode_message_header(MessageType.KEEPALIVE, b"")
"""The whole KEEPALIVE message. RFC 4271, section 4.4."""

_KEEPALIVE: Final = Keepalive()


def decode_message(kind: int, data: bytes, start: int, end: int) -> Message:
    """Return the message of type ``kind`` whose body is ``data[start:end]``.

    ``kind`` is the type octet of the header. UPDATE has its own decoder, made for one session: it is a
    ValueError here. A MessageError carries the NOTIFICATION that answers a malformed message.

    RFC 4271, section 4.
    """
    if kind == MessageType.KEEPALIVE:
        if end == start:
            return _KEEPALIVE
        length = (HEADER_LENGTH + end - start).to_bytes(2, "big")
        raise HeaderError(
            "a KEEPALIVE has no body",
            Notification(ErrorCode.MESSAGE_HEADER_ERROR, HeaderSubcode.BAD_MESSAGE_LENGTH, length),
        )
    if kind == MessageType.OPEN:
        return decode_open(data, start, end)
    if kind == MessageType.NOTIFICATION:
        return decode_notification(data, start, end)
    if kind == MessageType.ROUTE_REFRESH:
        return decode_route_refresh(data, start, end)
    raise ValueError(f"message type {kind} is not OPEN, NOTIFICATION, KEEPALIVE or ROUTE-REFRESH")


def encode_message(message: Message, maximum: int = MAXIMUM_LENGTH) -> bytes:
    """Return ``message`` as a whole message with its header; ValueError when a field does not fit.

    ``maximum`` is the longest message that the session allows, in octets; OPEN and KEEPALIVE have at most 4,096
    in any case.

    RFC 4271, section 4; RFC 8654, section 4.
    """
    match message:
        case Open():
            return encode_open(message)
        case Keepalive():
            return KEEPALIVE
        case Notification():
            return encode_notification(message, maximum)
        case RouteRefresh():
            return encode_route_refresh(message, maximum)
        case _:
            assert_never(message)
