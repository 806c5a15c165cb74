"""Capture files put together here: BGP messages in TCP segments from port 179, for other programs to read."""

from collections.abc import Iterable
from ipaddress import IPv4Address
from struct import pack

_FILE_HEADER = pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)  # microseconds; whole packets; Ethernet
_ETHERNET = bytes.fromhex("020000000002 020000000001 0800")
_SERVER = IPv4Address("192.0.2.1").packed
_FIRST_CLIENT = int(IPv4Address("198.18.0.0"))
_SEGMENT_LENGTH = 1400


def capture_of_stream(stream: bytes) -> bytes:
    """Return a capture file of one TCP connection from port 179 that carries the stream."""
    return capture_of_streams([stream])


def capture_of_streams(streams: Iterable[bytes]) -> bytes:
    """Return a capture file of as many TCP connections from port 179 as there are streams, one after the other.

    Each has a client of its own: 198.18.0.0, 198.18.0.1 and so on.
    """
    packets = [_FILE_HEADER]
    for number, stream in enumerate(streams):
        client = (_FIRST_CLIENT + number).to_bytes(4, "big")
        for start in range(0, len(stream), _SEGMENT_LENGTH):
            frame = _frame(client, start, stream[start : start + _SEGMENT_LENGTH])
            packets.append(pack("<IIII", number, start, len(frame), len(frame)) + frame)
    return b"".join(packets)


def capture_of_frames(frames: Iterable[bytes]) -> bytes:
    """Return a capture file of Ethernet frames as they are, a second between them."""
    return _FILE_HEADER + b"".join(
        pack("<IIII", number, 0, len(frame), len(frame)) + frame for number, frame in enumerate(frames)
    )


def _frame(client: bytes, start: int, part: bytes) -> bytes:
    """Return an Ethernet frame with the part of a stream that starts at octet ``start``."""
    tcp = pack(">HHIIBBHHH", 179, 40000, 1 + start, 1, 5 << 4, 0x18, 65535, 0, 0) + part
    ip = pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + _SERVER + client
    return _ETHERNET + ip + tcp
