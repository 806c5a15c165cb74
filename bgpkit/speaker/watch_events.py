"""What a watcher is told beside changes: where a snapshot begins and ends, and that it has fallen behind."""

from dataclasses import dataclass
from typing import TypeAlias

from bgpkit.speaker.route import RouteChange


@dataclass(frozen=True, slots=True)
class SnapshotStart:
    """The picture begins anew: what was known before is to be forgotten, the best routes of the moment follow."""

    cursor: str = ""
    """Empty: nobody can go on from here."""


@dataclass(frozen=True, slots=True)
class SnapshotEnd:
    """The picture is complete; what follows is news."""

    cursor: str
    """From where to go on."""


@dataclass(frozen=True, slots=True)
class Lagged:
    """The watcher reads too slowly: of some destinations only the last of several changes follows. Nothing is lost."""

    keys: int
    """How many changes could not wait to be told one by one, since the last event of this kind."""
    cursor: str
    """From where to go on."""


WatchEvent: TypeAlias = RouteChange | SnapshotStart | SnapshotEnd | Lagged
"""What `Speaker.watch_events` yields."""
