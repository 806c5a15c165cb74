"""Capture files in blocks, put together from the format's description."""

import io
from struct import pack

import pytest

from bgpkit.command.capture.packet import Packet
from bgpkit.command.capture.pcapng import read_pcapng
from bgpkit.command.errors import InputError
from bgpkit.command.items import Time
from bgpkit.command.source import Source


def read(octets: bytes) -> list[Packet]:
    """Return the packets of a file."""
    return list(read_pcapng(Source(io.BytesIO(octets), "capture")))


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """Return a block, its body filled up to a multiple of four octets."""
    body += bytes(-len(body) % 4)
    length = pack(f"{order}I", len(body) + 12)
    return pack(f"{order}I", kind) + length + body + length


def section(order: str = "<") -> bytes:
    """Return a Section Header Block."""
    return block(0x0A0D0D0A, pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link: int, options: bytes = b"", order: str = "<", snap: int = 0) -> bytes:
    """Return an Interface Description Block."""
    return block(1, pack(f"{order}HHI", link, 0, snap) + options, order)


def enhanced(index: int, ticks: int, data: bytes, length: int | None = None, order: str = "<") -> bytes:
    """Return an Enhanced Packet Block."""
    head = pack(
        f"{order}IIIII", index, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data) if length is None else length
    )
    return block(6, head + data, order)


NANOSECONDS = b"\x09\0\0\0"
HALVES = b"\x81\0\0\0"


@pytest.mark.parametrize("order", ["<", ">"])
def test_packets_are_of_their_interface(order: str) -> None:
    """Link and resolution of time are those of the interface that a packet names, in each section anew."""
    resolution, offset, end = pack(f"{order}HH", 9, 1), pack(f"{order}HHq", 14, 8, 1000), pack(f"{order}HH", 0, 0)
    file = [
        section("<" if order == ">" else ">"),
        section(order),
        interface(1, order=order),
        interface(101, resolution + NANOSECONDS, order),
        enhanced(0, 5_000_001, b"abcde", order=order),
        block(5, b"statistics..", order),
        enhanced(1, 5_000_001_000, b"ab", 60, order=order),
        section(order),
        interface(113, resolution + HALVES + offset + end, order),
        enhanced(0, 3, b"", order=order),
    ]
    assert read(b"".join(file)) == [
        Packet(number=1, time=Time(5, 1), link=1, octets=b"abcde", length=5),
        Packet(number=2, time=Time(5, 1), link=101, octets=b"ab", length=60),
        Packet(number=3, time=Time(1001, 500_000), link=113, octets=b"", length=0),
    ]


def test_older_packet_blocks_are_read() -> None:
    """The obsolete block has an interface of two octets; the simple one no time, and is cut off by the interface."""
    file = [
        section(),
        interface(101, snap=4),
        block(2, pack("<HHIIII", 0, 9, 0, 2_000_000, 3, 7) + b"abc"),
        block(3, pack("<I", 6) + b"abcd"),
        block(3, pack("<I", 2) + b"ab"),
    ]
    assert read(b"".join(file)) == [
        Packet(number=1, time=Time(2, 0), link=101, octets=b"abc", length=7),
        Packet(number=2, time=None, link=101, octets=b"abcd", length=6),
        Packet(number=3, time=None, link=101, octets=b"ab", length=2),
    ]


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        (b"\x06\0\0\0\x20", "octet 48: a block is cut short after 5 octets"),
        (enhanced(0, 0, b"abcd")[:-2], "octet 48: a block is cut short: 34 of 36 octets are there"),
        (pack("<II", 6, 13) + bytes(20), "octet 52: a block cannot have 13 octets"),
        (pack("<II", 6, 0xFFFFFFF0) + bytes(20), "octet 52: a block cannot have 4294967280 octets"),
        (enhanced(0, 0, b"abcd")[:-4] + pack("<I", 40), "octet 80: a block of 36 octets ends with the length 40"),
        (enhanced(3, 0, b"abcd"), "octet 48: packet 1 is of interface 3, 1 are described"),
        (block(6, bytes(8)), "octet 48: packet 1 lacks a part of its header"),
        (block(3, b""), "octet 48: packet 1 lacks its length"),
        (block(1, b""), "octet 48: an interface without a link type"),
        (block(6, pack("<IIIII", 0, 0, 0, 9, 9) + b"abcd"), "octet 48: packet 1 has 4 octets, its header says 9"),
        (block(0x0A0D0D0A, b"????" + bytes(12)), "octet 56: 3f 3f 3f 3f is no byte order of a section"),
    ],
)
def test_what_does_not_make_sense_is_told(rest: bytes, sentence: str) -> None:
    """InputError names the octet."""
    with pytest.raises(InputError) as caught:
        read(section() + interface(1) + rest)
    assert str(caught.value) == sentence
