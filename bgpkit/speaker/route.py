"""Routes as people and policies see them: made at the edge, from what the tables hold."""

from dataclasses import dataclass

from bgpkit.wire import decode_attributes
from bgpkit_rib import Path, PathAttributes, Prefix


@dataclass(frozen=True, slots=True)
class Route:
    """A prefix and one path to it."""

    prefix: Prefix
    path: Path
    best: bool
    """Whether this is the path chosen for the prefix."""

    @property
    def attributes(self) -> PathAttributes:
        """The path attributes, decoded when asked for."""
        return decode_attributes(self.path.raw)

    @property
    def peer(self) -> str:
        """The address of the peer that announced it, or ``local``."""
        return self.path.source.name

    @property
    def eligible(self) -> bool:
        """Whether the path may be chosen at all; ``path.reason`` says why not."""
        return self.path.eligible


@dataclass(frozen=True, slots=True)
class RouteChange:
    """The best route of a prefix has changed."""

    prefix: Prefix
    route: Route | None
    """The best route now; None when there is none any more."""
