"""Asking a machine whether UDP and whole IP protocols get through to it: by what comes back; blocks, bounded."""

import errno
import os
import select
import socket
import struct
import time
from typing import Final

from bgpkit_node.diagnosis.icmp import ECHO, checksum, echo_request
from bgpkit_node.diagnosis.tcp_probe import Probe, Reply

IPIP: Final = 4
"""The number of IP in IP. RFC 2003, section 3.1."""
_NOT_VXLAN: Final = bytes(8)
"""A header without its flag, which every VXLAN device drops. RFC 7348, section 5."""
_REFUSALS: Final = frozenset({errno.ECONNREFUSED, errno.ENOPROTOOPT})
_IP: Final = struct.Struct("!BBHHHBBH4s4s")


def probe_udp(address: str, port: int, *, seconds: float = 3.0) -> Probe:
    """Send a datagram that nothing takes for its own to a ``port``.

    Where nothing listens the machine says so, which is the answer; where a VXLAN device listens there is silence.
    """
    place = f"UDP port {port} of {address}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probing:
        return _asked(probing, (address, port), _NOT_VXLAN, place, seconds)


def probe_ipip(address: str, *, seconds: float = 3.0) -> Probe:
    """Send a ping wrapped in IP: a machine with IPIP answers the ping, one without says that it does not know it.

    Raises PermissionError without the right to send raw packets.
    """
    place = f"IP protocol {IPIP} (IPIP) of {address}"
    with (
        socket.socket(socket.AF_INET, socket.SOCK_RAW, IPIP) as probing,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as pings,
    ):
        number = os.getpid() & 0xFFFF
        try:
            probing.connect((address, 0))
        except OSError as error:
            return _no_way(place, error)
        own = probing.getsockname()[0]
        return _asked(probing, (address, 0), _wrapped(own, address, number), place, seconds, pings)


def _asked(
    probing: socket.socket,
    target: tuple[str, int],
    octets: bytes,
    place: str,
    seconds: float,
    pings: socket.socket | None = None,
) -> Probe:
    """Send, and wait for a refusal, or for a reply to a ping."""
    until = time.monotonic() + seconds
    sockets = [probing] if pings is None else [probing, pings]
    try:
        probing.connect(target)
        probing.send(octets)
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select(sockets, [], [], left)
            if probing in ready:
                probing.recv(2048)  # a refusal is an error here; anything else is not for us
            elif pings is not None and pings in ready and _is_reply(pings.recvfrom(2048), target[0]):
                return Probe(Reply.ACCEPTED, f"{place} takes what is wrapped")
    except OSError as error:
        if error.errno in _REFUSALS:
            return Probe(Reply.REFUSED, f"{place} is reached, and nothing there takes it")
        return _no_way(place, error)
    return Probe(Reply.SILENCE, f"{place} gives no answer within {seconds:g} s")


def _no_way(place: str, error: OSError) -> Probe:
    code = errno.errorcode.get(error.errno or 0, "")
    text = os.strerror(error.errno) if error.errno else str(error)
    return Probe(Reply.NO_WAY, f"{place} cannot be reached: {text}{f' ({code})' if code else ''}")


def _is_reply(received: tuple[bytes, tuple[str, int]], address: str) -> bool:
    """Tell our reply among all that the machine gets."""
    packet, (source, _) = received
    start = (packet[0] & 15) * 4
    kind, _, _, identifier, _ = ECHO.unpack_from(packet, start)
    return source == address and kind == 0 and identifier == os.getpid() & 0xFFFF


def _wrapped(own: str, other: str, identifier: int) -> bytes:
    """Return an IPv4 packet with a ping."""
    ping = echo_request(identifier, 1)
    source, target = socket.inet_aton(own), socket.inet_aton(other)
    length = _IP.size + len(ping)
    header = _IP.pack(0x45, 0, length, 0, 0, 64, socket.IPPROTO_ICMP, 0, source, target)
    return _IP.pack(0x45, 0, length, 0, 0, 64, socket.IPPROTO_ICMP, checksum(header), source, target) + ping
