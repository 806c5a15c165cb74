"""A member of an update group: where it stands in the group's log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bgpkit.adj_rib_out.marker import REFRESH, Marker
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


class Sent:
    """What a peer has been sent by all its groups, while its session lasts."""

    __slots__ = ("refreshes", "updates")

    def __init__(self) -> None:
        """Start with nothing."""
        self.updates = 0
        """UPDATE messages, End-of-RIB markers among them."""
        self.refreshes = 0
        """ROUTE-REFRESH messages: the marks round a refresh. RFC 7313, section 4."""


class Member:
    """One peer in an update group."""

    __slots__ = (
        "cursor",
        "end_of_rib_sent",
        "end_of_rib_wanted",
        "limit",
        "port",
        "refresh_markers",
        "refresh_wanted",
        "sent",
        "source",
        "warned",
    )

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
        self.refresh_markers = Marker.NONE
        """What stands round the table then."""
        self.end_of_rib_wanted = False
        """Once it is up to date, it is to be told so."""
        self.sent = Sent()
        """Counts what is written to it; shared by its memberships in all groups."""
        self.end_of_rib_sent: Callable[[], None] | None = None
        """Called when an End-of-RIB marker has been written to it. RFC 4724, section 2."""

    def still_owed(self, markers: Marker) -> Marker:
        """Return which of ``markers``, not sent yet, are owed when the log is left.

        A refresh whose beginning has not been told is put off as a whole.
        """
        if Marker.BEGINNING not in markers:
            return markers
        self.refresh_wanted = True
        return markers & ~REFRESH
