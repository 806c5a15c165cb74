"""What happens to a connection, in the past tense; each event names its numbers in RFC 4271, section 8.1."""

from dataclasses import dataclass
from typing import TypeAlias

from bgpkit_fsm.message import Notification, Open
from bgpkit_fsm.state import Timer


@dataclass(frozen=True, slots=True)
class Started:
    """The peer was started: events 1 and 3, or 4 and 5 for a passive peer. RFC 4271, section 8.1.2."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The peer was stopped, by a person or a program, until it is started again: event 2. RFC 4271, section 8.1.2."""

    notification: Notification | None = None
    """What to tell the peer where an OPEN was sent; None closes without a word (RFC 4724, a restart to come)."""


@dataclass(frozen=True, slots=True)
class AutomaticallyStopped:
    """Something other than BGP ended the connections, such as BFD; the peer tries again by itself: event 8.

    RFC 4271, section 8.1.2.
    """

    notification: Notification
    """What to tell the peer where an OPEN was sent."""


@dataclass(frozen=True, slots=True)
class TimerExpired:
    """A timer that the machine had started ran out: events 9 to 13, RFC 4271, section 8.1.3.

    29 for the SendHoldTimer: RFC 9687, section 4.2.
    """

    timer: Timer


@dataclass(frozen=True, slots=True)
class TransportOpened:
    """The TCP connection that we asked for is up: event 16. RFC 4271, section 8.1.4."""


@dataclass(frozen=True, slots=True)
class TransportAccepted:
    """The peer opened a TCP connection to us, and it is now that of slot INCOMING: event 17.

    RFC 4271, section 8.1.4.
    """


@dataclass(frozen=True, slots=True)
class TransportFailed:
    """A TCP connection, or the attempt at one, came to its end: event 18. RFC 4271, section 8.1.4."""

    reason: str
    """For people: what the operating system said, or ``closed by peer``."""
    errno: int = 0
    """The operating system's number for it; 0 when it gave none."""


@dataclass(frozen=True, slots=True)
class OpenReceived:
    """A well-formed OPEN arrived: event 19, or 20 while the DelayOpenTimer runs; 22 if it is not acceptable.

    RFC 4271, section 8.1.5.
    """

    open: Open


@dataclass(frozen=True, slots=True)
class KeepaliveReceived:
    """A KEEPALIVE arrived: event 26. RFC 4271, section 8.1.5."""


@dataclass(frozen=True, slots=True)
class UpdateReceived:
    """An UPDATE arrived, one or many in one read: event 27. RFC 4271, section 8.1.5."""


@dataclass(frozen=True, slots=True)
class RouteRefreshReceived:
    """A ROUTE-REFRESH arrived; it has no number. RFC 2918, section 4."""


@dataclass(frozen=True, slots=True)
class NotificationReceived:
    """A NOTIFICATION arrived: event 24 for Unsupported Version Number, else 25. RFC 4271, section 8.1.5."""

    notification: Notification


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """A message could not be accepted: event 21 (header), 22 (OPEN) or 28 (UPDATE).

    RFC 4271, section 8.1.5; for ROUTE-REFRESH: RFC 7313, section 5.
    """

    notification: Notification
    """What the fault is answered with; its error code tells which event this is."""
    text: str = ""
    """For people: what is wrong with it, where more than the notification says is known."""
    open: Open | None = None
    """The OPEN, where it is a well-formed one that is not acceptable."""


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A message has gone out: the TCP of the peer took octets, or none wait for it. It has no number.

    RFC 9687, section 4.3: each message that is sent restarts the SendHoldTimer.
    """


@dataclass(frozen=True, slots=True)
class CollisionLost:
    """The peer's other connection is the one to keep: event 23. RFC 4271, section 8.1.5.

    ``Peer`` gives this to a ``Connection``; a driver never does.
    """


Event: TypeAlias = (
    Started
    | Stopped
    | AutomaticallyStopped
    | TimerExpired
    | TransportOpened
    | TransportAccepted
    | TransportFailed
    | OpenReceived
    | KeepaliveReceived
    | UpdateReceived
    | RouteRefreshReceived
    | NotificationReceived
    | MessageRefused
    | MessageSent
)
"""What a driver tells a peer."""

ConnectionEvent: TypeAlias = Event | CollisionLost
"""What a single connection can be told."""
