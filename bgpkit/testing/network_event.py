"""What happened in a virtual network."""

from dataclasses import dataclass
from enum import Enum


class NetworkEventKind(Enum):
    """What can happen between two hosts."""

    CONNECT = "connect"
    """Somebody wants a connection."""
    REFUSED = "refused"
    """A connect found nobody who listens."""
    UNANSWERED = "unanswered"
    """A connect vanished."""
    OPENED = "opened"
    """A connection has reached the host that accepts it."""
    OCTETS = "octets"
    """Octets have arrived."""
    END = "end"
    """The end of one direction has arrived."""
    RESET = "reset"
    """A connection was reset."""
    SILENT = "silent"
    """A connection went half-open: what is sent on it from now on is lost."""
    NOTE = "note"
    """Whoever runs the simulation took a note."""

    def __str__(self) -> str:
        """Return the word."""
        return self.value


@dataclass(frozen=True, slots=True)
class NetworkEvent:
    """Something that happened, and when."""

    time: float
    """Virtual seconds from the start."""
    kind: NetworkEventKind
    source: str
    """Address and port of who did it, such as ``10.0.0.1:49152`` or ``[2001:db8::1]:179``; of a note its subject."""
    destination: str = ""
    octets: bytes = b""
    text: str = ""
    """What a note says."""

    def __str__(self) -> str:
        """Return all of it on one line."""
        told = f" {self.octets.hex()}" if self.octets else f" {self.text}" if self.text else ""
        towards = f" > {self.destination}" if self.destination else ""
        return f"{self.time:.6f} {self.kind} {self.source}{towards}{told}"
