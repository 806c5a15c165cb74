"""The NOTIFICATION message in octets (RFC 4271, section 4.5)."""

from bgpkit.errors import NotificationError
from bgpkit.wire.framing import HEADER_LENGTH, MAXIMUM_LENGTH, MessageType, encode_message_header
from bgpkit_fsm import ErrorCode, HeaderSubcode, Notification


def decode_notification(data: bytes, start: int, end: int) -> Notification:
    """Return the NOTIFICATION whose body is ``data[start:end]``; NotificationError when it is too short.

    Codes and subcodes that nobody has defined are kept as numbers. RFC 4271, section 4.5.
    """
    if end - start < 2:
        length = (HEADER_LENGTH + end - start).to_bytes(2, "big")
        answer = Notification(ErrorCode.MESSAGE_HEADER_ERROR, HeaderSubcode.BAD_MESSAGE_LENGTH, length)
        raise NotificationError("the NOTIFICATION ends before its error subcode", answer)
    return Notification(data[start], data[start + 1], data[start + 2 : end])


def encode_notification(message: Notification, maximum: int = MAXIMUM_LENGTH) -> bytes:
    """Return ``message`` as a whole message of at most ``maximum`` octets: data beyond that is cut off.

    More than 4,096 octets are only for a peer that takes extended messages: RFC 8654, section 5. ValueError when
    code or subcode is not one octet. RFC 4271, section 4.5.
    """
    if not (0 <= message.code <= 255 and 0 <= message.subcode <= 255):
        raise ValueError(f"error code {message.code} or subcode {message.subcode} does not fit an octet")
    body = bytes((message.code, message.subcode)) + message.data
    return encode_message_header(MessageType.NOTIFICATION, body[: maximum - HEADER_LENGTH], maximum)
