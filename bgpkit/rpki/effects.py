"""What the RTR machine tells its driver to do."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from bgpkit.rpki.table import RoaTable


class RtrTimer(Enum):
    """The timers of a session with a cache. RFC 8210, section 6."""

    REFRESH = "refresh"
    """Time to ask for news."""
    RETRY = "retry"
    """Time to ask again a cache that had no data."""
    EXPIRE = "expire"
    """The data is too old to be used."""
    ANSWER = "answer"
    """The cache says nothing, although it was asked."""


@dataclass(frozen=True, slots=True)
class SendOctets:
    """Send a PDU."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Start a timer, or start it anew; it outlives the connection."""

    timer: RtrTimer
    seconds: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Stop a timer, should it run."""

    timer: RtrTimer


@dataclass(frozen=True, slots=True)
class PublishTable:
    """The data of the cache is complete and up to date, or None: there is none any more."""

    table: RoaTable | None


@dataclass(frozen=True, slots=True)
class ReportProblem:
    """The cache has no data now; the connection stays."""

    reason: str


@dataclass(frozen=True, slots=True)
class CloseConnection:
    """Close the connection, then open it again: at once, or as after any failure."""

    reason: str
    at_once: bool = False


RtrEffect: TypeAlias = SendOctets | StartTimer | StopTimer | PublishTable | ReportProblem | CloseConnection
