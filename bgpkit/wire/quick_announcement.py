"""The announcement of a block of routes that fits one message: the way of nearly every UPDATE out.

The result is that of `encode_announcements`, octet for octet; a property test compares them.
"""

from collections.abc import Callable
from functools import partial
from struct import Struct
from typing import Final, TypeAlias

from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL, AttributeCode
from bgpkit.wire.framing import HEADER_LENGTH, MARKER, MessageType
from bgpkit_fsm import IPV4_UNICAST, Family

_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_UPDATE: Final = int(MessageType.UPDATE)
_FIXED_LENGTH: Final = HEADER_LENGTH + 4
_MP_HEADER_LENGTH: Final = 4
_HEADER: Final = Struct("!16sHBHH").pack
"""Marker, length, type, the lengths of the withdrawn routes (none) and the attributes. RFC 4271, section 4.3."""
_MP_HEADER: Final = Struct("!16sHBHHBBH").pack
"""The same, and the header of an attribute that comes first."""
_IPV4_MP_START: Final = b"\x80\x0e\x15\0\1\1\x10"
_IPV4_MP_LONG_START: Final = b"\x80\x0e\x25\0\1\1\x20"
"""How MP_REACH_NLRI of IPv4 unicast with an IPv6 next hop starts in a canonical block. RFC 8950, section 3."""


QuickAnnouncement: TypeAlias = Callable[[bytes, bytes, int], bytes | None]
"""Takes a canonical attribute block, NLRI and the longest length of a message; returns the one message, or None.

None where it would be too long, or is none of the usual ones: `encode_announcements` knows what is to be done then.
"""


def quick_announcement(family: Family) -> QuickAnnouncement:
    """Return what writes the announcements of ``family``. RFC 4271, section 4.3; RFC 4760, section 3."""
    if family == IPV4_UNICAST:
        return _ipv4_unicast
    return partial(_multiprotocol, family.afi.to_bytes(2, "big") + bytes((family.safi,)))


def _ipv4_unicast(attributes: bytes, nlri: bytes, maximum: int) -> bytes | None:
    size = len(attributes)
    length = _FIXED_LENGTH + size + len(nlri)
    # Looking for one octet is far quicker than for several, and most blocks do not hold it.
    if length > maximum or (_MP_REACH in attributes and _may_have_mp_reach(attributes)):
        return None
    return _HEADER(MARKER, length, _UPDATE, 0, size) + attributes + nlri


def _may_have_mp_reach(attributes: bytes) -> bool:
    return attributes.find(_IPV4_MP_START) >= 0 or attributes.find(_IPV4_MP_LONG_START) >= 0


def _multiprotocol(family: bytes, attributes: bytes, nlri: bytes, maximum: int) -> bytes | None:
    start, end = 0, len(attributes)
    while start < end:
        if attributes[start] & EXTENDED_LENGTH:
            value = start + 4
            stop = value + (attributes[start + 2] << 8 | attributes[start + 3])
        else:
            value = start + 3
            stop = value + attributes[start + 2]
        if attributes[start + 1] == _MP_REACH:
            break
        start = stop
    else:
        return None
    head = attributes[value:stop]
    if head[:3] != family:
        return None
    size = len(head) + len(nlri)
    total = _MP_HEADER_LENGTH + size + end - (stop - start)
    length = _FIXED_LENGTH + total
    if length > maximum:
        return None
    header = _MP_HEADER(MARKER, length, _UPDATE, 0, total, OPTIONAL | EXTENDED_LENGTH, _MP_REACH, size)
    return b"".join((header, head, nlri, attributes[:start], attributes[stop:]))
