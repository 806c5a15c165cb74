"""What an input is: told by its first octets, never by its name."""

from enum import Enum
from typing import Final

from bgpkit.command.errors import InputError
from bgpkit.command.source import Source
from bgpkit.mrt import MAXIMUM_RECORD_LENGTH, RecordType
from bgpkit.wire import MARKER

_LOOK: Final = 4096
"""Octets that are looked at when the first ones do not tell."""
_PCAP: Final = frozenset(
    magic.to_bytes(4, order) for magic in (0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34) for order in ("big", "little")
)
_PCAPNG: Final = b"\n\r\r\n"
_TEXT: Final = frozenset(b"\t\n\v\f\r" + bytes(range(0x20, 0x7F)))
_MRT_HEADER_LENGTH: Final = 12
_MRT_TYPES: Final = frozenset(map(int, RecordType))


class Kind(Enum):
    """What an input can be; the value is its name for people."""

    OCTETS = "BGP messages in octets"
    HEX = "BGP messages in hex digits"
    PCAP = "a pcap capture"
    PCAPNG = "a pcapng capture"
    MRT = "an MRT file"


def kind_of(source: Source) -> Kind:
    """Return what the octets of a source are, without reading them; InputError when they are nothing known."""
    head = source.peek(len(MARKER))
    if not head:
        source.read()  # says what is wrong with a compressed file
        raise InputError(f"{source.name} is empty")
    if head[:4] in _PCAP:
        return Kind.PCAP
    if head.startswith(_PCAPNG):
        return Kind.PCAPNG
    if head.startswith(MARKER[: len(head)]):
        return Kind.OCTETS
    head = source.peek(_LOOK)
    if _TEXT.issuperset(head):
        return Kind.HEX
    if _is_mrt(head):
        return Kind.MRT
    marker = head.find(MARKER)
    later = f"; the first 16 octets of ff, which would start a message, are at octet {marker}" if marker > 0 else ""
    raise InputError(
        f"octet 0: {head[:12].hex(' ')} starts neither a BGP message nor hex digits, a pcap or pcapng capture "
        f"or an MRT record{later}"
    )


def _is_mrt(head: bytes) -> bool:
    """Tell whether the octets are a header of MRT with a type that exists. RFC 6396, section 2."""
    kind, length = int.from_bytes(head[4:6], "big"), int.from_bytes(head[8:_MRT_HEADER_LENGTH], "big")
    return len(head) >= _MRT_HEADER_LENGTH and kind in _MRT_TYPES and length <= MAXIMUM_RECORD_LENGTH
