"""One direction of a TCP connection, from segments in any order to a stream (RFC 9293, section 3.4)."""

from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias, final

from bgpkit.command.capture.packet import Packet

_MODULUS: Final = 1 << 32
_HALF: Final = 1 << 31
WAITING_MAXIMUM: Final = 1 << 20
"""Octets that may wait for what is missing before them."""
SEGMENTS_MAXIMUM: Final = 1 << 10
"""Segments that may wait."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Octets of the stream that the capture does not have."""

    length: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Octets of the stream, none of them for the second time."""

    octets: bytes
    packet: Packet
    """The packet that made them the next ones: their own, or one that they had to wait for."""


Piece: TypeAlias = Stretch | Gap
"""What comes next in a stream."""


class _Waiting(NamedTuple):
    """A segment that is not yet in the stream."""

    data: bytes
    missing: int
    """Octets behind the data that were not captured."""
    packet: Packet


@final
class Reassembly:
    """Puts the segments of one direction in order.

    What comes twice counts once, and the first copy counts. A hole is waited for until the other end has
    acknowledged what stands behind it, until 1 MiB or 1,024 segments wait behind it, or until the end.
    """

    __slots__ = ("_acknowledged", "_next", "_waiting", "_waiting_length", "first")

    def __init__(self) -> None:
        """Start with a direction of which nothing was seen."""
        self.first: int | None = None
        """The number of the first octet of the stream, or of the first one that was seen."""
        self._next = 0
        self._acknowledged: int | None = None
        self._waiting: dict[int, _Waiting] = {}
        """By sequence number."""
        self._waiting_length = 0

    def start(self, sequence: int) -> None:
        """Take note of the number of the first octet, one more than that of the SYN."""
        self.first = self._next = sequence % _MODULUS

    def acknowledge(self, sequence: int) -> None:
        """Take note of what the other end has acknowledged."""
        if self._acknowledged is None or _distance(sequence, self._acknowledged) > 0:
            self._acknowledged = sequence

    def take(self, packet: Packet, sequence: int, data: bytes, missing: int = 0) -> list[Piece]:
        """Return what comes next now that a segment is there; ``missing`` octets behind it were not captured."""
        if not data and not missing:
            return []
        if self.first is None:
            self.start(sequence)
        if self._ahead(sequence) + len(data) + missing > 0:
            before = self._waiting.get(sequence)
            if before is None or (len(data), missing) > (len(before.data), before.missing):
                self._waiting[sequence] = _Waiting(data, missing, packet)
                self._waiting_length += len(data) - (0 if before is None else len(before.data))
        pieces = self._ready(packet)
        while self._waiting and self._hopeless():
            pieces += self._skip()
        return pieces

    def finish(self) -> list[Piece]:
        """Return what is left, with the holes in it."""
        pieces: list[Piece] = []
        while self._waiting:
            pieces += self._skip()
        return pieces

    def _hopeless(self) -> bool:
        """Tell whether what comes next will not come any more."""
        if self._waiting_length > WAITING_MAXIMUM or len(self._waiting) > SEGMENTS_MAXIMUM:
            return True
        return self._acknowledged is not None and self._ahead(self._acknowledged) > 0

    def _skip(self) -> list[Piece]:
        """Go on behind the hole."""
        length = min(map(self._ahead, self._waiting))
        self._next = (self._next + length) % _MODULUS
        return [Gap(length), *self._ready(None)]

    def _ahead(self, sequence: int) -> int:
        """Return how many octets lie between what comes next and a number; less than 0 for what is old."""
        return _distance(sequence, self._next)

    def _ready(self, last: Packet | None) -> list[Piece]:
        """Return what waits without a hole before it, with the ``last`` packet if that has filled a hole."""
        pieces: list[Piece] = []
        while self._waiting:
            sequence = min(self._waiting, key=self._ahead)
            old = -self._ahead(sequence)
            if old < 0:
                break
            data, missing, own = self._waiting.pop(sequence)
            self._waiting_length -= len(data)
            if old < len(data):
                pieces.append(Stretch(data[old:], last or own))
            new_missing = missing - max(0, old - len(data))
            if new_missing > 0:
                pieces.append(Gap(new_missing))
            self._next = (self._next + max(0, len(data) + missing - old)) % _MODULUS
        return pieces


def _distance(sequence: int, other: int) -> int:
    """Return how far one sequence number is ahead of another. RFC 9293, section 3.4."""
    distance = (sequence - other) % _MODULUS
    return distance - _MODULUS if distance >= _HALF else distance
