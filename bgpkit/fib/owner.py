"""One owner for a protocol number in a table: a claim that ends with the process, however that ends. Linux only.

unix(7): the name of an abstract socket is known in one network namespace, and is free as soon as the socket is closed.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from errno import EADDRINUSE
from typing import Final

from bgpkit.errors import FibError

PATIENCE: Final = 1.0
"""Seconds that a new owner waits for the old one: a process that was killed gives up its memory first."""
_LOOK: Final = 0.02
_CREDENTIALS: Final = struct.Struct("=iII")
"""``struct ucred``: process, user, group."""
_ASKED: Final = 16
"""Refused owners that may ask who holds the claim before the loop of the holder gets to them."""


def unix_socket() -> socket.socket:
    """Open a Unix socket in the network namespace of this thread."""
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    opened.setblocking(False)
    return opened


class OwnerClaim:
    """The right to keep the routes of one protocol number in one table of one network namespace.

    Two who kept them would undo each other's work for ever. Whoever reads only needs none.
    """

    def __init__(self, protocol: int, table: int, open_socket: Callable[[], socket.socket] = unix_socket) -> None:
        """Prepare; ``open_socket`` opens a Unix socket in the namespace that is meant."""
        self._protocol = protocol
        self._table = table
        self._open_socket = open_socket
        self._held: socket.socket | None = None

    async def take(self, patience: float = PATIENCE) -> None:
        """Take it; FibError when another one still has it after ``patience`` seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        opened = self._open_socket()
        try:
            while not self._bound(opened):
                if loop.time() >= until:
                    raise FibError(self._refusal(), EADDRINUSE)
                await asyncio.sleep(_LOOK)
        except BaseException:
            opened.close()
            raise
        self._held = opened
        loop.add_reader(opened.fileno(), _answer, opened)

    def release(self) -> None:
        """Give it up; when it is not held, nothing happens."""
        held, self._held = self._held, None
        if held is not None:
            asyncio.get_running_loop().remove_reader(held.fileno())
            held.close()

    @property
    def _name(self) -> bytes:
        return b"\0bgpkit.fib/%d/%d" % (self._protocol, self._table)

    def _bound(self, opened: socket.socket) -> bool:
        """Give a socket the name; tell whether it was free."""
        try:
            opened.bind(self._name)
            opened.listen(_ASKED)
        except OSError as error:
            if error.errno == EADDRINUSE:
                return False
            raise FibError(f"no socket for the claim of an owner: {error.strerror}", error.errno or 0) from error
        return True

    def _refusal(self) -> str:
        holder = self._holder()
        who = "this process" if holder == os.getpid() else f"process {holder}" if holder else "another process"
        return (
            f"routes of protocol {self._protocol} in table {self._table} are kept by {who} already; "
            "stop that one, or choose another protocol number or table"
        )

    def _holder(self) -> int:
        """Return the process that has the claim; 0 when that cannot be told, as from another process namespace."""
        with self._open_socket() as asking, suppress(OSError):
            asking.connect(self._name)
            answer = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            return int(_CREDENTIALS.unpack(answer)[0])
        return 0


def _answer(held: socket.socket) -> None:
    """Let go of one who has asked: the kernel itself has told who we are."""
    with suppress(OSError):
        held.accept()[0].close()
