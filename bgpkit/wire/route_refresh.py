"""The ROUTE-REFRESH message in octets (RFC 2918, section 3; RFC 7313, section 3.2)."""

from typing import Final

from bgpkit.errors import HeaderError, MessageError, RouteRefreshError
from bgpkit.wire.framing import HEADER_LENGTH, MAXIMUM_LENGTH, MessageType, encode_message_header
from bgpkit_fsm import (
    ErrorCode,
    Family,
    HeaderSubcode,
    Notification,
    RouteRefresh,
    RouteRefreshSubcode,
    RouteRefreshSubtype,
)

_FIXED_LENGTH: Final = 4
_DEMARCATIONS: Final = frozenset({RouteRefreshSubtype.BEGINNING, RouteRefreshSubtype.END})


def decode_route_refresh(data: bytes, start: int, end: int, *, marked: bool = True) -> RouteRefresh:
    """Return the ROUTE-REFRESH whose body is ``data[start:end]``.

    What follows the four octets is kept as ``orf``. A subtype that is not known is kept for the session to
    ignore. RouteRefreshError 7/1, with the whole message, when a Beginning or End of Route Refresh is not four
    octets; there is no such error where refreshes are not ``marked``, the peer having no enhanced route refresh.
    HeaderError 1/2, with the length, when anything else is shorter than that.

    RFC 7313, section 5; RFC 4271, section 6.1.
    """
    length = end - start
    demarcation = marked and length >= _FIXED_LENGTH - 1 and data[start + 2] in _DEMARCATIONS
    if length < _FIXED_LENGTH or (length > _FIXED_LENGTH and demarcation):
        raise _length_error(data[max(0, start - HEADER_LENGTH) : end], length, demarcation=demarcation)
    family = Family(data[start] << 8 | data[start + 1], data[start + 3])
    return RouteRefresh(family, data[start + 2], data[start + _FIXED_LENGTH : end])


def encode_route_refresh(message: RouteRefresh, maximum: int = MAXIMUM_LENGTH) -> bytes:
    """Return ``message`` as a whole message of at most ``maximum`` octets.

    ValueError when a field or the message does not fit, or a Beginning or End of Route Refresh carries ORF entries.

    RFC 2918, section 3; RFC 7313, section 5; RFC 8654, section 4.
    """
    afi, safi, subtype = message.family.afi, message.family.safi, message.subtype
    if not (0 <= afi <= 0xFFFF and 0 <= safi <= 255 and 0 <= subtype <= 255):
        raise ValueError(f"family or subtype of {message} does not fit its field")
    if subtype in _DEMARCATIONS and message.orf:
        raise ValueError(f"ORF entries do not fit {message}: they go with a request")
    body = afi.to_bytes(2, "big") + bytes((subtype, safi)) + message.orf
    return encode_message_header(MessageType.ROUTE_REFRESH, body, maximum)


def _length_error(message: bytes, length: int, *, demarcation: bool) -> MessageError:
    text = f"a ROUTE-REFRESH cannot have a body of {length} octets"
    if demarcation:
        code, subcode = ErrorCode.ROUTE_REFRESH_MESSAGE_ERROR, RouteRefreshSubcode.INVALID_MESSAGE_LENGTH
        return RouteRefreshError(text, Notification(code, subcode, message))
    field = (HEADER_LENGTH + length).to_bytes(2, "big")
    return HeaderError(text, Notification(ErrorCode.MESSAGE_HEADER_ERROR, HeaderSubcode.BAD_MESSAGE_LENGTH, field))
