"""What two OPENs agree on, and which OPENs are not acceptable at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bgpkit_fsm.capability import (
    AddPathCapability,
    AddPathMode,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    RouteRefreshCapability,
)
from bgpkit_fsm.config import SessionConfig
from bgpkit_fsm.error_code import ErrorCode, OpenSubcode
from bgpkit_fsm.family import IPV4_UNICAST, Family
from bgpkit_fsm.message import Notification, Open

VERSION: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiated:
    """The terms of a session, as both OPENs have them."""

    local: Open
    remote: Open
    hold_time: int
    """Seconds, the smaller of the two offers; 0: no hold timer, no keepalives. RFC 4271, section 4.2."""
    keepalive_time: float
    """Seconds between our KEEPALIVEs, a third of ``hold_time``. RFC 4271, section 4.4."""
    families: tuple[Family, ...]
    """What both sides exchange, in the order of our OPEN. RFC 4760, section 8."""
    four_octet_as: bool
    """AS numbers take four octets in UPDATEs. RFC 6793, section 4."""
    extended_message: bool
    """Messages may have up to 65,535 octets. RFC 8654, section 4."""
    route_refresh: bool
    """The peer understands ROUTE-REFRESH. RFC 2918, section 4."""
    enhanced_route_refresh: bool
    """Refreshes are marked by BoRR and EoRR. RFC 7313, section 4."""
    peer_graceful_restart: GracefulRestartCapability | None
    """What the peer announced, in its last capability of this code. RFC 4724, section 3."""
    peer_add_path: tuple[tuple[Family, AddPathMode], ...] = ()
    """What the peer announced, all its capabilities of this code together. RFC 7911, section 4."""

    @property
    def peer_asn(self) -> int:
        """The peer's AS number. RFC 6793, section 4.1."""
        return self.remote.asn

    @property
    def internal(self) -> bool:
        """Whether the peer is in our own AS. RFC 4271, section 1.1."""
        return self.remote.asn == self.local.asn


def negotiate(local: Open, remote: Open) -> Negotiated:
    """Return the terms that our OPEN and the peer's make together; ``check_open`` has accepted the latter."""
    hold_time = min(local.hold_time, remote.hold_time)
    return Negotiated(
        local=local,
        remote=remote,
        hold_time=hold_time,
        keepalive_time=hold_time / 3,
        families=_common_families(local, remote),
        four_octet_as=_announced(FourOctetAsCapability, local, remote),
        extended_message=_announced(ExtendedMessageCapability, local, remote),
        route_refresh=_announced(RouteRefreshCapability, remote),
        enhanced_route_refresh=_announced(EnhancedRouteRefreshCapability, local, remote),
        peer_graceful_restart=graceful_restart_of(remote),
        peer_add_path=_add_path_of(remote.capabilities),
    )


def check_open(config: SessionConfig, remote: Open) -> Notification | None:
    """Return the NOTIFICATION that refuses the peer's OPEN, or None when it is acceptable.

    RFC 4271, section 6.2; AS 0: RFC 7607, section 2; identifiers: RFC 6286, section 2.2;
    no family in common: RFC 5492, section 3.
    """
    if remote.version != VERSION:
        return _open_error(OpenSubcode.UNSUPPORTED_VERSION_NUMBER, VERSION.to_bytes(2, "big"))
    if 0 in (remote.my_as, remote.asn) or config.peer_asn not in (None, remote.asn):
        return _open_error(OpenSubcode.BAD_PEER_AS)
    internal = remote.asn == config.local_asn
    if not int(remote.bgp_identifier) or (internal and remote.bgp_identifier == config.bgp_identifier):
        return _open_error(OpenSubcode.BAD_BGP_IDENTIFIER)
    if remote.hold_time in (1, 2):
        return _open_error(OpenSubcode.UNACCEPTABLE_HOLD_TIME)
    local = config.open
    if not _common_families(local, remote):
        return _open_error(OpenSubcode.UNSUPPORTED_CAPABILITY, _multiprotocol_octets(families_of(local)))
    return None


def families_of(message: Open) -> tuple[Family, ...]:
    """Return the families that an OPEN offers: IPv4 unicast when it has no Multiprotocol capability at all.

    RFC 4760, section 8. A family that is named twice counts once.
    """
    named = (c.family for c in message.capabilities if isinstance(c, MultiprotocolCapability))
    return tuple(dict.fromkeys(named)) or (IPV4_UNICAST,)


def graceful_restart_of(message: Open) -> GracefulRestartCapability | None:
    """Return the graceful restart capability of an OPEN, the last one if there are several, or None.

    RFC 4724, section 3.
    """
    found = [c for c in message.capabilities if isinstance(c, GracefulRestartCapability)]
    return found[-1] if found else None


def _common_families(local: Open, remote: Open) -> tuple[Family, ...]:
    offered = families_of(remote)
    return tuple(family for family in families_of(local) if family in offered)


def _announced(kind: type[Capability], *messages: Open) -> bool:
    return all(any(isinstance(c, kind) for c in message.capabilities) for message in messages)


def _add_path_of(capabilities: Iterable[Capability]) -> tuple[tuple[Family, AddPathMode], ...]:
    merged: dict[Family, AddPathMode] = {}
    for capability in capabilities:
        if isinstance(capability, AddPathCapability):
            merged.update(capability.families)
    return tuple(merged.items())


def _open_error(subcode: OpenSubcode, data: bytes = b"") -> Notification:
    return Notification(ErrorCode.OPEN_MESSAGE_ERROR, subcode, data)


def _multiprotocol_octets(families: Iterable[Family]) -> bytes:
    return b"".join(bytes((1, 4)) + family.afi.to_bytes(2, "big") + bytes((0, family.safi)) for family in families)
