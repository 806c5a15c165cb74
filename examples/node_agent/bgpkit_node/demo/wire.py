"""What is on a wire: echo requests as a packet socket sees them, from the outermost header inwards.

RFC 791, section 3.1; RFC 2003; RFC 7348, section 5.
"""

import socket
import struct
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Final, NamedTuple, Self

from bgpkit_node.demo.places import inside

_EVERY_PROTOCOL: Final = 3
_ETHERNET: Final = 14
_ICMP, _IPIP, _UDP = 1, 4, 17
_ECHO_REQUEST: Final = 8
VXLAN_PORT: Final = 4789
_UDP_HEADER, _VXLAN_HEADER = 8, 8


@dataclass(frozen=True, slots=True)
class Seen:
    """An echo request on a wire."""

    outer: str
    """The addresses of the outermost header: ``SOURCE > DESTINATION``."""
    wrapped: str
    """``IPIP``, ``VXLAN 4096``, or empty."""
    length: int
    """Octets of the outermost packet."""
    inner: str
    """The addresses of the echo request itself."""
    target: str
    """Where the echo request itself goes."""

    @property
    def words(self) -> tuple[str, ...]:
        """Return it as cells of a table: outermost header, what it wraps, length."""
        return (self.outer, f"{self.wrapped}: {self.inner}" if self.wrapped else "nothing", str(self.length))


class Tap:
    """Listens on an interface of a machine while the context lasts."""

    def __init__(self, opened: socket.socket) -> None:
        """Take over a packet socket."""
        self._socket = opened

    @classmethod
    async def on(cls, namespace: str, interface: str) -> Self:
        """Open a tap in a network namespace."""
        return cls(await inside(namespace, partial(_opened, interface)))

    def __enter__(self) -> Self:
        """Return the tap."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the socket."""
        self._socket.close()

    def echo_requests(self) -> list[Seen]:
        """Return the echo requests that have passed since this was last asked."""
        found: list[Seen] = []
        while True:
            try:
                frame = self._socket.recv(65536)
            except BlockingIOError:
                return found
            seen = read_frame(frame)
            if seen is not None:
                found.append(seen)


def _opened(interface: str) -> socket.socket:
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
    opened.bind((interface, 0))
    opened.setblocking(False)
    return opened


class _Packet(NamedTuple):
    source: str
    destination: str
    protocol: int
    length: int
    payload: bytes

    @property
    def ends(self) -> str:
        return f"{self.source} > {self.destination}"


def read_frame(frame: bytes) -> Seen | None:
    """Read a frame of Ethernet; None unless it is an echo request of IPv4, or holds one."""
    outer = _packet(frame[_ETHERNET:])
    if outer is None:
        return None
    inner: _Packet | None = outer
    wrapped = ""
    if outer.protocol == _IPIP:
        inner, wrapped = _packet(outer.payload), "IPIP"
    elif outer.protocol == _UDP and _is_vxlan(outer.payload):
        number = int.from_bytes(outer.payload[_UDP_HEADER + 4 : _UDP_HEADER + 7])
        inner, wrapped = _packet(outer.payload[_UDP_HEADER + _VXLAN_HEADER + _ETHERNET :]), f"VXLAN {number}"
    if inner is None or inner.protocol != _ICMP or inner.payload[:1] != bytes([_ECHO_REQUEST]):
        return None
    return Seen(outer.ends, wrapped, outer.length, inner.ends, inner.destination)


def _is_vxlan(datagram: bytes) -> bool:
    ports = struct.unpack_from("!HH", datagram)
    return len(datagram) > _UDP_HEADER + _VXLAN_HEADER + _ETHERNET and ports[1] == VXLAN_PORT


def _packet(octets: bytes) -> _Packet | None:
    """Read a packet of IPv4; None for anything else."""
    if len(octets) < 20 or octets[0] >> 4 != 4:
        return None
    length = struct.unpack_from("!H", octets, 2)[0]
    source, destination = socket.inet_ntoa(octets[12:16]), socket.inet_ntoa(octets[16:20])
    return _Packet(source, destination, octets[9], length, octets[(octets[0] & 15) * 4 :])
