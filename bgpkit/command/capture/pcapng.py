"""Capture files of Wireshark and others: blocks, several sections and interfaces (draft-ietf-opsawg-pcapng)."""

from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from bgpkit.command.capture.packet import MAXIMUM_LENGTH, Packet, moment
from bgpkit.command.errors import InputError
from bgpkit.command.items import Time
from bgpkit.command.source import Source

_SECTION: Final = 0x0A0D0D0A
_INTERFACE: Final = 1
_OBSOLETE_PACKET: Final = 2
_SIMPLE_PACKET: Final = 3
_ENHANCED_PACKET: Final = 6
_BYTE_ORDER: Final = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_FRAME_LENGTH: Final = 12
"""Octets of a block round its body: type, length, and the length again."""
_TIME_RESOLUTION: Final = 9
_TIME_OFFSET: Final = 14
_POWER_OF_2: Final = 0x80
_MICROSECONDS: Final = 1_000_000


class _Interface(NamedTuple):
    """What was captured on."""

    link: int
    snap_length: int
    ticks_a_second: int
    time_offset: int
    """Seconds to add to each time."""


def read_pcapng(source: Source) -> Iterator[Packet]:
    """Yield the packets of a file one by one; InputError where it is cut short or does not make sense."""
    order, offset, number = "<", 0, 0
    interfaces: list[_Interface] = []
    while head := source.peek(_FRAME_LENGTH):
        kind = int.from_bytes(head[:4], "big")
        if kind == _SECTION:
            if head[8:] not in _BYTE_ORDER:
                raise InputError(f"octet {offset + 8}: {head[8:].hex(' ')} is no byte order of a section")
            order, interfaces = _BYTE_ORDER[head[8:]], []
        else:
            kind = Struct(f"{order}I").unpack(head[:4].ljust(4, b"\0"))[0]
        body = _body(source, order, offset)
        try:
            if kind == _INTERFACE:
                interfaces.append(_interface(body, order))
            elif kind in (_ENHANCED_PACKET, _OBSOLETE_PACKET, _SIMPLE_PACKET):
                number += 1
                yield _PACKETS[kind](body, order, interfaces, number)
        except ValueError as error:
            raise InputError(f"octet {offset}: {error}") from error
        offset += len(body) + _FRAME_LENGTH


def _body(source: Source, order: str, offset: int) -> bytes:
    """Read a block and return what is in it."""
    number = Struct(f"{order}I")
    head = source.exactly(8)
    if len(head) < 8:
        raise InputError(f"octet {offset}: a block is cut short after {len(head)} octets")
    (length,) = number.unpack_from(head, 4)
    if length % 4 or not _FRAME_LENGTH <= length <= MAXIMUM_LENGTH:
        raise InputError(f"octet {offset + 4}: a block cannot have {length} octets")
    rest = source.exactly(length - 8)
    if len(rest) < length - 8:
        raise InputError(f"octet {offset}: a block is cut short: {len(rest) + 8} of {length} octets are there")
    (again,) = number.unpack_from(rest, length - _FRAME_LENGTH)
    if again != length:
        raise InputError(f"octet {offset + length - 4}: a block of {length} octets ends with the length {again}")
    return rest[:-4]


def _interface(body: bytes, order: str) -> _Interface:
    """Read an Interface Description Block."""
    if len(body) < 8:
        raise ValueError("an interface without a link type")
    link, snap_length = Struct(f"{order}H2xI").unpack_from(body)
    ticks, time_offset = _MICROSECONDS, 0
    head, at = Struct(f"{order}HH"), 8
    while at + head.size <= len(body):
        code, length = head.unpack_from(body, at)
        value = body[at + head.size : at + head.size + length]
        if code == _TIME_RESOLUTION and value:
            ticks = 2 ** (value[0] & ~_POWER_OF_2) if value[0] & _POWER_OF_2 else 10 ** value[0]
        elif code == _TIME_OFFSET and len(value) == 8:
            (time_offset,) = Struct(f"{order}q").unpack(value)
        elif code == 0:
            break
        at += head.size + (length + 3) // 4 * 4
    return _Interface(link, snap_length, ticks, time_offset)


def _enhanced_packet(body: bytes, order: str, interfaces: list[_Interface], number: int) -> Packet:
    return _timed_packet(body, Struct(f"{order}IIIII"), interfaces, number)


def _obsolete_packet(body: bytes, order: str, interfaces: list[_Interface], number: int) -> Packet:
    return _timed_packet(body, Struct(f"{order}H2xIIII"), interfaces, number)


def _timed_packet(body: bytes, head: Struct, interfaces: list[_Interface], number: int) -> Packet:
    """Read a block that starts with interface, both halves of the time, captured and original length."""
    if len(body) < head.size:
        raise ValueError(f"packet {number} lacks a part of its header")
    index, high, low, captured, length = head.unpack_from(body)
    interface = _of(index, interfaces, number)
    time = moment(high << 32 | low, interface.ticks_a_second, interface.time_offset)
    return _packet(number, time, interface, body[head.size :], captured, length)


def _simple_packet(body: bytes, order: str, interfaces: list[_Interface], number: int) -> Packet:
    """Read a block that has no more than the original length; it is of the first interface."""
    head = Struct(f"{order}I")
    if len(body) < head.size:
        raise ValueError(f"packet {number} lacks its length")
    (length,) = head.unpack_from(body)
    interface = _of(0, interfaces, number)
    captured = min(length, interface.snap_length or length)
    return _packet(number, None, interface, body[head.size :], captured, length)


_PACKETS: Final = {
    _ENHANCED_PACKET: _enhanced_packet,
    _OBSOLETE_PACKET: _obsolete_packet,
    _SIMPLE_PACKET: _simple_packet,
}


def _of(index: int, interfaces: list[_Interface], number: int) -> _Interface:
    if index >= len(interfaces):
        raise ValueError(f"packet {number} is of interface {index}, {len(interfaces)} are described")
    return interfaces[index]


def _packet(number: int, time: Time | None, interface: _Interface, octets: bytes, captured: int, length: int) -> Packet:
    if captured > len(octets):
        raise ValueError(f"packet {number} has {len(octets)} octets, its header says {captured}")
    return Packet(number=number, time=time, link=interface.link, octets=octets[:captured], length=length)
