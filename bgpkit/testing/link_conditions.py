"""What the way between two hosts of a virtual network is like."""

from dataclasses import dataclass

from bgpkit.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkConditions:
    """A way between two hosts, the same in both directions. ConfigError names the field that cannot be.

    Octets of one connection never overtake each other, as TCP has it. Chances are from 0 to 1, for each segment or
    for each connect; they are drawn from a generator that the link has for itself.
    """

    delay: float = 0.0
    """Seconds one way."""
    jitter: float = 0.0
    """Seconds that a segment may take longer, at most."""
    connect_jitter: float = 0.0
    """Seconds that a connect may take longer, at most: later ones overtake it."""
    bandwidth: float | None = None
    """Octets in a second, for each connection and direction; None: as many as are written."""
    window: int = 262_144
    """Octets under way or unread in one direction; what is beyond waits with the sender, as in the kernel's buffers."""
    reset: float = 0.0
    """Chance that the connection is reset at both ends in place of a segment."""
    half_open: float = 0.0
    """Chance that the connection goes silent in place of a segment: neither end ever hears of the other again."""
    refuse: float = 0.0
    """Chance that a connect is refused although somebody listens."""
    black_hole: float = 0.0
    """Chance that a connect is never answered."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for name, seconds in (("delay", self.delay), ("jitter", self.jitter), ("connect_jitter", self.connect_jitter)):
            if seconds < 0:
                raise ConfigError(f"link: {name} {seconds} is less than 0 seconds")
        if self.bandwidth is not None and self.bandwidth <= 0:
            raise ConfigError(f"link: bandwidth {self.bandwidth} is not more than 0; None sets no bound")
        if self.window < 1:
            raise ConfigError(f"link: window {self.window} is less than 1 octet")
        chances = ("reset", self.reset), ("half_open", self.half_open), ("refuse", self.refuse)
        for name, chance in (*chances, ("black_hole", self.black_hole)):
            if not 0 <= chance <= 1:
                raise ConfigError(f"link: {name} {chance} is no chance between 0 and 1")
