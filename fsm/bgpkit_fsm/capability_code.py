"""The code of each capability. RFC 5492, section 4."""

from collections.abc import Mapping
from typing import Final

from bgpkit_fsm.capability import (
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    FqdnCapability,
    LinkLocalNextHopCapability,
    MultiprotocolCapability,
    PrestandardRouteRefreshCapability,
    RouteRefreshCapability,
    SoftwareVersionCapability,
    UnknownCapability,
)
from bgpkit_fsm.family_capability import AddPathCapability, ExtendedNextHopCapability, OrfCapability
from bgpkit_fsm.restart_capability import GracefulRestartCapability, LongLivedGracefulRestartCapability
from bgpkit_fsm.role import RoleCapability

MULTIPROTOCOL_CODE: Final = 1

_CODES: Final[Mapping[type[Capability], int]] = {
    MultiprotocolCapability: MULTIPROTOCOL_CODE,
    RouteRefreshCapability: 2,
    OrfCapability: 3,
    ExtendedNextHopCapability: 5,
    ExtendedMessageCapability: 6,
    RoleCapability: 9,
    GracefulRestartCapability: 64,
    FourOctetAsCapability: 65,
    AddPathCapability: 69,
    EnhancedRouteRefreshCapability: 70,
    LongLivedGracefulRestartCapability: 71,
    FqdnCapability: 73,
    SoftwareVersionCapability: 75,
    LinkLocalNextHopCapability: 77,
    PrestandardRouteRefreshCapability: 128,
}


def capability_code(capability: Capability) -> int:
    """Return the number by which an OPEN, or a NOTIFICATION, names the kind of ``capability``."""
    return capability.code if isinstance(capability, UnknownCapability) else _CODES[type(capability)]
