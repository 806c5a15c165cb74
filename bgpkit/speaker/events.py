"""What happens to peers, told once and in order: frozen values, of which `bgpkit.wire.to_plain` makes JSON."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from bgpkit.speaker.peer_plan import ChangePlan
from bgpkit.speaker.session_end import SessionEnd
from bgpkit.speaker.session_terms import SessionTerms
from bgpkit.speaker.time_of_day import time_of_day
from bgpkit_fsm import Family, RouteRefreshSubtype


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerAdded:
    """A peer is there: configured, or connected from a range."""

    peer: str
    """Its address, as in all events."""
    asn: int
    at: datetime = field(default_factory=time_of_day)
    """When it happened (UTC), as in all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerChanged:
    """The configuration of a peer is another one."""

    peer: str
    plan: ChangePlan
    """What the change did to the session; with RESET, `PeerRemoved` and `PeerAdded` are told before."""
    at: datetime = field(default_factory=time_of_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRemoved:
    """A peer is there no more; of a session that was up `PeerDown` has been told before."""

    peer: str
    at: datetime = field(default_factory=time_of_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerUp:
    """The session with a peer is Established."""

    peer: str
    terms: SessionTerms
    at: datetime = field(default_factory=time_of_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerDown:
    """The session with a peer, which was Established, has ended."""

    peer: str
    end: SessionEnd
    """Why."""
    seconds: float
    """How long the session was up."""
    kept: tuple[Family, ...]
    """Families whose routes are kept for the peer's return. RFC 4724, section 4.2."""
    at: datetime = field(default_factory=time_of_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReceived:
    """The peer asked for the routes of a family again, or marked its own. RFC 2918; RFC 7313."""

    peer: str
    family: Family
    subtype: RouteRefreshSubtype = RouteRefreshSubtype.REQUEST
    at: datetime = field(default_factory=time_of_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfRibReceived:
    """The peer has told all it knows of a family. RFC 4724, section 2."""

    peer: str
    family: Family
    at: datetime = field(default_factory=time_of_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfRibSent:
    """We have told the peer all that it gets of a family. RFC 4724, section 2."""

    peer: str
    family: Family
    at: datetime = field(default_factory=time_of_day)


class Limit(Enum):
    """A bound that a peer can come to."""

    PREFIXES_IN = "routes received from the peer"
    PREFIXES_OUT = "routes to be sent to the peer"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReached:
    """A bound has been reached, or the share of it at which a warning is due."""

    peer: str
    family: Family
    limit: Limit
    count: int
    """How many there are."""
    maximum: int
    action: str
    """What is done about it, such as ``warn``, ``close`` or ``restart``."""
    at: datetime = field(default_factory=time_of_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """The subscriber read too slowly: so many events before the next one are not told."""

    count: int


PeerEvent: TypeAlias = (
    PeerAdded
    | PeerChanged
    | PeerRemoved
    | PeerUp
    | PeerDown
    | RefreshReceived
    | EndOfRibReceived
    | EndOfRibSent
    | LimitReached
)
"""What happens to a peer."""

Event: TypeAlias = PeerEvent | Missed
"""What `Speaker.events` yields."""
