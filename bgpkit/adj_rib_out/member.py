"""A member of an update group: where it stands in the group's log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLimit:
    """The most routes that a member is to be sent; its own ones, which it is not sent, do not count."""

    maximum: int
    closes: bool
    """Beyond the maximum nothing more is sent at all; else everything is."""
    exceeded: Callable[[int], None] = field(compare=False)
    """Called soon, and once, with the number of routes that there are for the member."""


class Member:
    """One peer in an update group."""

    __slots__ = ("cursor", "limit", "port", "refresh_wanted", "source", "warned")

    def __init__(self, source: Source, port: OutputPort) -> None:
        """Start apart from the log."""
        self.source = source
        self.port = port
        self.limit: RouteLimit | None = None
        self.warned = False
        """The limit has been exceeded and that been told."""
        self.cursor = 0
        """Number of the next chunk to send, for a member that follows the log."""
        self.refresh_wanted = False
        """Once it is up to date, the whole table is wanted again. RFC 2918, section 4."""
