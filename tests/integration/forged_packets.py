"""Packets wrapped by hand, as a tunnel wraps them, sent from any machine; and who hears what was in them."""

import socket
import struct
import time
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address
from typing import Final

from tests.support.netns import Namespace

VXLAN_PORT: Final = 4789
VNI: Final = 4096
_UDP, _IPIP = 17, 4
_QUIET: Final = 0.25
"""Seconds within which a packet that arrives at all has arrived."""
_TYPES: Final = {4: 0x0800, 6: 0x86DD}


class Listener:
    """A UDP socket in a namespace, or with ``protocol`` one that hears all packets of that protocol."""

    def __init__(self, namespace: Namespace, address: str, protocol: int = 0) -> None:
        """Listen at ``address``."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with namespace.entered():
            kind = socket.SOCK_RAW if protocol else socket.SOCK_DGRAM
            self._socket = socket.socket(family, kind, protocol)
        self._socket.bind((address, 0))
        self.address = address
        self.port: int = self._socket.getsockname()[1]

    def hears(self, words: bytes) -> bool:
        """Tell whether a packet that ends in ``words`` comes soon; others are passed over."""
        until = time.monotonic() + _QUIET
        while (left := until - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                heard = self._socket.recv(2048)
            except TimeoutError:
                return False
            if heard.endswith(words):
                return True
        return False

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


@contextmanager
def listening(namespace: Namespace, address: str, protocol: int = 0) -> Generator[Listener]:
    """Listen while the context lasts."""
    listener = Listener(namespace, address, protocol)
    try:
        yield listener
    finally:
        listener.close()


def datagram(source: str, destination: str, port: int, words: bytes) -> bytes:
    """Return an IP packet with a UDP datagram in it. RFC 768; RFC 791, section 3.1; RFC 8200, section 3."""
    one, other = ip_address(source), ip_address(destination)
    length = 8 + len(words)
    if isinstance(one, IPv6Address):
        pseudo = one.packed + other.packed + struct.pack(">IxxxB", length, _UDP)
        summed = _checksum(pseudo + struct.pack(">HHHH", 40000, port, length, 0) + words)
        head = struct.pack(">IHBB", 6 << 28, length, _UDP, 64) + one.packed + other.packed
        return head + struct.pack(">HHHH", 40000, port, length, summed) + words
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, 1, 0, 64, _UDP, 0) + one.packed + other.packed
    head = head[:10] + struct.pack(">H", _checksum(head)) + head[12:]
    return head + struct.pack(">HHHH", 40000, port, length, 0) + words


def send_vxlan(machine: Namespace, to: str, mac: str, packet: bytes, port: int = VXLAN_PORT) -> None:
    """Send ``packet`` wrapped in VXLAN from a machine to a node whose device has the address ``mac``. RFC 7348."""
    frame = bytes.fromhex(mac.replace(":", "")) + bytes.fromhex("020000000001")
    frame += struct.pack(">H", _TYPES[packet[0] >> 4]) + packet
    with machine.entered():
        sender = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
    with sender:
        sender.sendto(struct.pack(">BxxxI", 8, VNI << 8) + frame, (to, port))


def send_ipip(machine: Namespace, to: str, packet: bytes) -> None:
    """Send ``packet`` wrapped in another one from a machine. RFC 2003."""
    with machine.entered():
        sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, _IPIP)
    with sender:
        sender.sendto(packet, (to, 0))


def _checksum(octets: bytes) -> int:
    """Return the checksum of RFC 1071."""
    total: int = sum(struct.unpack(f">{(len(octets) + 1) // 2}H", octets + bytes(len(octets) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
