"""What our OPEN says to a peer. RFC 4271, section 4.2; RFC 5492."""

from typing import Final

from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.own_next_hop import takes_ipv6_next_hop
from bgpkit.speaker.shared import Shared
from bgpkit_fsm import (
    AddPathCapability,
    AddPathMode,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    ExtendedNextHopCapability,
    ForwardingState,
    FourOctetAsCapability,
    GracefulRestartCapability,
    LongLivedGracefulRestartCapability,
    LongLivedState,
    MultiprotocolCapability,
    RoleCapability,
    RouteRefreshCapability,
    SessionConfig,
)
from bgpkit_rib import SourceKind

_AFI_IPV6: Final = 2
_LONGEST_DAMPING: Final = 60.0
"""Seconds beyond which the time without a new attempt is not doubled any more."""
_ADD_PATH_MODES: Final = {
    (True, False): AddPathMode.SEND,
    (False, True): AddPathMode.RECEIVE,
    (True, True): AddPathMode.BOTH,
}


def session_config(config: PeerConfig, shared: Shared, *, kind: SourceKind, established: bool) -> SessionConfig:
    """Return how the machine is to speak to the peer; ``established`` says that there was a session before."""
    asn = config.local_asn or shared.session_asn(kind)
    return SessionConfig(
        local_asn=asn,
        bgp_identifier=shared.bgp_identifier,
        peer_asn=config.asn,
        passive=config.passive,
        hold_time=config.hold_time,
        connect_retry_time=config.connect_retry_time,
        strict_role=config.strict_role,
        delay_open_time=config.delay_open_time or 0,
        idle_hold_time=config.idle_hold_time,
        idle_hold_time_max=max(config.idle_hold_time, _LONGEST_DAMPING),
        damp_oscillations=config.damp_oscillations,
        collision_detect_established=config.collision_detect_established,
        send_hold_time=config.send_hold_time,
        capabilities=_capabilities(config, shared, asn, established=established),
    )


def _capabilities(config: PeerConfig, shared: Shared, asn: int, *, established: bool) -> tuple[Capability, ...]:
    capabilities: list[Capability] = [MultiprotocolCapability(family) for family in config.families]
    capabilities += [RouteRefreshCapability(), EnhancedRouteRefreshCapability()]
    capabilities += [ExtendedMessageCapability(), FourOctetAsCapability(asn)]
    mode = _ADD_PATH_MODES.get((config.sends_add_path, config.add_path_receive))
    if mode is not None:
        capabilities.append(AddPathCapability(tuple((family, mode) for family in config.families)))
    if config.role is not None:
        capabilities.append(RoleCapability(config.role))
    six = tuple((family, _AFI_IPV6) for family in config.families if takes_ipv6_next_hop(config, family))
    if six:
        capabilities.append(ExtendedNextHopCapability(six))
    if config.graceful_restart:
        # Our forwarding state has survived when we came back with it, or never went away (RFC 4724, section 3).
        preserved = shared.restarted or established
        capabilities.append(
            GracefulRestartCapability(
                restarted=shared.deferral.active,
                notification=config.notification_support,
                restart_time=config.restart_time,
                families=tuple(ForwardingState(family, preserved) for family in config.families),
            )
        )
        time = config.long_lived_stale_time
        if time:
            states = (
                LongLivedState(family=family, preserved=preserved, stale_time=time)
                for family in config.long_lived_families
            )
            capabilities.append(LongLivedGracefulRestartCapability(tuple(states)))
    return tuple(capabilities)
