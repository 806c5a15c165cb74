"""The messages that the machine reasons about, as frozen values.

UPDATE is absent on purpose: the machine needs only the fact that one arrived.
"""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address
from typing import Final, TypeAlias

from bgpkit_fsm.capability import Capability, FourOctetAsCapability
from bgpkit_fsm.family import Family
from bgpkit_fsm.notification import Notification as Notification

AS_TRANS: Final = 23456
"""The number that stands in 2-octet fields for one that needs four. RFC 6793, section 9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An OPEN message. RFC 4271, section 4.2.

    Raises ValueError when ``capability_groups`` does not add up to the number of capabilities.
    """

    version: int = 4
    my_as: int
    """My Autonomous System as the 2-octet field holds it; ``AS_TRANS`` when the number needs four octets."""
    hold_time: int
    """Seconds; 0, or 3 to 65535."""
    bgp_identifier: IPv4Address
    capabilities: tuple[Capability, ...] = ()
    capability_groups: tuple[int, ...] = ()
    """How many capabilities each Capabilities parameter has, in order; empty: all of them in one parameter.

    Senders should use one, receivers must take any number. RFC 5492, section 4.
    """
    extended_parameters: bool = False
    """Lengths of two octets although those of one would do; longer parameters have them anyway. RFC 9072, section 2."""

    def __post_init__(self) -> None:
        """Refuse groups that are not those of the capabilities."""
        if self.capability_groups and sum(self.capability_groups) != len(self.capabilities):
            raise ValueError(
                f"capability_groups {self.capability_groups} do not add up to {len(self.capabilities)} capabilities"
            )
        if any(count < 0 for count in self.capability_groups):
            raise ValueError(f"capability_groups {self.capability_groups} has a negative number")

    @property
    def asn(self) -> int:
        """The speaker's AS number: that of the 4-octet capability when present, else ``my_as``."""
        for capability in self.capabilities:
            if isinstance(capability, FourOctetAsCapability):
                return capability.asn
        return self.my_as

    def __str__(self) -> str:
        """Return all fields and capabilities on one line."""
        listed = f"capabilities: {', '.join(map(str, self.capabilities))}" if self.capabilities else "no capabilities"
        return (
            f"OPEN version {self.version}, AS {self.asn}, hold time {self.hold_time} s, "
            f"identifier {self.bgp_identifier}, {listed}"
        )


@dataclass(frozen=True, slots=True)
class Keepalive:
    """A KEEPALIVE message. RFC 4271, section 4.4."""

    def __str__(self) -> str:
        """Return ``KEEPALIVE``."""
        return "KEEPALIVE"


class RouteRefreshSubtype(IntEnum):
    """What a ROUTE-REFRESH is. RFC 7313, section 3.2."""

    REQUEST = 0
    """The peer is to send its routes again. RFC 2918, section 3."""
    BEGINNING = 1
    """BoRR: what follows is the refresh."""
    END = 2
    """EoRR: the refresh is complete."""


@dataclass(frozen=True, slots=True)
class RouteRefresh:
    """A ROUTE-REFRESH message. RFC 2918, section 3; subtype: RFC 7313, section 3.2."""

    family: Family
    subtype: int = RouteRefreshSubtype.REQUEST
    """A ``RouteRefreshSubtype``; a message of another number is to be ignored. RFC 7313, section 5."""
    orf: bytes = b""
    """Outbound Route Filtering entries, carried as octets. RFC 5291, section 4."""

    def __str__(self) -> str:
        """Return family and subtype, such as ``ROUTE-REFRESH ipv4-unicast request``, and how long the filters are."""
        names = (subtype.name.lower() for subtype in RouteRefreshSubtype if subtype == self.subtype)
        what = next(names, f"subtype {self.subtype}")
        filters = f", {len(self.orf)} octets of ORF entries" if self.orf else ""
        return f"ROUTE-REFRESH {self.family} {what}{filters}"


Message: TypeAlias = Open | Keepalive | Notification | RouteRefresh
