"""A stream with gaps, to messages; where the thread is lost, the next marker takes it up again."""

from dataclasses import dataclass
from typing import TypeAlias, final

from bgpkit.command.capture.reassembly import Gap, Piece
from bgpkit.command.framing import NoMessageError, message_length, next_start
from bgpkit.wire import HEADER_LENGTH


@dataclass(frozen=True, slots=True)
class Message:
    """A message, cut out of the stream."""

    offset: int
    """Octets of the stream before it, those that are missing included."""
    octets: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part of the stream that gives no message."""

    why: str
    unreadable: bool
    """Whether octets were there that are none of BGP."""
    length: int = 0
    """Octets that are there."""
    missing: int = 0
    """Octets that are not."""


Found: TypeAlias = Message | Skipped


@final
class MessageStream:
    """Cuts one direction of a connection into messages."""

    __slots__ = ("_data", "_lost", "_offset")

    def __init__(self, *, whole: bool) -> None:
        """Start with the first octet of a ``whole`` stream, or somewhere in the middle."""
        self._data = b""
        self._offset = 0
        self._lost = None if whole else Skipped("the capture starts in the middle of the stream", unreadable=False)

    def add(self, piece: Piece) -> list[Found]:
        """Return what a piece of the stream completes."""
        if isinstance(piece, Gap):
            lost = self._lost or Skipped("a part is missing from the capture", unreadable=False)
            self._lost = Skipped(lost.why, lost.unreadable, lost.length, lost.missing + piece.length)
            self._skip(len(self._data))
            self._offset += piece.length
            return []
        self._data += piece.octets
        found: list[Found] = []
        while (self._lost is None or self._search(found)) and self._cut(found):
            pass
        return found

    def finish(self) -> list[Found]:
        """Return what the end of the stream leaves over."""
        if self._lost is None and self._data:
            self._lost = Skipped("the capture ends in the middle of a message", unreadable=False)
        if self._lost is not None:
            self._skip(len(self._data))
        lost, self._lost = self._lost, None
        return [lost] if lost is not None and (lost.length or lost.missing) else []

    def _cut(self, found: list[Found]) -> bool:
        """Cut out one message, or see that there is none; tell whether there may be more."""
        try:
            length = message_length(self._data, 0)
        except NoMessageError as error:
            self._lost = Skipped(f"octet {self._offset + error.offset} of the stream: {error}", unreadable=True)
            self._skip(1)
            return True
        if not 0 < length <= len(self._data):
            return False
        found.append(Message(self._offset, self._data[:length]))
        self._data = self._data[length:]
        self._offset += length
        return True

    def _search(self, found: list[Found]) -> bool:
        """Look for the next message; tell whether it is there."""
        start = next_start(self._data, 0)
        if start < 0:
            self._skip(len(self._data) - HEADER_LENGTH + 1)
            return False
        self._skip(start)
        lost, self._lost = self._lost, None
        if lost is not None and (lost.length or lost.missing):
            found.append(lost)
        return True

    def _skip(self, length: int) -> None:
        """Leave octets out."""
        if length > 0 and self._lost is not None:
            lost = self._lost
            self._lost = Skipped(lost.why, lost.unreadable, lost.length + length, lost.missing)
            self._data = self._data[length:]
            self._offset += length
