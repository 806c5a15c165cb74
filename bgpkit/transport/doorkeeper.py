"""Who may come in, asked before anything is made of a connection: a stranger costs one accept and one close."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any, Final, Protocol, runtime_checkable

from bgpkit.transport.socket_address import host_of

AT_ONCE: Final = 64
"""Strangers that are turned away before the event loop has its turn."""
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER for a close that leaves nothing behind in the kernel, no TIME-WAIT either."""


@runtime_checkable
class Doorkeeper(Protocol):
    """A maker of protocols that knows for whom it would make one."""

    def __call__(self) -> asyncio.BaseProtocol:
        """Return a protocol for a connection that has been let in."""
        ...

    def admits(self, remote: str) -> bool:
        """Tell, at little cost, whether a connection from the address ``remote`` is to be let in."""
        ...


class ScreenedSocket(socket.socket):
    """A listening socket that gives out admitted connections only.

    What is not admitted is reset at once: no task, no transport, no protocol is made for it.
    """

    def __init__(self, listener: socket.socket, admits: Callable[[str], bool]) -> None:
        """Take the place of ``listener``, which is closed to whoever holds it."""
        super().__init__(listener.family, listener.type, listener.proto, fileno=listener.detach())
        self.setblocking(False)
        self._admits = admits

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next admitted connection; BlockingIOError when there is none, or others have had their turn."""
        for _ in range(AT_ONCE):
            connection, place = super().accept()
            if self._admits(host_of(place, connection.fileno())):
                return connection, place
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.close()
        raise BlockingIOError


def screened(listener: socket.socket, make_protocol: object) -> socket.socket:
    """Return ``listener``, or where ``make_protocol`` is a doorkeeper what takes its place."""
    return ScreenedSocket(listener, make_protocol.admits) if isinstance(make_protocol, Doorkeeper) else listener
