"""Standard error of a process that lives long: that nobody reads it, or has room for it, neither ends nor delays it."""

import io
import json
import os
import select
import threading
from datetime import UTC, datetime
from typing import Any, Final, TextIO

_PIECE: Final = select.PIPE_BUF
"""Octets for which a pipe that poll(2) calls writable has room; pipe(7)."""


def unhindered(stream: TextIO) -> TextIO:
    """Return ``stream`` so that writing neither raises nor waits; one that is not a file of the system as it is.

    What cannot be written at once is lost: the disk is full, the reader of a pipe is gone, or slow, a terminal is
    stopped. How many writes were lost is told, as a JSON object on a line of its own, before the next one that goes.
    """
    try:
        descriptor = stream.fileno()
    except io.UnsupportedOperation:
        return stream
    return io.TextIOWrapper(_Lossy(descriptor), "utf-8", "backslashreplace", write_through=True)


class _Lossy(io.BufferedIOBase):
    def __init__(self, descriptor: int) -> None:
        self._descriptor: Final = descriptor
        self._ready: Final = select.poll()
        self._ready.register(descriptor, select.POLLOUT)
        self._turn: Final = threading.Lock()
        self._lost = 0
        self._torn = False
        """Whether a line ends in its middle."""

    @property
    def name(self) -> str:
        """What it is called."""
        return "<stderr>"

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        """Say that it is."""
        return True

    def write(self, octets: Any, /) -> int:
        """Write ``octets``, or lose them; say that they are written."""
        whole = bytes(octets)
        with self._turn:
            if self._lost and self._put(_told(self._lost)):
                self._lost = 0
            if self._lost or not self._put(whole):
                self._lost += 1
        return len(whole)

    def _put(self, octets: bytes) -> bool:
        rest = b"\n" + octets if self._torn else octets
        try:
            while rest and self._is_ready():
                written = os.write(self._descriptor, rest[:_PIECE])
                self._torn = rest[written - 1 : written] != b"\n"
                rest = rest[written:]
        except OSError:
            return False
        return not rest

    def _is_ready(self) -> bool:
        return any(happened & select.POLLOUT for _, happened in self._ready.poll(0))


def _told(lost: int) -> bytes:
    fact = {"lines": lost, "event": "log.lines_lost", "level": "warning", "timestamp": datetime.now(UTC).isoformat()}
    return f"{json.dumps(fact)}\n".encode()
