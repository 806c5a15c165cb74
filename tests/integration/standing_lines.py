"""Connections that stand while policies change, and which of them still carry something, each way."""

import select
import socket
import time
from collections.abc import Collection, Iterable
from contextlib import ExitStack, suppress
from typing import Final, NamedTuple

from tests.integration.nat_lab import family_of, listening
from tests.support.netns import Namespace

_QUIET: Final = 0.2
"""Seconds after the last that came within which nothing else may."""
_PATIENCE: Final = 10.0
_BUFFER: Final = 1000
_BACK: Final = " back"


class _End(NamedTuple):
    """Where something comes to: of which line, which way."""

    name: str
    receiver: socket.socket
    sender: socket.socket


class Lines:
    """Connections by name, from one machine to another."""

    def __init__(self, stack: ExitStack) -> None:
        """Have none; all are closed with ``stack``."""
        self._stack = stack
        self._ends: list[_End] = []
        self._waiting: dict[tuple[str, str, int], socket.socket] = {}

    def tcp(
        self, name: str, caller: Namespace, server: Namespace, at: str, port: int, called: tuple[str, int] | None = None
    ) -> None:
        """Connect; ``called`` are address and port that the caller knows, if they are others."""
        key = str(server.path), at, port
        if key not in self._waiting:
            self._waiting[key] = self._stack.enter_context(listening(server, at, port=port))
        with caller.entered():
            calling = self._stack.enter_context(socket.socket(family_of(at), socket.SOCK_STREAM))
        calling.settimeout(_PATIENCE)
        calling.connect(called or (at, port))
        answering, _ = self._waiting[key].accept()
        self._keep(name, calling, self._stack.enter_context(answering))

    def udp(self, name: str, caller: Namespace, server: Namespace, called: str, port: int) -> None:
        """Let datagrams go to and fro."""
        answering = self._stack.enter_context(listening(server, called, socket.SOCK_DGRAM, port))
        with caller.entered():
            calling = self._stack.enter_context(socket.socket(family_of(called), socket.SOCK_DGRAM))
        calling.connect((called, port))
        calling.send(b"x")
        _, back = answering.recvfrom(_BUFFER)
        answering.connect(back)
        self._keep(name, calling, answering)

    def both(self, *names: str) -> set[str]:
        """Return the names of both ways of lines."""
        return {f"{name}{way}" for name in names for way in ("", _BACK)}

    def names(self) -> set[str]:
        """Return the names of both ways of all lines."""
        return {end.name for end in self._ends}

    def heard(self, expected: Collection[str]) -> set[str]:
        """Send something on each line, each way, and return what came: as soon as all that is expected has."""
        for end in self._ends:
            with suppress(OSError):  # what a machine drops of its own it tells the sender
                end.sender.send(b"x")
        found: set[str] = set()
        until = time.monotonic() + _PATIENCE
        while (coming := self._coming(_PATIENCE if set(expected) - found else _QUIET)) and time.monotonic() < until:
            found |= coming
        return found

    def _keep(self, name: str, calling: socket.socket, answering: socket.socket) -> None:
        for each in (calling, answering):
            each.setblocking(False)
        self._ends += [_End(name, answering, calling), _End(f"{name}{_BACK}", calling, answering)]

    def _coming(self, seconds: float) -> set[str]:
        """Wait until something comes, and return on which ends it did."""
        readable, _, _ = select.select([end.receiver for end in self._ends], [], [], seconds)
        return {end.name for end in _of(self._ends, readable) if _read(end.receiver)}


def _of(ends: Iterable[_End], receivers: Collection[socket.socket]) -> Iterable[_End]:
    return (end for end in ends if end.receiver in receivers)


def _read(receiver: socket.socket) -> bool:
    """Read all that is there; tell whether there was anything."""
    try:
        return bool(receiver.recv(_BUFFER))
    except OSError:
        return False
