"""Who lives at the other end of a link, told by router advertisements both ways. RFC 4861, sections 4.2 and 6.

A speaker without addresses of its own on a link says so there, with no prefix and no claim to be a default router
(section 6.2.3: router lifetime 0), and hears who else does. FRR finds its unnumbered neighbours in the same way.
"""

import asyncio
import errno
import socket
import struct
import sys
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.transport.device import bind_to_device
from bgpkit.transport.kernel_option import refusal
from bgpkit.transport.socket_address import interface_index

SOLICITATION, ADVERTISEMENT = 133, 134
"""Types of ICMPv6 messages. RFC 4861, sections 4.1 and 4.2."""
_HOP_LIMIT: Final = 255
"""What comes with less was not sent on this link. RFC 4861, section 6.1."""
_ALL_NODES, _ALL_ROUTERS = "ff02::1", "ff02::2"
ADVERTISED: Final = struct.pack("!BBHBBHII", ADVERTISEMENT, 0, 0, 0, 0, 0, 0, 0)
"""A router advertisement that advertises nothing but the sender; the kernel fills in the checksum."""
SOLICITED: Final = struct.pack("!BBHI", SOLICITATION, 0, 0, 0)
_ICMP6_FILTER: Final = 1
_MESSAGE_MAX: Final = 2048
_ANCILLARY_MAX: Final = 128
_FIRST_SECONDS: Final = 1.0
_QUICK: Final = 5
"""Advertisements that are sent a second apart, before they become rare."""
_SECONDS: Final = 10.0
_PACKETS_A_TURN: Final = 64
_CURES: Final = MappingProxyType(
    {
        errno.EPERM: "hearing router advertisements needs root or CAP_NET_RAW",
        errno.ENODEV: "there is no such interface here; 'ip link' shows those that there are",
        errno.EAFNOSUPPORT: "this machine does not speak IPv6",
    }
)


class NeighborDiscovery:
    """Tells of routers on one interface, again each time that one is heard; `close` ends it."""

    def __init__(self, interface: str, found: Callable[[str], None]) -> None:
        """Begin: ``found`` is called with ``fe80::1%eth0``. ConfigError says what stands in the way."""
        self._interface = interface
        self._found = found
        self._sent = 0
        self._loop = asyncio.get_running_loop()
        self._socket = _opened(interface)
        self._loop.add_reader(self._socket.fileno(), self._hear)
        self._timer = self._loop.call_soon(self._tell)

    def close(self) -> None:
        """Tell nobody, and hear nothing, any more."""
        self._timer.cancel()
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def _tell(self) -> None:
        self._advertise()
        if not self._sent:
            self._send(SOLICITED, _ALL_ROUTERS)
        self._sent += 1
        seconds = _FIRST_SECONDS if self._sent < _QUICK else _SECONDS
        self._timer = self._loop.call_later(seconds, self._tell)

    def _advertise(self) -> None:
        self._send(ADVERTISED, _ALL_NODES)

    def _send(self, message: bytes, group: str) -> None:
        try:
            self._socket.sendto(message, (group, 0))
        except OSError:  # the interface is down, or has no address yet: the next time may do better
            return

    def _hear(self) -> None:
        for _ in range(_PACKETS_A_TURN):
            try:
                message, ancillary, _, source = self._socket.recvmsg(_MESSAGE_MAX, _ANCILLARY_MAX)
            except OSError:  # nothing more, or the interface is down
                return
            kind = heard(message, ancillary)
            if kind == SOLICITATION:
                self._advertise()
            elif kind == ADVERTISEMENT:
                self._found(f"{source[0].partition('%')[0]}%{self._interface}")


def heard(message: bytes, ancillary: list[tuple[int, int, bytes]]) -> int:
    """Return the type of a message of a router or to one, 0 for none or one that is not valid.

    RFC 4861, sections 6.1.1 and 6.1.2: Hop Limit 255, code 0, and so many octets at least.
    """
    hop_limits = [
        int.from_bytes(data[:4], sys.byteorder)
        for level, option, data in ancillary
        if level == socket.IPPROTO_IPV6 and option == socket.IPV6_HOPLIMIT
    ]
    if hop_limits != [_HOP_LIMIT] or len(message) < len(SOLICITED) or message[1]:
        return 0
    kind = message[0]
    if kind == ADVERTISEMENT and len(message) < len(ADVERTISED):
        return 0
    return kind if kind in {SOLICITATION, ADVERTISEMENT} else 0


def _opened(interface: str) -> socket.socket:
    try:
        made = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    except OSError as error:
        raise refusal(f"interface {interface}", error, _CURES) from error
    try:
        made.setblocking(False)
        bind_to_device(made, interface)
        index = interface_index(made, interface)
        for option, value in (
            (socket.IPV6_MULTICAST_IF, index),
            (socket.IPV6_MULTICAST_HOPS, _HOP_LIMIT),
            (socket.IPV6_MULTICAST_LOOP, 0),
            (socket.IPV6_RECVHOPLIMIT, 1),
        ):
            made.setsockopt(socket.IPPROTO_IPV6, option, value)
        made.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, _filter(SOLICITATION, ADVERTISEMENT))
        for group in (_ALL_NODES, _ALL_ROUTERS):
            request = socket.inet_pton(socket.AF_INET6, group) + struct.pack("=I", index)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
    except ConfigError:
        made.close()
        raise
    except OSError as error:
        made.close()
        raise refusal(f"interface {interface}", error, _CURES) from error
    return made


def _filter(*passed: int) -> bytes:
    """Return the filter that lets only these types of ICMPv6 through; a bit set blocks. RFC 3542, section 3.2."""
    words = [0xFFFFFFFF] * 8
    for kind in passed:
        words[kind >> 5] &= ~(1 << (kind & 31))
    return struct.pack("=8I", *words)
