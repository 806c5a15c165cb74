"""A configuration file as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bgpkit.configuration.fault import Fault
from bgpkit.configuration.fib_settings import FibSettings
from bgpkit.configuration.peers import Peers, refused
from bgpkit.configuration.redistribute import Redistribute
from bgpkit.configuration.settings import (
    Aggregate,
    Announcement,
    BfdSettings,
    ControlSettings,
    LogSettings,
    RpkiSettings,
    SpeakerSettings,
)
from bgpkit.errors import ConfigError
from bgpkit.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All that a file says: values of the public face, ready to be given to a `Speaker`."""

    path: Path
    speaker: SpeakerSettings
    peers: Peers = field(default_factory=Peers)
    announcements: tuple[Announcement, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    redistribute: tuple[Redistribute, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])
    """By name, those of other files and the built-in ones too."""
    rpki: RpkiSettings | None = None
    fib: FibSettings = field(default_factory=FibSettings)
    bfd: BfdSettings | None = None
    """None: nobody watches paths."""
    control: ControlSettings = field(default_factory=ControlSettings)
    log: LogSettings = field(default_factory=LogSettings)

    def fault_of(self, error: ConfigError | ValueError, name: str = "") -> Fault:
        """Return what a speaker has to say against this, with the line of the peer, or of the range ``name``."""
        place = self.peers.places.get(name) or refused(error, self.peers.places)
        return Fault(str(self.path), 0, str(error)) if place is None else Fault(place.file, place.line, str(error))
