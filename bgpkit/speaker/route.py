"""Routes as people and policies see them: made at the edge, from what the tables hold."""

from dataclasses import dataclass

from bgpkit.wire import Nlri, decode_attributes
from bgpkit_fsm import Family
from bgpkit_rib import Path, PathAttributes, Prefix


@dataclass(frozen=True, slots=True)
class Route:
    """A destination and one path to it."""

    nlri: Nlri
    """A `Prefix` in the unicast families, else a value of one of the classes that the family's row names."""
    path: Path
    best: bool
    """Whether this is the path chosen for the destination."""
    block: bytes | None = None
    """The attributes where they are not the path's: as received, before the import policy, or as sent to a peer."""
    sent_path_id: int | None = None
    """The path identifier with which it is sent to a peer; None where it is not, or is sent without one. RFC 7911."""

    @property
    def prefix(self) -> Prefix:
        """The prefix of a unicast route; ValueError in families that have none."""
        return _prefix(self.nlri)

    @property
    def attributes(self) -> PathAttributes:
        """The path attributes, decoded when asked for."""
        return decode_attributes(self.path.raw if self.block is None else self.block)

    @property
    def peer(self) -> str:
        """The address of the peer that announced it; ``local`` for our own routes, ``aggregate`` for our aggregates."""
        return self.path.source.name

    @property
    def eligible(self) -> bool:
        """Whether the path may be chosen at all; ``path.reason`` says why not."""
        return self.path.eligible


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChange:
    """The best route to a destination has changed."""

    family: Family
    nlri: Nlri
    route: Route | None
    """The best route now; None when there is none any more."""
    cursor: str = ""
    """From where to go on after this change, for `Speaker.watch_events`; empty in a snapshot."""

    @property
    def prefix(self) -> Prefix:
        """The prefix of a unicast route; ValueError in families that have none."""
        return _prefix(self.nlri)


def _prefix(nlri: Nlri) -> Prefix:
    if isinstance(nlri, Prefix):
        return nlri
    raise ValueError(f"{nlri} is no bare prefix; read its nlri")
