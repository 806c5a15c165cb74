"""What two OPENs agree on, and which OPENs are not acceptable at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bgpkit_fsm.capability import (
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    MultiprotocolCapability,
    RouteRefreshCapability,
)
from bgpkit_fsm.config import SessionConfig
from bgpkit_fsm.error_code import ErrorCode, OpenSubcode
from bgpkit_fsm.family import (
    IPV4_LABELED_UNICAST,
    IPV4_MULTICAST,
    IPV4_MULTICAST_VPN,
    IPV4_UNICAST,
    IPV4_VPN,
    Family,
)
from bgpkit_fsm.family_capability import AddPathCapability, AddPathMode, ExtendedNextHopCapability
from bgpkit_fsm.message import AS_TRANS, Open
from bgpkit_fsm.notification import Notification
from bgpkit_fsm.restart_capability import GracefulRestartCapability, LongLivedGracefulRestartCapability
from bgpkit_fsm.role import BgpRole, RoleCapability

VERSION: Final = 4

_IPV6: Final = 2
_EXTENDED_NEXT_HOP: Final = frozenset(
    {IPV4_UNICAST, IPV4_MULTICAST, IPV4_LABELED_UNICAST, IPV4_VPN, IPV4_MULTICAST_VPN}
)
"""The families that may have an IPv6 next hop by negotiation. RFC 8950, section 4."""


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
    add_path_receive: frozenset[Family] = frozenset()
    """The families whose routes come with a path identifier: we receive several paths, the peer sends them.

    RFC 7911, section 5.
    """
    add_path_send: frozenset[Family] = frozenset()
    """The families whose routes we send with a path identifier. RFC 7911, section 5."""
    extended_next_hop: frozenset[Family] = frozenset()
    """The IPv4 families whose routes may have an IPv6 next hop, as both sides announced. RFC 8950, section 4."""
    peer_long_lived_graceful_restart: LongLivedGracefulRestartCapability | None = None
    """What the peer announced, in its last capability of this code, if graceful restart came with it.

    RFC 9494, section 4.1.
    """
    local_role: BgpRole | None = None
    """Our role towards an external peer, whether or not the peer announced its own. RFC 9234, section 4.2."""
    peer_role: BgpRole | None = None
    """The role that an external peer announced. RFC 9234, section 4.2."""

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
    families = _common_families(local, remote)
    ours, theirs = _add_path_of(local), _add_path_of(remote)
    external = local.asn != remote.asn
    return Negotiated(
        local=local,
        remote=remote,
        hold_time=hold_time,
        keepalive_time=hold_time / 3,
        families=families,
        four_octet_as=_announced(FourOctetAsCapability, local, remote),
        extended_message=_announced(ExtendedMessageCapability, local, remote),
        route_refresh=_announced(RouteRefreshCapability, remote),
        enhanced_route_refresh=_announced(EnhancedRouteRefreshCapability, local, remote),
        peer_graceful_restart=graceful_restart_of(remote),
        peer_add_path=tuple(theirs.items()),
        add_path_receive=_add_path_families(families, sender=theirs, receiver=ours),
        add_path_send=_add_path_families(families, sender=ours, receiver=theirs),
        extended_next_hop=_EXTENDED_NEXT_HOP & {*families} & _ipv6_next_hops_of(local) & _ipv6_next_hops_of(remote),
        peer_long_lived_graceful_restart=long_lived_graceful_restart_of(remote),
        local_role=_role_of(local) if external else None,
        peer_role=_role_of(remote) if external else None,
    )


def check_open(config: SessionConfig, remote: Open) -> Notification | None:
    """Return the NOTIFICATION that refuses the peer's OPEN, or None when it is acceptable.

    RFC 4271, section 6.2; AS 0: RFC 7607, section 2; identifiers: RFC 6286, section 2.2;
    roles: RFC 9234, section 4.2; no family in common: RFC 5492, section 3.
    """
    if remote.version != VERSION:
        return _open_error(OpenSubcode.UNSUPPORTED_VERSION_NUMBER, VERSION.to_bytes(2, "big"))
    if 0 in (remote.my_as, remote.asn) or config.peer_asn not in (None, remote.asn) or _contradicts_itself(remote):
        return _open_error(OpenSubcode.BAD_PEER_AS)
    internal = remote.asn == config.local_asn
    if not int(remote.bgp_identifier) or (internal and remote.bgp_identifier == config.bgp_identifier):
        return _open_error(OpenSubcode.BAD_BGP_IDENTIFIER)
    if remote.hold_time in (1, 2):
        return _open_error(OpenSubcode.UNACCEPTABLE_HOLD_TIME)
    if not internal and not _roles_correspond(config, remote):
        return _open_error(OpenSubcode.ROLE_MISMATCH)
    local = config.open
    if not _common_families(local, remote):
        return _open_error(OpenSubcode.UNSUPPORTED_CAPABILITY, _multiprotocol_octets(families_of(local)))
    return None


def families_of(message: Open) -> tuple[Family, ...]:
    """Return the families that an OPEN offers: IPv4 unicast when it has no Multiprotocol capability at all.

    RFC 4760, section 8. A family that is named twice counts once: RFC 5492, section 4.
    """
    named = (c.family for c in message.capabilities if isinstance(c, MultiprotocolCapability))
    return tuple(dict.fromkeys(named)) or (IPV4_UNICAST,)


def graceful_restart_of(message: Open) -> GracefulRestartCapability | None:
    """Return the graceful restart capability of an OPEN, the last one if there are several, or None.

    RFC 4724, section 3.
    """
    found = [c for c in message.capabilities if isinstance(c, GracefulRestartCapability)]
    return found[-1] if found else None


def long_lived_graceful_restart_of(message: Open) -> LongLivedGracefulRestartCapability | None:
    """Return the last capability of this code of an OPEN, or None when graceful restart is not beside it.

    RFC 9494, section 4.1: without it the capability MUST be disregarded. Of several instances the RFC says
    nothing; the last one counts, as with graceful restart.
    """
    found = [c for c in message.capabilities if isinstance(c, LongLivedGracefulRestartCapability)]
    return found[-1] if found and graceful_restart_of(message) is not None else None


def _contradicts_itself(message: Open) -> bool:
    """Tell whether an OPEN gives its sender several AS numbers. RFC 6793, section 3.

    The field of two octets has the number of the capability, or AS_TRANS in its place.
    """
    announced = {c.asn for c in message.capabilities if isinstance(c, FourOctetAsCapability)}
    return len(announced) > 1 or (bool(announced) and message.my_as not in (AS_TRANS, *announced))


def _roles_correspond(config: SessionConfig, remote: Open) -> bool:
    """Tell whether the roles of an external session may be as they are. RFC 9234, section 4.2.

    Equal roles, however often announced, are one; different ones are a mismatch whatever our own role is.
    """
    announced = {c.role for c in remote.capabilities if isinstance(c, RoleCapability)}
    local = config.local_role
    if len(announced) > 1:
        return False
    if local is None or not announced:
        return not (config.strict_role and not announced)
    return announced == {local.counterpart}


def _role_of(message: Open) -> BgpRole | None:
    return next((c.assigned for c in message.capabilities if isinstance(c, RoleCapability)), None)


def _common_families(local: Open, remote: Open) -> tuple[Family, ...]:
    offered = families_of(remote)
    return tuple(family for family in families_of(local) if family in offered)


def _announced(kind: type[Capability], *messages: Open) -> bool:
    return all(any(isinstance(c, kind) for c in message.capabilities) for message in messages)


def _add_path_of(message: Open) -> dict[Family, AddPathMode]:
    """Return what all ADD-PATH capabilities of an OPEN say together.

    RFC 7911, section 4, wants one capability and says nothing of several: they are read as one, and where a family
    comes twice the later entry counts.
    """
    merged: dict[Family, AddPathMode] = {}
    for capability in message.capabilities:
        if isinstance(capability, AddPathCapability):
            merged.update(capability.families)
    return merged


def _add_path_families(
    families: Iterable[Family], *, sender: dict[Family, AddPathMode], receiver: dict[Family, AddPathMode]
) -> frozenset[Family]:
    """Return the families for which one side sends several paths and the other one takes them."""
    both = (family for family in families if family in sender and family in receiver)
    return frozenset(family for family in both if sender[family].sends and receiver[family].receives)


def _ipv6_next_hops_of(message: Open) -> frozenset[Family]:
    """Return the families for which an OPEN announces IPv6 next hops, in one capability or several."""
    found = (c.families for c in message.capabilities if isinstance(c, ExtendedNextHopCapability))
    return frozenset(family for families in found for family, afi in families if afi == _IPV6)


def _open_error(subcode: OpenSubcode, data: bytes = b"") -> Notification:
    return Notification(ErrorCode.OPEN_MESSAGE_ERROR, subcode, data)


def _multiprotocol_octets(families: Iterable[Family]) -> bytes:
    return b"".join(bytes((1, 4)) + family.afi.to_bytes(2, "big") + bytes((0, family.safi)) for family in families)
