"""Asking a machine whether UDP and whole IP protocols get through to it: by what comes back; blocks, bounded."""

import errno
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Final

from bgpkit_node.diagnosis.icmp import ECHO, checksum, echo_request
from bgpkit_node.diagnosis.tcp_probe import Probe, Reply

IPIP: Final = 4
"""The number of IP in IP. RFC 2003, section 3.1."""
_NOT_VXLAN: Final = bytes(8)
"""A header without its flag, which every VXLAN device drops. RFC 7348, section 5."""
_AGAIN: Final = 1.0
_ECHO_REPLY: Final = 0
_UNREACHABLE: Final = 3
_PROTOCOL_UNREACHABLE: Final = 2
"""RFC 792, page 4."""
_NO_WAYS: Final = {0: errno.ENETUNREACH, 1: errno.EHOSTUNREACH}
_IP: Final = struct.Struct("!BBHHHBBH4s4s")


def probe_udp(address: str, port: int, *, seconds: float = 3.0) -> Probe:
    """Send a datagram that nothing takes for its own to a ``port``.

    Where nothing listens the machine says so, which is the answer; where a VXLAN device listens there is silence.
    """
    place = f"UDP port {port} of {address}"
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probing:
            probing.connect((address, port))
            for _ in _until_heard(probing, lambda: probing.send(_NOT_VXLAN), seconds):
                probing.recv(2048)  # a refusal is an error here; anything else is not for us
    except OSError as error:
        if error.errno == errno.ECONNREFUSED:
            return _refused(place)
        return _no_way(place, error)
    return _silence(place, seconds)


def probe_ipip(address: str, *, seconds: float = 3.0) -> Probe:
    """Send a ping wrapped in IP: a machine with IPIP answers the ping, one without says that it does not know it.

    What is sent with is no socket of IPIP: the kernel would take another machine's probe for its own, and be silent.
    Raises PermissionError without the right to send raw packets.
    """
    place = f"IP protocol {IPIP} (IPIP) of {address}"
    with (
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sending,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as heard,
    ):
        try:
            packet = _wrapped(_own_address(address), address, os.getpid() & 0xFFFF)
            for _ in _until_heard(heard, lambda: sending.sendto(packet, (address, 0)), seconds):
                told = _told(*heard.recvfrom(2048), address)
                if told is Reply.ACCEPTED:
                    return Probe(told, f"{place} takes what is wrapped")
                if told is Reply.REFUSED:
                    return _refused(place)
        except OSError as error:
            return _no_way(place, error)
    return _silence(place, seconds)


def _until_heard(heard: socket.socket, send: Callable[[], object], seconds: float) -> Iterator[None]:
    """Send, again each second since kernels tell refusals at a limited rate; yield when there is something to read."""
    until = time.monotonic() + seconds
    again = 0.0
    while (now := time.monotonic()) < until:
        if now >= again:
            send()
            again = now + _AGAIN
        if select.select([heard], [], [], max(0.0, min(until, again) - now))[0]:
            yield


def _told(packet: bytes, sender: tuple[str, int], address: str) -> Reply | None:
    """Return what an ICMP message of all that the machine gets says of our packet; OSError where there is no way."""
    start = (packet[0] & 15) * 4
    kind, code, _, identifier, _ = ECHO.unpack_from(packet, start)
    if kind == _ECHO_REPLY and sender[0] == address and identifier == os.getpid() & 0xFFFF:
        return Reply.ACCEPTED
    quoted = packet[start + ECHO.size :]
    if kind != _UNREACHABLE or len(quoted) < _IP.size:
        return None
    *_, protocol, _, _, destination = _IP.unpack_from(quoted)
    if protocol != IPIP or destination != socket.inet_aton(address):
        return None
    if code == _PROTOCOL_UNREACHABLE:
        return Reply.REFUSED
    number = _NO_WAYS.get(code, errno.EACCES)
    raise OSError(number, os.strerror(number))


def _own_address(address: str) -> str:
    """Return the address that this machine sends from to another."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect((address, 9))
        name: tuple[str, int] = asked.getsockname()
        return name[0]


def _refused(place: str) -> Probe:
    return Probe(Reply.REFUSED, f"{place} is reached, and nothing there takes it")


def _silence(place: str, seconds: float) -> Probe:
    return Probe(Reply.SILENCE, f"{place} gives no answer within {seconds:g} s")


def _no_way(place: str, error: OSError) -> Probe:
    code = errno.errorcode.get(error.errno or 0, "")
    text = os.strerror(error.errno) if error.errno else str(error)
    return Probe(Reply.NO_WAY, f"{place} cannot be reached: {text}{f' ({code})' if code else ''}")


def _wrapped(own: str, other: str, identifier: int) -> bytes:
    """Return an IPv4 packet with another in it, and a ping in that."""
    ping = echo_request(identifier, 1)
    inner = _header(own, other, socket.IPPROTO_ICMP, len(ping)) + ping
    return _header(own, other, IPIP, len(inner)) + inner


def _header(own: str, other: str, protocol: int, length: int) -> bytes:
    source, target = socket.inet_aton(own), socket.inet_aton(other)
    fields = (0x45, 0, _IP.size + length, 0, 0, 64, protocol)
    return _IP.pack(*fields, checksum(_IP.pack(*fields, 0, source, target)), source, target)
