"""One end of a connection in memory, as asyncio knows transports."""

import asyncio
import errno
import os
from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

from bgpkit.testing.pipe import Pipe, Signal

_HIGH_WATER: Final = 65_536
_READ: Final = 262_144
"""Octets that a protocol without a buffer of its own gets at once, at most."""


MakeProtocol: TypeAlias = Callable[[], asyncio.BaseProtocol | None]
"""Makes the protocol of a connection that opens; None refuses it."""


class VirtualTransport(asyncio.Transport):
    """A stream transport between two protocols of one process. It behaves as one over TCP does.

    A connection closed with octets unread, and one that gets octets after it was closed, answers with a reset; what
    the other side does not read fills this side's buffer; the end of the other direction closes this one unless
    the protocol wants to keep it.
    """

    def __init__(
        self,
        make_protocol: MakeProtocol,
        *,
        outgoing: Pipe,
        incoming: Pipe,
        names: dict[str, object],
        forget: Callable[["VirtualTransport"], None],
    ) -> None:
        """Make an end that `open` brings to life; ``forget`` is called when it is gone.

        ``make_protocol`` is called on opening; where it gives None, the connection is reset.
        """
        super().__init__(names)
        self._loop = asyncio.get_running_loop()
        self._make_protocol = make_protocol
        self._protocol: asyncio.BaseProtocol | None = None
        self._outgoing, self._incoming = outgoing, incoming
        self._forget = forget
        self._inbox: deque[bytes | memoryview | Signal] = deque()
        self._high, self._low = _HIGH_WATER, _HIGH_WATER // 4
        self._reading = True
        self._draining = self._full = self._ended = self._heard_end = False
        self._closing = self._gone = self._broken = False
        self._vanished = self._revived = self._answered = False

    # What asyncio knows.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send octets; RuntimeError after `write_eof`."""
        if self._ended:
            raise RuntimeError("nothing can be written after write_eof()")
        if self._closing or self._vanished or not data:
            return
        if self._broken:
            self._fail(self._reset_error())
            return
        self._outgoing.send(bytes(data))
        if not self._full and self._outgoing.buffered > self._high and self._protocol is not None:
            self._full = True
            self._protocol.pause_writing()

    def write_eof(self) -> None:
        """End our direction after what was written."""
        if not self._ended and not self._closing:
            self._ended = True
            if not self._vanished:
                self._outgoing.end()

    def can_write_eof(self) -> bool:
        """Tell that one direction can be ended alone."""
        return True

    def close(self) -> None:
        """Close once what was written is on its way; nothing more is read."""
        if not self._closing:
            self._closing = True
            if not self._outgoing.buffered or self._vanished:
                self._finish(None)

    def abort(self) -> None:
        """Close at once; what waits to be sent is dropped."""
        self._closing = True
        self._outgoing.drop()
        self._finish(None)

    def is_closing(self) -> bool:
        """Tell whether the connection is closing or closed."""
        return self._closing

    def pause_reading(self) -> None:
        """Hand nothing over until `resume_reading`."""
        self._reading = False

    def resume_reading(self) -> None:
        """Hand over what came meanwhile, and what comes."""
        if not self._reading:
            self._reading = True
            self._drain_soon()

    def is_reading(self) -> bool:
        """Tell whether octets are handed over."""
        return self._reading and not self._closing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set from how many octets on the protocol is told to pause, and from how few to go on."""
        if high is None:
            high = _HIGH_WATER if low is None else 4 * low
        low = high // 4 if low is None else low
        if not high >= low >= 0:
            raise ValueError(f"high ({high}) must not be less than low ({low}), nor low less than 0")
        self._high, self._low = high, low

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return low and high."""
        return self._low, self._high

    def get_write_buffer_size(self) -> int:
        """Return how many octets wait to be sent."""
        return self._outgoing.buffered

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand over to another protocol from now on."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol; RuntimeError before the connection is open."""
        if self._protocol is None:
            raise RuntimeError("the connection is not open yet")
        return self._protocol

    # What the laboratory adds.

    def open(self) -> None:
        """Make the protocol and tell it that the connection is open."""
        self._protocol = self._make_protocol()
        if self._protocol is None:
            self.reset()
        else:
            self._protocol.connection_made(self)

    def reset(self) -> None:
        """Close at once with a reset: the other end gets ConnectionResetError."""
        if not self._gone:
            self._closing = True
            self._inbox.clear()
            if not self._vanished:
                self._outgoing.reset()
            self._finish(None)

    def silence(self) -> None:
        """Make the connection half-open: neither end hears of the other from now on."""
        self._outgoing.silence()

    def vanish(self) -> None:
        """End as in a crash of the host: nothing is sent, and nothing is heard any more."""
        self._vanished = True
        self._inbox.clear()
        self._outgoing.stop()
        self._forget(self)

    def revive(self) -> None:
        """Answer what comes with a reset: the host is back and knows nothing of the connection."""
        self._revived = True

    # The pipes' side: PipeEnd.

    def arrived(self, item: bytes | Signal) -> None:
        """Take what the other end sent."""
        if self._vanished or self._gone:
            self._answer(item)
        elif item is Signal.OPENING:
            self.open()
        elif item is Signal.RESET and self._outgoing.buffered:
            self._fail(self._reset_error())  # whoever waits to write learns of it although nobody reads
        elif self._reading and not self._inbox and not self._closing and not self._heard_end:
            self._take(item)
        else:
            self._broken = self._broken or item is Signal.RESET
            self._inbox.append(item)

    def drained(self) -> None:
        """Go on writing, or end, now that there is room."""
        waiting = self._outgoing.buffered
        if self._full and waiting <= self._low and self._protocol is not None:
            self._full = False
            self._protocol.resume_writing()
        if self._closing and not waiting:
            self._finish(None)

    def torn(self) -> None:
        """End with an error: the network has reset the connection."""
        if not self._vanished:
            self._fail(self._reset_error())

    def _answer(self, item: bytes | Signal) -> None:
        """Answer as a host does that knows nothing of the connection; one that is down says nothing."""
        unknown = self._revived if self._vanished else isinstance(item, bytes)
        if unknown and item is not Signal.RESET and not self._answered:
            self._answered = True
            self._outgoing.reset()

    def _drain_soon(self) -> None:
        if self._inbox and not self._draining:
            self._draining = True
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        self._draining = False
        if not self._inbox or not self._reading or self._closing or self._heard_end:
            return
        self._take(self._next())
        self._drain_soon()

    def _next(self) -> bytes | memoryview | Signal:
        """Take the next signal out of the inbox, or as many octets as a read gives."""
        first = self._inbox.popleft()
        if not isinstance(first, bytes):
            return first
        pieces, size = [first], len(first)
        while self._inbox and size < _READ and isinstance(piece := self._inbox[0], bytes):
            self._inbox.popleft()
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)

    def _take(self, item: bytes | memoryview | Signal) -> None:
        try:
            if not isinstance(item, Signal):
                self._hand_over(item)
            elif item is Signal.RESET:
                self._fail(self._reset_error())
            else:
                self._heard_end = True  # what comes behind it, a reset, shows when something is written
                if not (isinstance(self._protocol, _PROTOCOLS) and self._protocol.eof_received()):
                    self.close()
        except Exception as error:  # as asyncio does: a protocol's fault ends its connection
            self._loop.call_exception_handler(
                {"message": "a protocol failed", "exception": error, "transport": self, "protocol": self._protocol}
            )
            self._fail(error)

    def _hand_over(self, octets: bytes | memoryview) -> None:
        protocol = self._protocol
        count = len(octets)
        if isinstance(protocol, asyncio.BufferedProtocol):
            buffer = memoryview(protocol.get_buffer(count))
            count = min(count, len(buffer))
            buffer[:count] = octets[:count]
            if count < len(octets):
                self._inbox.appendleft(memoryview(octets)[count:])
                self._drain_soon()
            protocol.buffer_updated(count)
        elif isinstance(protocol, asyncio.Protocol):
            protocol.data_received(bytes(octets))
        self._incoming.freed(count)

    def _fail(self, error: Exception) -> None:
        if not self._gone:
            self._closing = True
            self._inbox.clear()
            if isinstance(error, ConnectionError):
                self._outgoing.stop()
            else:
                self._outgoing.drop()
            self._finish(error)

    def _finish(self, error: Exception | None) -> None:
        """Let go of the connection; the protocol hears of it in a moment."""
        if self._gone:
            return
        self._gone = True
        if not self._vanished:
            if any(not isinstance(item, Signal) for item in self._inbox):
                self._outgoing.reset()
            else:
                self._outgoing.end()
        self._inbox.clear()
        self._forget(self)
        self._loop.call_soon(self._tell, error)

    def _reset_error(self) -> ConnectionError:
        """Return what the kernel says of a reset: another thing when the other direction has ended before."""
        number = errno.EPIPE if self._heard_end else errno.ECONNRESET
        return (BrokenPipeError if self._heard_end else ConnectionResetError)(number, os.strerror(number))

    def _tell(self, error: Exception | None) -> None:
        if self._protocol is not None:
            self._protocol.connection_lost(error)


_PROTOCOLS: Final = (asyncio.Protocol, asyncio.BufferedProtocol)
