"""Captures on many interfaces at once, read from packet sockets: what the kernel itself shows of each ping."""

import socket
import struct
from collections.abc import Iterable
from ipaddress import IPv4Address
from types import TracebackType
from typing import Final, NamedTuple, Self

from tests.support.netns import Namespace

_EVERY_PROTOCOL: Final = 3
_ETHERNET: Final = 14
_ICMP, _ECHO_REQUEST = 1, 8
_OUTGOING: Final = 4


class Seen(NamedTuple):
    """An echo request on an interface."""

    source: str
    destination: str
    ttl: int
    direction: str


class PacketCaptures:
    """A packet socket on each of some interfaces, while the context lasts."""

    def __init__(self, places: Iterable[tuple[str, Namespace, str]]) -> None:
        """Capture at ``places``: a name, a namespace, and an interface in it."""
        self._places = tuple(places)
        self._sockets: dict[tuple[str, str], socket.socket] = {}

    def __enter__(self) -> Self:
        """Begin."""
        for name, namespace, interface in self._places:
            with namespace.entered():
                opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
            opened.bind((interface, 0))
            opened.setblocking(False)
            self._sockets[name, interface] = opened
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End."""
        for opened in self._sockets.values():
            opened.close()

    def echo_requests(self) -> dict[tuple[str, str], list[Seen]]:
        """Return what has been seen so far on each interface, by name and interface."""
        return {place: list(filter(None, map(_seen, _frames(opened)))) for place, opened in self._sockets.items()}


def _frames(opened: socket.socket) -> list[tuple[bytes, int]]:
    found: list[tuple[bytes, int]] = []
    while True:
        try:
            frame, (_, _, kind, *_) = opened.recvfrom(2048)
        except BlockingIOError:
            return found
        found.append((frame, kind))


def _seen(captured: tuple[bytes, int]) -> Seen | None:
    """Read a frame; None unless it holds an echo request. RFC 791, section 3.1; RFC 792."""
    frame, kind = captured
    packet = frame[_ETHERNET:]
    if struct.unpack_from("!H", frame, 12)[0] != 0x0800 or packet[9] != _ICMP:
        return None
    if packet[(packet[0] & 15) * 4] != _ECHO_REQUEST:
        return None
    source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
    return Seen(str(source), str(destination), packet[8], "out" if kind == _OUTGOING else "in")
