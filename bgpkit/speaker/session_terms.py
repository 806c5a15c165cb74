"""What a session has agreed on, in facts for people and programs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from bgpkit_fsm import (
    BgpRole,
    Capability,
    Family,
    GracefulRestartCapability,
    LongLivedGracefulRestartCapability,
    Negotiated,
    graceful_restart_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """The terms of an Established session."""

    local_address: str
    remote_address: str
    opened_by_us: bool
    """Whether we opened the connection, rather than the peer."""
    local_asn: int
    peer_asn: int
    local_identifier: str
    """Our BGP Identifier."""
    peer_identifier: str
    """The peer's BGP Identifier."""
    hold_time: int
    """Seconds; 0: neither hold timer nor keepalives."""
    keepalive_time: float
    """Seconds between our KEEPALIVEs."""
    families: tuple[Family, ...]
    four_octet_as: bool
    """AS numbers take four octets in UPDATEs. RFC 6793."""
    extended_message: bool
    """Messages may have up to 65,535 octets. RFC 8654."""
    route_refresh: bool
    enhanced_route_refresh: bool
    add_path_send: tuple[Family, ...]
    """Families of which we send several paths. RFC 7911."""
    add_path_receive: tuple[Family, ...]
    """Families of which the peer sends several paths."""
    extended_next_hop: tuple[Family, ...]
    """IPv4 families whose routes may have an IPv6 next hop. RFC 8950."""
    graceful_restart: GracefulRestartCapability | None
    """What we announced. RFC 4724."""
    peer_graceful_restart: GracefulRestartCapability | None
    peer_long_lived_graceful_restart: LongLivedGracefulRestartCapability | None
    """What the peer announced. RFC 9494."""
    role: BgpRole | None
    """Ours towards the peer. RFC 9234."""
    peer_role: BgpRole | None
    capabilities: tuple[Capability, ...]
    """All that our OPEN announced."""
    peer_capabilities: tuple[Capability, ...]
    """All that the peer's OPEN announced."""

    @classmethod
    def of(cls, terms: Negotiated, *, local_address: str, remote_address: str, opened_by_us: bool) -> Self:
        """Return the facts of a session whose OPENs agree on ``terms``."""
        return cls(
            local_address=local_address,
            remote_address=remote_address,
            opened_by_us=opened_by_us,
            local_asn=terms.local.asn,
            peer_asn=terms.remote.asn,
            local_identifier=str(terms.local.bgp_identifier),
            peer_identifier=str(terms.remote.bgp_identifier),
            hold_time=terms.hold_time,
            keepalive_time=terms.keepalive_time,
            families=terms.families,
            four_octet_as=terms.four_octet_as,
            extended_message=terms.extended_message,
            route_refresh=terms.route_refresh,
            enhanced_route_refresh=terms.enhanced_route_refresh,
            add_path_send=_in_order(terms.add_path_send, terms.families),
            add_path_receive=_in_order(terms.add_path_receive, terms.families),
            extended_next_hop=_in_order(terms.extended_next_hop, terms.families),
            graceful_restart=graceful_restart_of(terms.local),
            peer_graceful_restart=terms.peer_graceful_restart,
            peer_long_lived_graceful_restart=terms.peer_long_lived_graceful_restart,
            role=terms.local_role,
            peer_role=terms.peer_role,
            capabilities=terms.local.capabilities,
            peer_capabilities=terms.remote.capabilities,
        )


def _in_order(some: frozenset[Family], families: Iterable[Family]) -> tuple[Family, ...]:
    return tuple(family for family in families if family in some)
