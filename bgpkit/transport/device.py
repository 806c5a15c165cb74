"""The interface that a connection goes through."""

import errno
import socket
import struct
from types import MappingProxyType
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.transport.kernel_option import (
    IP_PKTINFO,
    IP_PKTOPTIONS,
    IPV6_2292PKTINFO,
    IPV6_2292PKTOPTIONS,
    SO_BINDTODEVICE,
    set_option,
)
from bgpkit.transport.socket_address import interface_index, interface_name

_CURES: Final = MappingProxyType(
    {
        errno.ENODEV: "there is no such interface here; 'ip link' shows those that there are",
        errno.EPERM: "taking a socket to another interface needs root or CAP_NET_RAW",
    }
)
_HEADER: Final = struct.Struct("@Nii")
"""struct cmsghdr: length, level, type."""
_ANCILLARY_MAX: Final = 256


def bind_to_device(connection: socket.socket, device: str) -> None:
    """Let a socket use one interface only; ConfigError says what stands in the way."""
    place = (socket.SOL_SOCKET, SO_BINDTODEVICE)
    set_option(connection, place, device.encode() + b"\0", what=f"transport: device {device}", cures=_CURES)


def check_entry(connection: socket.socket, device: str) -> None:
    """ConfigError when an accepted connection came in through another interface than ``device``."""
    index = _entered_by(connection)
    if not index:
        return
    try:
        expected = interface_index(connection, device)
    except OSError:  # binding to it will say so
        return
    if index != expected:
        name = interface_name(connection, index)
        raise ConfigError(f"transport: the connection came in through {name}, and device {device} is asked for")


def _entered_by(connection: socket.socket) -> int:
    """Return the number of the interface through which the connection began, 0 when the kernel does not say.

    Of a TCP socket it remembers that, and tells it as if it were asked for a packet's.
    """
    if connection.family == socket.AF_INET6:
        ask, answer, index_at = (socket.IPPROTO_IPV6, IPV6_2292PKTINFO), IPV6_2292PKTOPTIONS, 16
    else:
        ask, answer, index_at = (socket.IPPROTO_IP, IP_PKTINFO), IP_PKTOPTIONS, 0
    try:
        connection.setsockopt(*ask, 1)
        octets = connection.getsockopt(ask[0], answer, _ANCILLARY_MAX)
        connection.setsockopt(*ask, 0)
    except OSError:
        return 0
    data = octets[_HEADER.size :]
    return int(struct.unpack_from("=i", data, index_at)[0]) if len(data) >= index_at + 4 else 0
