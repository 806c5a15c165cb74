"""What our OPEN says to a peer. RFC 4271, section 4.2; RFC 5492."""

from typing import Final

from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.shared import Shared
from bgpkit_fsm import (
    AddPathCapability,
    AddPathMode,
    Capability,
    ExtendedMessageCapability,
    ForwardingState,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    RouteRefreshCapability,
    SessionConfig,
)
from bgpkit_rib import SourceKind

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
        capabilities=_capabilities(config, shared, asn, established=established),
    )


def _capabilities(config: PeerConfig, shared: Shared, asn: int, *, established: bool) -> tuple[Capability, ...]:
    capabilities: list[Capability] = [MultiprotocolCapability(family) for family in config.families]
    capabilities += [RouteRefreshCapability(), ExtendedMessageCapability(), FourOctetAsCapability(asn)]
    mode = _ADD_PATH_MODES.get((config.sends_add_path, config.add_path_receive))
    if mode is not None:
        capabilities.append(AddPathCapability(tuple((family, mode) for family in config.families)))
    if config.graceful_restart:
        # Our forwarding state has survived when we came back with it, or never went away (RFC 4724, section 3).
        preserved = shared.restarted or established
        capabilities.append(
            GracefulRestartCapability(
                restarted=shared.deferral.active,
                restart_time=config.restart_time,
                families=tuple(ForwardingState(family, preserved) for family in config.families),
            )
        )
    return tuple(capabilities)
