"""Where paths come from: one object per peer, and one for the speaker's own routes."""

from enum import IntEnum
from typing import Final


class SourceKind(IntEnum):
    """What a peer is to us; decides preference (RFC 4271, section 9.1.2.2) and reflection (RFC 4456, section 6)."""

    LOCAL = 0
    EBGP = 1
    CLIENT = 2
    """An internal peer that is a route reflector client."""
    NON_CLIENT = 3
    """An internal peer that is not a client."""
    CONFEDERATION = 4
    """A peer in another member AS of our confederation; counts as internal when paths are compared. RFC 5065."""


class Source:
    """The origin of paths: a peer through all of its sessions, or the speaker itself.

    It outlives a session, so that paths of a restarting peer stay attributable (RFC 4724).
    ``generation`` grows with each session and each refresh, so that a sweep can tell what has not been said again.
    Paths of generations under ``stale_below`` are stale: they are of a session that has ended. RFC 4724, section 4.2.
    """

    __slots__ = ("address", "bgp_identifier", "generation", "kind", "name", "stale_below")

    def __init__(self, name: str, kind: SourceKind, *, address: bytes = b"", bgp_identifier: int = 0) -> None:
        """Make a source; ``address`` is packed (4 or 16 octets), ``bgp_identifier`` an unsigned 32-bit number."""
        self.name = name
        self.kind = kind
        self.address = address
        self.bgp_identifier = bgp_identifier
        self.generation = 0
        self.stale_below = 0

    def __repr__(self) -> str:
        """Return name and kind."""
        return f"Source({self.name!r}, {self.kind.name})"


INTERNAL: Final = frozenset({SourceKind.CLIENT, SourceKind.NON_CLIENT})
"""The kinds of source that are in our own AS; in a confederation, in our own member AS."""
