"""What happens to a kernel table that is worth telling: frozen values, each thing once, alike things together.

A link that goes down takes a hundred thousand routes with it: that is one event, with how many they are and the
first few of them.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from bgpkit_rib import Prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteConflict:
    """Wanted routes whose prefix and metric another program's routes have; those are left alone."""

    protocol: int
    """The other program's routing protocol number, as in /etc/iproute2/rt_protos."""
    prefixes: tuple[Prefix, ...]
    """The first few, as in all events."""
    count: int
    """How many there are, as in all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictEnded:
    """Another program's routes stand no longer in the way, or ours are not wanted any more."""

    protocol: int
    prefixes: tuple[Prefix, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFailed:
    """The kernel refuses routes; they are tried again, and told again only when the reason is another."""

    errno: int
    reason: str
    prefixes: tuple[Prefix, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureEnded:
    """Routes that were refused are in the kernel now, are not wanted any more, or fail for another reason."""

    reason: str
    """Why they were refused."""
    prefixes: tuple[Prefix, ...]
    count: int


class Drift(Enum):
    """What another hand does to a route of ours."""

    REMOVED = "removed"
    CHANGED = "changed"
    """Into another one, be it ours or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDrifted:
    """Another hand, or the kernel with an interface, has taken or changed routes of ours that were as wanted.

    They are put right, unless the table is only read.
    """

    drift: Drift
    prefixes: tuple[Prefix, ...]
    count: int


class ResyncReason(Enum):
    """Why the whole table was read and compared."""

    NOTICES_LOST = "notices lost"
    """More happened than the kernel could tell."""
    DOUBT = "doubt"
    """Something happened that only the whole table explains: an interface or an address has changed, say."""
    ASKED = "asked"
    INTERVAL = "interval"
    """It is done now and then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resynced:
    """The whole table was read and compared; of comparisons that find nothing only those with a cause are told."""

    reason: ResyncReason
    differing: int
    """Prefixes to be looked at, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """Routes of a former run that nobody has asked for are given up."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FibLost:
    """The kernel cannot be heard any more, and nothing is kept in step: start anew."""

    errno: int
    reason: str


FibEvent: TypeAlias = (
    RouteConflict | ConflictEnded | RouteFailed | FailureEnded | RouteDrifted | Resynced | Swept | FibLost
)
"""What ``on_event`` of :class:`bgpkit.fib.Fib` is told."""
