"""SCTP as packets, for kernels that have no sockets for it. RFC 9260, sections 3.1, 3.3.2, 3.3.5 and appendix A."""

import struct
from typing import Final

_POLYNOMIAL: Final = 0x82F63B78
_INIT: Final = 1
_HEARTBEAT: Final = 4
_IPV4_HEADER: Final = 20


def sctp_init(source_port: int, destination_port: int) -> bytes:
    """Return a packet that asks for an association, its checksum right as connection tracking wants it."""
    return _packet(source_port, destination_port, 0, struct.pack(">BBHIIHHI", _INIT, 0, 20, 1, 65535, 1, 1, 1))


def sctp_heartbeat(source_port: int, destination_port: int) -> bytes:
    """Return a packet of an association that both ends have begun."""
    return _packet(source_port, destination_port, 1, struct.pack(">BBHHHI", _HEARTBEAT, 0, 12, 1, 8, 0))


def _packet(source_port: int, destination_port: int, tag: int, chunk: bytes) -> bytes:
    packet = struct.pack(">HHII", source_port, destination_port, tag, 0) + chunk
    return packet[:8] + struct.pack("<I", _crc32c(packet)) + packet[12:]


def is_init(packet: bytes) -> int:
    """Return the port that an IPv4 packet with an INIT is for; 0 for another packet."""
    port: int
    port, chunk = struct.unpack_from(">H", packet, _IPV4_HEADER + 2)[0], packet[_IPV4_HEADER + 12]
    return port if chunk == _INIT else 0


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
