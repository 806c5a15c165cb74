"""What a speaker tells about its peers."""

from dataclasses import dataclass
from datetime import datetime

from bgpkit.speaker.message_counts import NO_MESSAGES, MessageCounts
from bgpkit.speaker.route_counts import RouteCounts
from bgpkit.speaker.session_terms import SessionTerms
from bgpkit_fsm import Family, State


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerStatus:
    """One peer, as it is now."""

    address: str
    asn: int
    state: State
    since: datetime
    """When the state was entered that people care for: up, or not up (UTC)."""
    bgp_identifier: str
    """The peer's BGP Identifier; empty until it has been Established once."""
    local_address: str
    """Our address on the session; empty while it is not Established."""
    families: tuple[Family, ...]
    """The families of the session; empty while it is not Established."""
    hold_time: int
    """The negotiated hold time in seconds; 0 while the session is not Established."""
    prefixes_received: int
    """Routes held from the peer, accepted or not."""
    octets_received: int
    """Octets of all messages received on the session; 0 while it is not Established."""
    octets_sent: int
    """Octets of all messages handed to the session's transport; 0 while it is not Established."""
    messages_received: MessageCounts = NO_MESSAGES
    """What was received on the session, by type; nothing while it is not Established."""
    messages_sent: MessageCounts = NO_MESSAGES
    """What was handed to the session's transport, by type."""
    routes_received: tuple[RouteCounts, ...] = ()
    """What the UPDATEs received on the session speak of, by family; empty while it is not Established."""
    hold_timer: float = 0.0
    """Seconds until the session ends unless the peer says something; 0 where no hold timer runs."""
    keepalive_timer: float = 0.0
    """Seconds until the next KEEPALIVE of ours; 0 where no such timer runs."""
    terms: SessionTerms | None = None
    """What the session has agreed on; None while it is not Established."""
    stale: tuple[Family, ...]
    """Families whose routes are kept while the peer restarts."""
    long_lived_stale: tuple[Family, ...] = ()
    """Those of them whose routes are the last resort by now. RFC 9494."""
    established_count: int
    """How many sessions with the peer have been Established."""
    last_error: str
    """Why the last session or attempt ended; empty when none did."""
    description: str
