"""Echo requests. RFC 792; RFC 1071, section 1."""

import struct
from typing import Final

ECHO: Final = struct.Struct("!BBHHH")
_REQUEST: Final = 8


def echo_request(identifier: int, number: int, octets: int = 0) -> bytes:
    """Return an echo request with ``octets`` of payload, for what comes after a header of IP."""
    payload = bytes(octets)
    body = ECHO.pack(_REQUEST, 0, 0, identifier, number)
    return ECHO.pack(_REQUEST, 0, checksum(body + payload), identifier, number) + payload


def checksum(octets: bytes) -> int:
    """Return the checksum of the Internet, 0 for octets that hold their own."""
    if len(octets) % 2:
        octets += b"\0"
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
