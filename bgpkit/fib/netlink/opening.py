"""Routing netlink sockets, here or in another network namespace. Linux only.

netlink(7), rtnetlink(7).
"""

import socket
from contextlib import suppress
from typing import Final

from bgpkit.fib.netlink import uapi
from bgpkit.transport import socket_in

_RECEIVE_BUFFER: Final = 8 << 20
"""Octets asked for; the kernel gives less to those without the right to force it."""


def open_socket(netns: str | None = None) -> socket.socket:
    """Open a socket that never waits, with buffers as large as we may have, in the network namespace ``netns``.

    That is a name of ``ip netns`` or a path; None is where this thread is. The socket stays there, and the namespace
    lives as long as its sockets do. ConfigError when there is no way in, OSError when there is no netlink.
    """
    return socket_in(netns, _open, who="fib")


def _open() -> socket.socket:
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    opened.setblocking(False)
    opened.bind((0, 0))
    for forced, asked in ((uapi.SO_RCVBUFFORCE, socket.SO_RCVBUF), (uapi.SO_SNDBUFFORCE, socket.SO_SNDBUF)):
        try:
            opened.setsockopt(socket.SOL_SOCKET, forced, _RECEIVE_BUFFER)
        except PermissionError:
            opened.setsockopt(socket.SOL_SOCKET, asked, _RECEIVE_BUFFER)
    for option in (uapi.NETLINK_CAP_ACK, uapi.NETLINK_EXT_ACK, uapi.NETLINK_GET_STRICT_CHK):
        with suppress(OSError):  # older than Linux 4.20: answers are longer, dumps are not filtered
            opened.setsockopt(uapi.SOL_NETLINK, option, 1)
    return opened
