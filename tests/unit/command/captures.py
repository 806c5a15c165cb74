"""Captures put together octet by octet, so that the tests know what is in them."""

import io
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from struct import pack

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.capture import read_capture
from bgpkit.command.items import Heard, Item, Note
from bgpkit.command.kind import kind_of
from bgpkit.command.source import Source

FIN, SYN, RST, ACK = 1, 2, 4, 16
A = ("192.0.2.1", 179)
B = ("192.0.2.2", 40000)
RAW = 101
"""LINKTYPE_RAW: the packets start with the IP header."""


def tcp(source: int, destination: int, sequence: int, data: bytes, *, flags: int = ACK, acknowledged: int = 0) -> bytes:
    """Return a TCP segment with a header of 20 octets. RFC 9293, section 3.1."""
    return pack(">HHIIBBHHH", source, destination, sequence, acknowledged, 5 << 4, flags, 65535, 0, 0) + data


def ip(source: str, destination: str, payload: bytes, *, protocol: int = 6, fragment: int = 0) -> bytes:
    """Return an IPv4 or IPv6 packet. RFC 791, section 3.1; RFC 8200, section 3."""
    addresses = ip_address(source).packed + ip_address(destination).packed
    if len(addresses) == 2 * len(IPv6Address(0).packed):
        return pack(">IHBB", 6 << 28, len(payload), protocol, 64) + addresses + payload
    assert len(addresses) == 2 * len(IPv4Address(0).packed)
    return pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 7, fragment, 64, protocol, 0) + addresses + payload


def sent(
    sequence: int,
    data: bytes = b"",
    *,
    source: tuple[str, int] = A,
    destination: tuple[str, int] = B,
    flags: int = ACK,
    acknowledged: int = 0,
) -> bytes:
    """Return an IP packet with a segment, from A to B unless told otherwise."""
    segment = tcp(source[1], destination[1], sequence, data, flags=flags, acknowledged=acknowledged)
    return ip(source[0], destination[0], segment)


def answered(sequence: int, data: bytes = b"", *, flags: int = ACK, acknowledged: int = 0) -> bytes:
    """Return an IP packet with a segment from B to A."""
    return sent(sequence, data, source=B, destination=A, flags=flags, acknowledged=acknowledged)


def pcap(*packets: bytes, link: int = RAW, snap: int = 65535) -> bytes:
    """Return a capture file whose packets are a second apart, each cut off behind ``snap`` octets."""
    records = [pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, link)]
    records += [
        pack("<IIII", 1000 + at, 5, min(len(each), snap), len(each)) + each[:snap] for at, each in enumerate(packets)
    ]
    return b"".join(records)


def read(octets: bytes, *, ports: Sequence[int] = (179,), assumptions: Assumptions | None = None) -> Iterator[Item]:
    """Yield what the command finds in a capture."""
    source = Source(io.BytesIO(octets), "capture")
    return read_capture(source, kind_of(source), ports, assumptions or Assumptions())


def items(octets: bytes, *, ports: Sequence[int] = (179,), assumptions: Assumptions | None = None) -> list[Item]:
    """Return what the command finds in a capture."""
    return list(read(octets, ports=ports, assumptions=assumptions))


def told(found: Sequence[Item]) -> list[str]:
    """Return the notes, and who sent which message, in order."""
    lines: list[str] = []
    for item in found:
        if isinstance(item, Note):
            lines.append(f"# {item.text}")
        else:
            assert isinstance(item, Heard)
            lines.append(f"{item.place.sender}: {item.judged.message}")
    return lines
