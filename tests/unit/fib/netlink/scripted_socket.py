"""A netlink socket that gives what it is told to, in place of the kernel's."""

import os
import struct
import weakref
from collections import deque
from errno import EAGAIN, ENOBUFS
from types import TracebackType
from typing import Self

import pytest

LOST = OSError(ENOBUFS, "No buffer space available")
"""The kernel had more to tell than it could keep."""


class ScriptedSocket:
    """Datagrams and errors come in their order; then there is nothing to read."""

    def __init__(self) -> None:
        """Have nothing to give."""
        self.given: deque[bytes | OSError] = deque()
        self.sent: list[bytes] = []
        self._silent = os.eventfd(0)
        weakref.finalize(self, os.close, self._silent)
        self.answering = False
        """Each batch is answered by an acknowledgement of its last request."""

    def recv(self, _size: int) -> bytes:
        """Give the next datagram, or raise the next error."""
        what = self.given.popleft() if self.given else OSError(EAGAIN, "nothing there")
        if isinstance(what, OSError):
            raise what
        return what

    def send(self, data: bytes) -> int:
        """Keep what is asked."""
        self.sent.append(data)
        if self.answering:
            self.given.append(answer(numbers(data)[-1]))
        return len(data)

    def getsockname(self) -> tuple[int, int]:
        """Return a port."""
        return 7, 0

    def setsockopt(self, *_words: object) -> None:
        """Take any option."""

    def fileno(self) -> int:
        """Return a descriptor that is never readable."""
        return self._silent

    def close(self) -> None:
        """Stay readable."""

    def __enter__(self) -> Self:
        """Return the socket."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stay readable."""


def scripted(monkeypatch: pytest.MonkeyPatch) -> tuple[ScriptedSocket, ScriptedSocket]:
    """Have the next reader ask by the first socket and listen by the second."""
    sockets = ScriptedSocket(), ScriptedSocket()
    left = deque(sockets)

    def open_socket(_netns: str | None = None) -> ScriptedSocket:
        """Give the next one."""
        return left.popleft()

    def open_other(_netns: str | None = None) -> ScriptedSocket:
        """Give one that is silent."""
        return ScriptedSocket()

    monkeypatch.setattr("bgpkit.fib.netlink.reader.open_socket", open_socket)
    monkeypatch.setattr("bgpkit.fib.netlink.neighbours.open_socket", open_other)
    return sockets


def answer(number: int, errno: int = 0) -> bytes:
    """Return the kernel's answer to the request ``number``: NLMSG_ERROR (2), with 0 for success."""
    return struct.pack("=IHHIIi", 36, 2, 0, number, 0, -errno) + bytes(16)


def numbers(data: bytes) -> list[int]:
    """Return the sequence numbers of the requests in a datagram."""
    found: list[int] = []
    while data:
        length, _, _, number = struct.unpack_from("=IHHI", data)
        found.append(number)
        data = data[length:]
    return found
