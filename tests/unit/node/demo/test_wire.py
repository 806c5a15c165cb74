"""Frames as they are on a wire, made by hand: plain, in IPIP, in VXLAN, and what is none of it."""

import socket
import struct

import pytest

from bgpkit_node.demo.wire import read_frame

ETHERNET = bytes(12) + b"\x08\x00"
PING = b"\x08\x00" + bytes(30)
HERE, THERE = "10.4.7.11", "10.4.8.21"


def packet(source: str, destination: str, protocol: int, payload: bytes) -> bytes:
    """Return a packet of IPv4; checksums are nobody's business here."""
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    return struct.pack("!BBHIBBH", 0x45, 0, 20 + len(payload), 0, 64, protocol, 0) + addresses + payload


INNER = packet("10.244.0.1", "10.244.1.1", 1, PING)


def test_the_outermost_header_is_told_and_what_it_wraps() -> None:
    """Addresses, kind, length; and the addresses of the ping itself. RFC 2003; RFC 7348, section 5."""
    vxlan = struct.pack("!HHHHII", 40000, 4789, 0, 0, 0x08000000, 4096 << 8) + ETHERNET + INNER
    found = [
        read_frame(ETHERNET + frame) for frame in (INNER, packet(HERE, THERE, 4, INNER), packet(HERE, THERE, 17, vxlan))
    ]
    assert [seen and seen.words for seen in found] == [
        ("10.244.0.1 > 10.244.1.1", "nothing", "52"),
        (f"{HERE} > {THERE}", "IPIP: 10.244.0.1 > 10.244.1.1", "72"),
        (f"{HERE} > {THERE}", "VXLAN 4096: 10.244.0.1 > 10.244.1.1", "102"),
    ]
    assert {seen and seen.target for seen in found} == {"10.244.1.1"}


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        ETHERNET + b"\x60" + bytes(60),
        ETHERNET + packet(HERE, THERE, 6, bytes(40)),
        ETHERNET + packet(HERE, THERE, 1, b"\x00" + bytes(31)),
        ETHERNET + packet(HERE, THERE, 4, b""),
        ETHERNET + packet(HERE, THERE, 17, struct.pack("!HHHH", 1, 4789, 8, 0)),
        ETHERNET + packet(HERE, THERE, 17, struct.pack("!HHHH", 1, 53, 8, 0) + bytes(60)),
    ],
)
def test_anything_else_is_passed_over(frame: bytes) -> None:
    """IPv6, TCP, a reply, what is cut off, another port."""
    assert read_frame(frame) is None
