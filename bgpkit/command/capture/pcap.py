"""Capture files of libpcap (draft-ietf-opsawg-pcap)."""

from collections.abc import Iterator
from struct import Struct
from typing import Final

from bgpkit.command.capture.packet import MAXIMUM_LENGTH, Packet, moment
from bgpkit.command.errors import InputError
from bgpkit.command.source import Source

_MICROSECONDS: Final = 1_000_000
_NANOSECONDS: Final = 1_000_000_000
_HEADER_LENGTH: Final = 24
_LINK: Final = 20
# Ticks a second, and octets that stand behind each packet's header, by the magic number.
_FORMATS: Final = {
    0xA1B2C3D4: (_MICROSECONDS, 0),
    0xA1B23C4D: (_NANOSECONDS, 0),
    0xA1B2CD34: (_MICROSECONDS, 8),  # a patched libpcap once wrote interface and protocol there
}


def read_pcap(source: Source) -> Iterator[Packet]:
    """Yield the packets of a file one by one; InputError where it is cut short or does not make sense."""
    header = source.exactly(_HEADER_LENGTH)
    if len(header) < _HEADER_LENGTH:
        raise InputError(f"octet 0: the header of the capture is cut short: {len(header)} of {_HEADER_LENGTH} octets")
    order = ">" if int.from_bytes(header[:4], "big") in _FORMATS else "<"
    magic, link = Struct(f"{order}I16xI").unpack(header)
    ticks_a_second, more = _FORMATS[magic]
    head = Struct(f"{order}IIII")
    number, offset = 0, _HEADER_LENGTH
    while octets := source.exactly(head.size + more):
        number += 1
        if len(octets) < head.size + more:
            raise InputError(f"octet {offset}: the header of packet {number} is cut short")
        seconds, ticks, captured, length = head.unpack_from(octets)
        if captured > MAXIMUM_LENGTH:
            raise InputError(f"octet {offset + 8}: packet {number} cannot have {captured} octets")
        data = source.exactly(captured) if captured else b""
        if len(data) < captured:
            raise InputError(
                f"octet {offset}: packet {number} is cut short: {len(data)} of {captured} octets are there"
            )
        time = moment(seconds * ticks_a_second + ticks, ticks_a_second)
        # The upper half of the field says other things than the type of the link.
        yield Packet(number=number, time=time, link=link & 0xFFFF, octets=data, length=length)
        offset += head.size + more + captured
