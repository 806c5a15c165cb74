"""The kernel's own notices of changed IPv4 routes: how many, and when the last one came. rtnetlink(7), bpf(4)."""

import ctypes
import socket
import struct
import time
from collections.abc import Iterable
from errno import ENOBUFS
from select import select
from typing import Final, Self

from benchmarks._fib_place import entered

_IPV4_ROUTES: Final = 0x40
"""The multicast group RTNLGRP_IPV4_ROUTE, as bind(2) takes it."""
_SO_RCVBUFFORCE: Final = 33
_SO_ATTACH_FILTER: Final = 26
_BUFFER: Final = 1 << 30
_DATAGRAM: Final = 1 << 16
_OCTET_AT: Final = 41
"""Where the second octet of the destination stands in a notice: after three headers and the table."""
_SHARE: Final = 0x0F
"""One route in 16 is heard of, those whose second octet has zeros here: enough to know when the last one changes,
and hardly any work beside that of the program that is measured."""


class Monitor:
    """Listens in the namespace from when it is made; to be closed."""

    def __init__(self, *, every: bool = False) -> None:
        """Hear of a share of all routes, or of every one."""
        with entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.setblocking(False)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except PermissionError:  # not the machine's own root
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        if not every:
            self._hear_a_share()
        self._socket.bind((0, _IPV4_ROUTES))
        self.count = 0
        """Notices heard."""
        self.last_at = 0.0
        """When the last one was read: seconds of the monotonic clock."""
        self.lost = False
        """Whether the kernel had more to say than could be kept."""

    def __enter__(self) -> Self:
        """Return the monitor."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the socket."""
        self._socket.close()

    def wait(self, seconds: float) -> None:
        """Wait for notices at most so long, and count those that there are."""
        if not select([self._socket], [], [], seconds)[0]:
            return
        while True:
            try:
                self._socket.recv(_DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != ENOBUFS:
                    raise
                self.lost = True
                continue
            self.count += 1
            self.last_at = time.monotonic()

    def _hear_a_share(self) -> None:
        """Let the kernel drop what is not heard: load an octet, mask it, keep all of the notice or nothing."""
        program = (
            (0x30, 0, 0, _OCTET_AT),
            (0x54, 0, 0, _SHARE),
            (0x15, 0, 1, 0),
            (0x06, 0, 0, 0xFFFFFFFF),
            (0x06, 0, 0, 0),
        )
        octets = b"".join(struct.pack("=HBBI", *step) for step in program)
        memory = ctypes.create_string_buffer(octets, len(octets))
        self._socket.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(memory))
        )


def heard(keys: Iterable[bytes]) -> int:
    """Return of how many prefixes a monitor hears that does not hear of every one."""
    return sum(not (key[2] if len(key) > 2 else 0) & _SHARE for key in keys)
