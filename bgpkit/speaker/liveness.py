"""Who tells the speaker whether the path to a peer forwards packets, and what is wanted of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from bgpkit.errors import ConfigError
from bgpkit.transport import Secret, check_kinds

_LONGEST_INTERVAL: Final = 60.0
_SHORTEST_INTERVAL: Final = 0.01
_KEY_OCTETS: Final = 16


class BfdMode(Enum):
    """What the liveness of the path means to the session with a peer."""

    PLAIN = "plain"
    """A failure ends the session (RFC 9384); a path that has not come up yet holds nothing back."""
    STRICT = "strict"
    """The session is held back until the path is up, and a failure ends it."""
    GRACEFUL = "graceful"
    """A failure of a detector that dies with its control plane is taken as the loss of TCP is: graceful restart
    goes on. A failure where both ends' detectors outlive it ends the session and all restarts.
    RFC 5882, section 4.3.
    """


class BfdAuthenticationType(Enum):
    """How control packets are signed. RFC 5880, section 4.1."""

    SIMPLE = 1
    """A password in the clear."""
    KEYED_MD5 = 2
    METICULOUS_KEYED_MD5 = 3
    KEYED_SHA1 = 4
    METICULOUS_KEYED_SHA1 = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdAuthentication:
    """The key that both ends sign with. ConfigError names what cannot be."""

    type: BfdAuthenticationType
    key: Secret
    """1 to 16 octets, with SHA1 up to 20."""
    key_id: int = 1
    """0 to 255; the same at both ends."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        check_kinds(self, "bfd")
        if not 0 <= self.key_id <= 255:
            raise ConfigError(f"bfd: key_id {self.key_id} is not between 0 and 255")
        longest = 20 if "SHA1" in self.type.name else _KEY_OCTETS
        if not 1 <= len(self.key) <= longest:
            raise ConfigError(f"bfd: a key of {len(self.key)} octets is not one of 1 to {longest}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdOptions:
    """How the path to a peer is watched by BFD (RFC 5880). ConfigError names the field that cannot be."""

    mode: BfdMode = BfdMode.PLAIN
    transmit_interval: float = 0.3
    """Seconds between our control packets, 0.01 to 60; the peer may ask for more."""
    receive_interval: float = 0.3
    """Seconds between the peer's control packets, at least, 0.01 to 60."""
    detect_multiplier: int = 3
    """How many of our packets the peer may miss before the path counts as failed, 1 to 255."""
    multihop: bool = False
    """The peer may be several hops away (RFC 5883); else it is on the same link (RFC 5881)."""
    minimum_ttl: int | None = None
    """The least TTL of the peer's packets over several hops, 1 to 255; None takes all.

    On the same link it is 255 always. RFC 5881, section 5.
    """
    interface: str | None = None
    """The interface that the path begins at; None leaves it to the kernel's routes."""
    authentication: BfdAuthentication | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        check_kinds(self, "bfd")
        for field in ("transmit_interval", "receive_interval"):
            value: float = getattr(self, field)
            if not _SHORTEST_INTERVAL <= value <= _LONGEST_INTERVAL:
                raise ConfigError(f"bfd: {field} {value} is not between 0.01 and 60 seconds")
        if not 1 <= self.detect_multiplier <= 255:
            raise ConfigError(f"bfd: detect_multiplier {self.detect_multiplier} is not between 1 and 255")
        if self.minimum_ttl is not None and not 1 <= self.minimum_ttl <= 255:
            raise ConfigError(f"bfd: minimum_ttl {self.minimum_ttl} is not between 1 and 255")
        if self.minimum_ttl is not None and not self.multihop:
            raise ConfigError("bfd: minimum_ttl is for multihop; on the same link the TTL has to be 255")

    @property
    def least_ttl(self) -> int:
        """The least TTL of packets that are taken."""
        return 255 if not self.multihop else self.minimum_ttl or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredPath:
    """A path that is to be watched: from an address of ours to one of the peer's."""

    remote: str
    local: str | None
    """None leaves it to the kernel."""
    options: BfdOptions


class LivenessState(Enum):
    """What is known of a path."""

    UNKNOWN = "unknown"
    """Whoever should know is not there."""
    DISABLED = "disabled"
    """One end has turned the detection off: nothing is said of the path. RFC 5882, section 3.2."""
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """What is known of a path, and why."""

    state: LivenessState
    reason: str = ""
    """One phrase for people."""
    independent: bool = False
    """Whether the detectors at both ends outlive their control planes. RFC 5880, section 4.1, the C bit."""


class LivenessWatch(Protocol):
    """One path that is being watched, until it is released."""

    @property
    def liveness(self) -> Liveness:
        """What is known of it now."""
        ...

    def change(self, options: BfdOptions) -> None:
        """Watch it by other options from now on; the path does not go down for that."""
        ...

    def release(self, *, keep: bool) -> None:
        """Call back no more; with ``keep`` the other end is to notice nothing, for we will come back soon."""
        ...


class LivenessDetector(Protocol):
    """Whoever watches paths: `bgpkit.bfd.BfdService`, `bgpkit.bfd.BfdClient`, or one of your own."""

    def watch(self, path: MonitoredPath, changed: Callable[[Liveness], None]) -> LivenessWatch:
        """Watch ``path`` and call ``changed`` at every change; not before this returns."""
        ...
