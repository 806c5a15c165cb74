"""UDP as BFD uses it: ports, TTL and what the kernel tells of a datagram. RFC 5881, sections 4 and 5; RFC 5883."""

import asyncio
import errno
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from bgpkit.errors import ConfigError

SINGLE_HOP_PORT: Final = 3784
MULTIHOP_PORT: Final = 4784
TTL: Final = 255
FIRST_SOURCE_PORT: Final = 49152
SOURCE_PORTS: Final = 65536 - FIRST_SOURCE_PORT
_DSCP_CS6: Final = 0xC0
_LONGEST: Final = 512
"""Octets of a datagram that are read; a control packet says its length in one octet."""
_RECEIVE_BUFFER: Final = 4 * 2**20
"""Octets asked for, of which the kernel gives what it may: a stall of ours must not lose what came in time."""
_AT_ONCE: Final = 1000
"""Datagrams read before others get their turn."""
_IP_PKTINFO: Final = 8
_IP_RECVTTL: Final = 12
_INTEGER: Final = struct.Struct("=i")
_ANCILLARY: Final = 256
_CURES: Final = {
    errno.EADDRINUSE: "another BFD daemon has it: stop that one, or listen at other addresses",
    errno.EADDRNOTAVAIL: "give an address that this machine has",
    errno.EAFNOSUPPORT: "this machine does not speak that version of IP",
}


@dataclass(slots=True)
class Datagram:
    """A datagram and where it came from."""

    octets: bytes
    source: str
    destination: str
    """The address of ours that it was sent to; empty when the kernel does not say."""
    interface: int
    """Index of the interface that it came in by; 0 when the kernel does not say."""
    ttl: int
    multihop: bool


class ReceivingSocket:
    """A port at one of our addresses, read as datagrams arrive."""

    def __init__(self, address: str, *, multihop: bool, received: Callable[[Datagram], None]) -> None:
        """Bind the port and read from now on; ConfigError says what stands in the way."""
        self._multihop = multihop
        self._received = received
        port = MULTIHOP_PORT if multihop else SINGLE_HOP_PORT
        try:
            self._socket = _bound(address, port)
        except OSError as error:
            cure = _CURES.get(error.errno or 0, "the machine refuses it")
            raise ConfigError(f"BFD, {address} UDP port {port}: {error.strerror or error}; {cure}") from error
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self.read)

    def close(self) -> None:
        """Give the port back."""
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def read(self) -> None:
        """Take what has arrived."""
        receive = self._socket.recvmsg
        for _ in range(_AT_ONCE):
            try:
                octets, ancillary, _, name = receive(_LONGEST, _ANCILLARY)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of some packet of ours: the packet's loss tells more
                continue
            self._received(_datagram(octets, ancillary, str(name[0]), multihop=self._multihop))


def _datagram(octets: bytes, ancillary: list[tuple[int, int, bytes]], source: str, *, multihop: bool) -> Datagram:
    made = Datagram(octets, source, "", 0, 0, multihop)
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == socket.IP_TTL:
            made.ttl = _INTEGER.unpack_from(data)[0]
        elif level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            made.interface = _INTEGER.unpack_from(data)[0]
            made.destination = socket.inet_ntop(socket.AF_INET, data[8:12])
        elif level == socket.IPPROTO_IPV6 and kind == socket.IPV6_HOPLIMIT:
            made.ttl = _INTEGER.unpack_from(data)[0]
        elif level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            made.destination = socket.inet_ntop(socket.AF_INET6, data[:16])
            made.interface = _INTEGER.unpack_from(data, 16)[0]
    return made


def sending_socket(
    remote: str, local: str | None, interface: str | None, first: int, *, taken: Callable[[int], bool]
) -> socket.socket:
    """Return a socket that sends to ``remote`` from a source port of its own.

    ``first`` is where to begin among the SOURCE_PORTS, ``taken`` tells the ports of other sessions. ConfigError says
    what stands in the way. RFC 5881, section 4: 49152 to 65535, one port for one session.
    """
    version = ip_address(remote.partition("%")[0]).version
    anywhere = str(IPv4Address(0) if version == 4 else IPv6Address(0))
    made = _socket(version)
    try:
        if interface is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        for offset in range(SOURCE_PORTS):
            port = FIRST_SOURCE_PORT + (first + offset) % SOURCE_PORTS
            if taken(port):
                continue
            try:
                made.bind((local or anywhere, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                return made
        raise OSError(errno.EADDRINUSE, "no source port from 49152 to 65535 is free")
    except OSError as error:
        made.close()
        where = f" at {interface}" if interface else ""
        raise ConfigError(f"BFD to {remote} from {local or 'any address'}{where}: {error.strerror or error}") from error


def _bound(address: str, port: int) -> socket.socket:
    version = ip_address(address.partition("%")[0]).version
    made = _socket(version)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        if version == 4:
            made.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
            made.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        else:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        made.bind((address, port))
    except BaseException:
        made.close()
        raise
    return made


def _socket(version: int) -> socket.socket:
    made = socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
    made.setblocking(False)
    if version == 4:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, TTL)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _DSCP_CS6)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, TTL)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _DSCP_CS6)
    return made
