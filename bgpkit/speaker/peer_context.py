"""What the parts of one peer have in common: who it is, what it is to be, and what its session has agreed on."""

from dataclasses import dataclass

from structlog.typing import FilteringBoundLogger

from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.shared import Shared
from bgpkit_fsm import Negotiated
from bgpkit_rib import Source


@dataclass(slots=True, kw_only=True)
class PeerContext:
    """The common ground of a peer's session, its routes in and its routes out."""

    config: PeerConfig
    """The configuration in force."""
    source: Source
    """The peer, as the tables know it."""
    shared: Shared
    log: FilteringBoundLogger
    negotiated: Negotiated | None = None
    """The terms of the session; None while it is not Established."""
