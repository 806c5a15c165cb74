"""The messages that the machine reasons about, as frozen values.

UPDATE is absent on purpose: the machine needs only the fact that one arrived.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, TypeAlias

from bgpkit_fsm.capability import Capability, FourOctetAsCapability
from bgpkit_fsm.error_code import (
    CeaseSubcode,
    ErrorCode,
    FsmSubcode,
    HeaderSubcode,
    OpenSubcode,
    RouteRefreshSubcode,
    UpdateSubcode,
)
from bgpkit_fsm.family import Family

AS_TRANS: Final = 23456
"""The number that stands in 2-octet fields for one that needs four. RFC 6793, section 9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An OPEN message. RFC 4271, section 4.2."""

    version: int = 4
    my_as: int
    """My Autonomous System as the 2-octet field holds it; ``AS_TRANS`` when the number needs four octets."""
    hold_time: int
    """Seconds; 0, or 3 to 65535."""
    bgp_identifier: IPv4Address
    capabilities: tuple[Capability, ...] = ()

    @property
    def asn(self) -> int:
        """The speaker's AS number: that of the 4-octet capability when present, else ``my_as``."""
        for capability in self.capabilities:
            if isinstance(capability, FourOctetAsCapability):
                return capability.asn
        return self.my_as


@dataclass(frozen=True, slots=True)
class Keepalive:
    """A KEEPALIVE message. RFC 4271, section 4.4."""


@dataclass(frozen=True, slots=True)
class Notification:
    """A NOTIFICATION message. RFC 4271, section 4.5."""

    code: int
    subcode: int = 0
    data: bytes = b""

    def __str__(self) -> str:
        """Return code and subcode by name, such as ``Cease / Connection Rejected``."""
        try:
            code = ErrorCode(self.code)
        except ValueError:
            return f"error code {self.code}, subcode {self.subcode}"
        try:
            subcode = _SUBCODES[code](self.subcode).name if code in _SUBCODES else ""
        except ValueError:
            subcode = f"subcode {self.subcode}" if self.subcode else ""
        return " / ".join(_title(name) for name in (code.name, subcode) if name)


@dataclass(frozen=True, slots=True)
class RouteRefresh:
    """A ROUTE-REFRESH message. RFC 2918, section 3; subtype: RFC 7313, section 3.2."""

    family: Family
    subtype: int = 0
    """0 request, 1 Beginning of Route Refresh, 2 End of Route Refresh."""
    orf: bytes = b""
    """Outbound Route Filtering entries, carried as octets. RFC 5291, section 5."""


Message: TypeAlias = Open | Keepalive | Notification | RouteRefresh

_SUBCODES: Final = {
    ErrorCode.MESSAGE_HEADER_ERROR: HeaderSubcode,
    ErrorCode.OPEN_MESSAGE_ERROR: OpenSubcode,
    ErrorCode.UPDATE_MESSAGE_ERROR: UpdateSubcode,
    ErrorCode.FINITE_STATE_MACHINE_ERROR: FsmSubcode,
    ErrorCode.CEASE: CeaseSubcode,
    ErrorCode.ROUTE_REFRESH_MESSAGE_ERROR: RouteRefreshSubcode,
}

_UPPER: Final = {"open": "OPEN", "update": "UPDATE", "as": "AS", "bgp": "BGP", "bfd": "BFD"}


def _title(name: str) -> str:
    return " ".join(_UPPER.get(word, word.capitalize()) for word in name.lower().split("_"))
