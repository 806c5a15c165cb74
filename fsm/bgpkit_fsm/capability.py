"""Capabilities that an OPEN may carry (RFC 5492), one frozen value each."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from bgpkit_fsm.family import Family


@dataclass(frozen=True, slots=True)
class MultiprotocolCapability:
    """Capability 1: the speaker exchanges routes of ``family``. RFC 4760, section 8."""

    family: Family


@dataclass(frozen=True, slots=True)
class RouteRefreshCapability:
    """Capability 2: the speaker understands ROUTE-REFRESH. RFC 2918, section 2."""


@dataclass(frozen=True, slots=True)
class ExtendedMessageCapability:
    """Capability 6: the speaker receives messages of up to 65,535 octets. RFC 8654, section 3."""


@dataclass(frozen=True, slots=True)
class ForwardingState:
    """One family of a graceful restart capability and its Forwarding State (F) bit. RFC 4724, section 3."""

    family: Family
    preserved: bool
    """True when the speaker kept its forwarding state for this family through the restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GracefulRestartCapability:
    """Capability 64: graceful restart. RFC 4724, section 3; the N bit: RFC 8538, section 2."""

    restarted: bool = False
    """The Restart State (R) bit: the speaker has just restarted."""
    notification: bool = False
    """The N bit: NOTIFICATIONs and hold timer expiry, too, keep routes."""
    restart_time: int = 120
    """Seconds, 0 to 4095, that the peer should wait for the speaker's return."""
    families: tuple[ForwardingState, ...] = ()


@dataclass(frozen=True, slots=True)
class FourOctetAsCapability:
    """Capability 65: 4-octet AS numbers, and the speaker's own number. RFC 6793, section 3."""

    asn: int


class AddPathMode(IntEnum):
    """Send/Receive field of one family of an ADD-PATH capability. RFC 7911, section 4."""

    RECEIVE = 1
    SEND = 2
    BOTH = 3


@dataclass(frozen=True, slots=True)
class AddPathCapability:
    """Capability 69: several paths for a prefix. RFC 7911, section 4."""

    families: tuple[tuple[Family, AddPathMode], ...]


@dataclass(frozen=True, slots=True)
class EnhancedRouteRefreshCapability:
    """Capability 70: BoRR and EoRR demarcate a refresh. RFC 7313, section 3.1."""


@dataclass(frozen=True, slots=True)
class UnknownCapability:
    """A capability that this library does not interpret, kept octet for octet. RFC 5492, section 4."""

    code: int
    value: bytes


Capability: TypeAlias = (
    MultiprotocolCapability
    | RouteRefreshCapability
    | ExtendedMessageCapability
    | GracefulRestartCapability
    | FourOctetAsCapability
    | AddPathCapability
    | EnhancedRouteRefreshCapability
    | UnknownCapability
)
