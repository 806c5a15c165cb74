"""What the kernel tells of some interfaces by itself: that one, its addresses or its neighbours have changed."""

import socket
import struct
from collections.abc import Collection
from types import TracebackType
from typing import Final, Self

from bgpkit_node.kernel.error import KernelError

_GROUPS: Final = 0x1 | 0x4 | 0x10 | 0x100
"""Interfaces, neighbours, addresses of IPv4 and of IPv6."""
_HEADER: Final = struct.Struct("=IHHII")
_INDEX: Final = struct.Struct("=i")
_INDEX_AT: Final = _HEADER.size + 4
"""Messages of all these groups begin alike: four octets of their own, then the index of the interface."""
_NEIGHBOURS: Final = frozenset({28, 29})
"""Kinds of messages: a neighbour is there, or has gone."""
_MOST: Final = 65536


class LinkNotices:
    """A socket in the network namespace of the thread that makes it; wait for :meth:`fileno` to become readable."""

    def __init__(self) -> None:
        """Listen from now on; KernelError when that cannot be."""
        try:
            self._socket = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE
            )
            self._socket.bind((0, _GROUPS))
        except OSError as error:
            raise KernelError("the interfaces cannot be followed", error.errno or 0) from error

    def __enter__(self) -> Self:
        """Return the notices."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Listen no longer."""
        self._socket.close()

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._socket.fileno()

    def concern(self, links: Collection[int], below: Collection[int] = ()) -> bool:
        """Read what has come; tell whether it is about an interface with one of these indexes, or may be.

        Of the interfaces ``below`` neighbours do not count: those of a network come and go all the time.
        """
        concerned = False
        while True:
            try:
                octets = self._socket.recv(_MOST)
            except BlockingIOError:
                return concerned
            except OSError:  # more has come than the socket holds
                concerned = True
                continue
            concerned = concerned or any(
                index in links or (index in below and kind not in _NEIGHBOURS) for kind, index in _told(octets)
            )


def _told(octets: bytes) -> list[tuple[int, int]]:
    """Return the kind of each message, and the index of the interface that it is about."""
    found: list[tuple[int, int]] = []
    at = 0
    while at + _INDEX_AT + _INDEX.size <= len(octets):
        length, kind, *_ = _HEADER.unpack_from(octets, at)
        found.append((kind, _INDEX.unpack_from(octets, at + _INDEX_AT)[0]))
        at += max(length + -length % 4, _HEADER.size)
    return found
