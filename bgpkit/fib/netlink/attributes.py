"""Attributes of netlink messages: length, kind, value, padding to four octets. Pure. netlink(7)."""

import struct
import sys
from collections.abc import Iterator
from typing import Final

ATTRIBUTE: Final = struct.Struct("=HH")
"""Attribute header: length with the header, type."""

_KIND: Final = 0x3FFF
"""The bits of a type that are its number; the others say how the value is written."""


def attribute(kind: int, payload: bytes) -> bytes:
    """Return one attribute, padded to four octets."""
    return ATTRIBUTE.pack(4 + len(payload), kind) + payload + bytes(-len(payload) % 4)


def attributes(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Walk attributes: kind without flag bits, first octet and end of the value; a cut-off rest is left out."""
    end = min(end, len(data))
    while start + 4 <= end:
        length, kind = ATTRIBUTE.unpack_from(data, start)
        if length < 4 or start + length > end:
            return
        yield kind & _KIND, start + 4, start + length
        start += (length + 3) & ~3


def number(data: bytes, start: int, end: int) -> int:
    """Return a number of up to 32 bits in the order of the machine; octets that are missing count as 0."""
    return int.from_bytes(data[start : min(start + 4, end)], sys.byteorder)
