"""The ROUTE-REFRESH message in octets (RFC 2918, section 3; RFC 7313, section 3.2)."""

from typing import Final

from bgpkit.errors import RouteRefreshError
from bgpkit.wire.framing import HEADER_LENGTH, MessageType, encode_message_header
from bgpkit_fsm import ErrorCode, Family, Notification, RouteRefresh, RouteRefreshSubcode

_FIXED_LENGTH: Final = 4
_BEGINNING_OR_END: Final = frozenset({1, 2})


def decode_route_refresh(data: bytes, start: int, end: int) -> RouteRefresh:
    """Return the ROUTE-REFRESH whose body is ``data[start:end]``.

    What follows the four octets is kept as ``orf``. A subtype that is not known is kept for the session to
    ignore. RouteRefreshError 7/1, with the whole message, when the body is shorter than four octets, or is a
    Beginning or End of Route Refresh and not four octets.

    RFC 7313, section 5.
    """
    length = end - start
    if length < _FIXED_LENGTH or (length > _FIXED_LENGTH and data[start + 2] in _BEGINNING_OR_END):
        raise RouteRefreshError(
            f"a ROUTE-REFRESH cannot have a body of {length} octets",
            Notification(
                ErrorCode.ROUTE_REFRESH_MESSAGE_ERROR,
                RouteRefreshSubcode.INVALID_MESSAGE_LENGTH,
                data[max(0, start - HEADER_LENGTH) : end],
            ),
        )
    family = Family(data[start] << 8 | data[start + 1], data[start + 3])
    return RouteRefresh(family, data[start + 2], data[start + _FIXED_LENGTH : end])


def encode_route_refresh(message: RouteRefresh) -> bytes:
    """Return ``message`` as a whole message; ValueError when a field does not fit. RFC 2918, section 3."""
    afi, safi, subtype = message.family.afi, message.family.safi, message.subtype
    if not (0 <= afi <= 0xFFFF and 0 <= safi <= 255 and 0 <= subtype <= 255):
        raise ValueError(f"family or subtype of {message} does not fit its field")
    body = afi.to_bytes(2, "big") + bytes((subtype, safi)) + message.orf
    return encode_message_header(MessageType.ROUTE_REFRESH, body)
