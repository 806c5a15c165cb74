"""One direction of a connection in memory: octets on their way, in their order."""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Final, Protocol, TypeAlias

from bgpkit.testing.link import Link
from bgpkit.testing.network_event import NetworkEventKind

_SEGMENT: Final = 65_536
"""Octets that leave a full buffer together, at most."""

Record: TypeAlias = Callable[[NetworkEventKind, str, str, bytes], None]


class Signal(Enum):
    """What travels beside octets."""

    OPENING = NetworkEventKind.OPENED
    """The connection is open at the sender's end."""
    END = NetworkEventKind.END
    """Nothing more comes."""
    RESET = NetworkEventKind.RESET
    """The connection is gone."""


class PipeEnd(Protocol):
    """Who writes into a pipe, or reads from it."""

    def arrived(self, item: bytes | Signal) -> None:
        """Take what the other end sent."""
        ...

    def drained(self) -> None:
        """Take note that fewer octets wait to be sent."""
        ...

    def torn(self) -> None:
        """Take note that the network has reset the connection."""
        ...


class Pipe:
    """Carries what one end sends to the other, by the conditions of a link."""

    __slots__ = (
        "_buffer",
        "_busy_until",
        "_destination",
        "_ended",
        "_ends",
        "_flying",
        "_last",
        "_late",
        "_link",
        "_loop",
        "_reader",
        "_record",
        "_source",
        "_used",
        "_writer",
        "silent",
        "twin",
    )

    def __init__(self, link: Link, source: str, destination: str, record: Record | None) -> None:
        """Make a pipe from ``source`` to ``destination``, names for the record; `join` gives it its ends."""
        self._loop = asyncio.get_running_loop()
        self._link = link
        self._source, self._destination, self._record = source, destination, record
        self._writer: PipeEnd | None = None
        self._reader: PipeEnd | None = None
        self._buffer = bytearray()
        self._flying: deque[bytes | Signal] = deque()
        self._used = self._late = 0
        self._last = self._busy_until = 0.0
        self._ends = self._ended = False
        self.silent = False
        """Whether what is sent from now on is lost."""
        self.twin: Pipe | None = None
        """The other direction."""

    def join(self, writer: PipeEnd, reader: PipeEnd) -> None:
        """Take the two ends."""
        self._writer, self._reader = writer, reader

    @property
    def buffered(self) -> int:
        """Octets that wait with the sender."""
        return len(self._buffer)

    def send(self, octets: bytes) -> None:
        """Send octets, or keep them while as many are under way as may be."""
        if self._ends:
            return
        if not self._buffer and self._used + len(octets) <= self._link.conditions.window:
            self._launch(octets)
            return
        self._buffer += octets
        self._pump()

    def open(self) -> None:
        """Tell the reader's end that it is connected."""
        self._fly(Signal.OPENING)

    def end(self) -> None:
        """Send the end, once all that waits is sent."""
        if not self._ends:
            self._ends = True
            self._end_when_empty()

    def reset(self) -> None:
        """Send a reset, and nothing after it; what waits is dropped."""
        self._buffer.clear()
        self._ends = self._ended = True
        self._fly(Signal.RESET)

    def stop(self) -> None:
        """Send nothing more, not even the end."""
        self._buffer.clear()
        self._ends = self._ended = True

    def drop(self) -> None:
        """Drop what waits to be sent."""
        self._buffer.clear()
        self._end_when_empty()

    def silence(self) -> None:
        """Lose all that is under way and all that is sent, in both directions."""
        for pipe in (self, self.twin):
            if pipe is not None and not pipe.silent:
                pipe.silent = True
                pipe.note(NetworkEventKind.SILENT)

    def freed(self, octets: int) -> None:
        """Take note that the reader has read ``octets`` octets: as many more may be under way."""
        self._used -= octets
        if self._buffer:
            self._pump()
            if self._writer is not None:
                self._writer.drained()

    def note(self, kind: NetworkEventKind, octets: bytes = b"") -> None:
        """Write down what happened."""
        if self._record is not None:
            self._record(kind, self._source, self._destination, octets)

    def link_restored(self) -> None:
        """Let arrive what the link has kept."""
        late, self._late = self._late, 0
        for _ in range(late):
            self._arrive()

    def _pump(self) -> None:
        buffer, window = self._buffer, self._link.conditions.window
        while buffer and (room := min(window - self._used, _SEGMENT)) > 0:
            piece = bytes(buffer[:room])
            del buffer[:room]
            self._launch(piece)
        self._end_when_empty()

    def _end_when_empty(self) -> None:
        if self._ends and not self._ended and not self._buffer:
            self._ended = True
            self._fly(Signal.END)

    def _launch(self, octets: bytes) -> None:
        self._used += len(octets)
        link = self._link
        if not link.is_plain and not self.silent:
            if link.chance(link.conditions.reset):
                self._tear()
                return
            if link.chance(link.conditions.half_open):
                self.silence()
        self._fly(octets, len(octets))

    def _tear(self) -> None:
        self.note(NetworkEventKind.RESET)
        for end in (self._writer, self._reader):
            if end is not None:
                self._loop.call_soon(end.torn)

    def _fly(self, item: bytes | Signal, octets: int = 0) -> None:
        now, link = self._loop.time(), self._link
        arrival = now + link.segment_delay()
        bandwidth = link.conditions.bandwidth
        if bandwidth is not None:
            self._busy_until = max(now, self._busy_until) + octets / bandwidth
            arrival += self._busy_until - now
        self._last = arrival = max(arrival, self._last)
        self._flying.append(item)
        if arrival <= now:
            self._loop.call_soon(self._arrive)
        else:
            self._loop.call_at(arrival, self._arrive)

    def _arrive(self) -> None:
        """Hand over what is the next; with a link that is interrupted, let it wait."""
        if self._link.interrupted:
            self._late += 1
            if self._late == 1:
                self._link.wait(self)
            return
        item = self._flying.popleft()
        if self.silent or self._reader is None:
            return
        if self._record is not None:
            if isinstance(item, Signal):
                self.note(item.value)
            else:
                self.note(NetworkEventKind.OCTETS, item)
        self._reader.arrived(item)
