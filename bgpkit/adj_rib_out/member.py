"""A member of an update group: where it stands in the group's log, or what it has yet to catch up with."""

from typing import Protocol

from bgpkit.adj_rib_out.export import Export
from bgpkit_rib import Source


class OutputPort(Protocol):
    """Where a member's octets go: a session."""

    @property
    def writable(self) -> bool:
        """Whether more octets may be written now without over-filling the transport."""
        ...

    def write(self, octets: bytes) -> None:
        """Hand ``octets`` (whole messages) to the transport."""
        ...


class Backlog:
    """What a member that does not follow the log has yet to be sent, computed from the table when it is sent.

    State compression: however often a key changed, only its last state is sent.
    """

    __slots__ = ("dirty", "end_of_rib", "position", "previous", "snapshot")

    def __init__(self, snapshot: list[bytes], *, previous: Export | None = None, end_of_rib: bool = False) -> None:
        """Start with the keys in ``snapshot``; ``previous`` is how they were exported to the member until now."""
        self.snapshot = snapshot
        self.position = 0
        self.previous = previous
        self.end_of_rib = end_of_rib
        """Whether an End-of-RIB marker follows the snapshot. RFC 4724, section 2."""
        self.dirty: dict[bytes, None] = {}
        """Keys that changed since, in order; what is not exported of these is withdrawn."""

    def take_snapshot(self, count: int) -> list[bytes]:
        """Return the next keys of the snapshot, at most ``count``."""
        taken = self.snapshot[self.position : self.position + count]
        self.position += len(taken)
        if self.position >= len(self.snapshot):
            self.snapshot, self.position = [], 0
        return taken

    def take_dirty(self, count: int) -> list[bytes]:
        """Return the next changed keys, at most ``count``, and forget them."""
        if len(self.dirty) <= count:
            taken = list(self.dirty)
            self.dirty.clear()
            return taken
        taken = [key for key, _ in zip(self.dirty, range(count), strict=False)]
        for key in taken:
            del self.dirty[key]
        return taken


class Member:
    """One peer in an update group."""

    __slots__ = ("backlog", "cursor", "port", "source")

    def __init__(self, source: Source, port: OutputPort, backlog: Backlog) -> None:
        """Start with a backlog: the whole table, or what a move between groups left to say."""
        self.source = source
        self.port = port
        self.cursor = 0
        """Number of the next chunk to send, while there is no backlog."""
        self.backlog: Backlog | None = backlog
