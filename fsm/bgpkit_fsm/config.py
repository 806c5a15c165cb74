"""What one session is configured with, as far as the machine is concerned."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from bgpkit_fsm.capability import Capability, FourOctetAsCapability
from bgpkit_fsm.message import AS_TRANS, Open
from bgpkit_fsm.role import BgpRole, RoleCapability

LARGEST_ASN: Final = 2**32 - 1
LARGEST_TWO_OCTET_ASN: Final = 2**16 - 1
LEAST_SEND_HOLD_TIME: Final = 480
"""Seconds that the SendHoldTimer runs at least, unless configured. RFC 9687, section 6: 8 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """Optional and mandatory session attributes that an operator chooses. RFC 4271, section 8.1.1.

    Raises ValueError, with one sentence, for values that no session can have.
    """

    local_asn: int
    """1 to 4294967295."""
    bgp_identifier: IPv4Address
    """Ours; an unsigned number that need not be an address. RFC 6286, section 2.1."""
    peer_asn: int | None
    """None accepts any AS number but 0."""
    passive: bool = False
    """Wait for the peer's connection and never open one (PassiveTcpEstablishment)."""
    hold_time: int = 90
    """Seconds offered: 0 (no keepalives at all) or 3 to 65535."""
    connect_retry_time: float = 5
    """Seconds from one attempt to connect to the next."""
    delay_open_time: float = 0
    """Seconds to wait with our OPEN for the peer's (DelayOpen); 0 sends it at once."""
    idle_hold_time: float = 1
    """Seconds to stay Idle after a failure."""
    idle_hold_time_max: float = 60
    """Seconds beyond which the doubling stops."""
    damp_oscillations: bool = True
    """Double the time for each further failure, and refuse the peer's connections meanwhile (DampPeerOscillations)."""
    collision_detect_established: bool = False
    """Let the peer's next connection end an Established one if the identifiers say so.

    CollisionDetectEstablishedState; both speakers should have it, or none. RFC 4271, section 6.8.
    """
    send_hold_time: float | None = None
    """Seconds after which a peer that takes nothing is given up: more than ``hold_time``, or 0 for never.

    None: 8 minutes or twice the negotiated hold time, whichever is more. RFC 9687, sections 4.4 and 6.
    """
    capabilities: tuple[Capability, ...] = ()
    """Announced in our OPEN as they stand; a ``RoleCapability`` among them is our role towards the peer."""
    strict_role: bool = False
    """Refuse an external peer that announces no role although we do. RFC 9234, section 4.2."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not 1 <= self.local_asn <= LARGEST_ASN:
            raise ValueError(f"local_asn {self.local_asn} is not within 1 to {LARGEST_ASN}")
        if self.peer_asn is not None and not 1 <= self.peer_asn <= LARGEST_ASN:
            raise ValueError(f"peer_asn {self.peer_asn} is not within 1 to {LARGEST_ASN}")
        if not int(self.bgp_identifier):
            raise ValueError("bgp_identifier must not be 0.0.0.0 (RFC 6286, section 2.1)")
        if self.hold_time != 0 and not 3 <= self.hold_time <= 65535:
            raise ValueError(f"hold_time {self.hold_time} is neither 0 nor within 3 to 65535 (RFC 4271, section 4.2)")
        if self.connect_retry_time <= 0:
            raise ValueError(f"connect_retry_time {self.connect_retry_time} must be more than 0 seconds")
        if self.delay_open_time < 0:
            raise ValueError(f"delay_open_time {self.delay_open_time} must not be negative")
        if not 0 <= self.idle_hold_time <= self.idle_hold_time_max:
            raise ValueError(f"idle_hold_time {self.idle_hold_time} is not within 0 to {self.idle_hold_time_max}")
        if self.send_hold_time and self.send_hold_time <= self.hold_time:
            raise ValueError(
                f"send_hold_time {self.send_hold_time} is neither 0 nor more than hold_time {self.hold_time} "
                "(RFC 9687, section 4.4)"
            )
        self._check_four_octet_as()
        self._check_role()

    def _check_four_octet_as(self) -> None:
        announced = [c.asn for c in self.capabilities if isinstance(c, FourOctetAsCapability)]
        if any(asn != self.local_asn for asn in announced):
            raise ValueError(f"the 4-octet AS capability announces {announced[0]}, but local_asn is {self.local_asn}")
        if self.local_asn > LARGEST_TWO_OCTET_ASN and not announced:
            raise ValueError(f"local_asn {self.local_asn} needs the 4-octet AS capability (RFC 6793, section 3)")

    def _check_role(self) -> None:
        """Refuse a role that is none, and several. RFC 9234, section 4.1."""
        announced = {c.role for c in self.capabilities if isinstance(c, RoleCapability)}
        if len(announced) > 1:
            raise ValueError(f"several roles are announced, {sorted(announced)}, but a speaker has one towards a peer")
        if any(number not in tuple(BgpRole) for number in announced):
            raise ValueError(f"role {min(announced)} is not one of 0 to {max(BgpRole)} (RFC 9234, section 4.1)")
        if self.strict_role and not announced:
            raise ValueError("strict_role needs a RoleCapability among the capabilities (RFC 9234, section 4.2)")

    def send_hold_seconds(self, hold_time: int) -> float:
        """Return how long the SendHoldTimer runs with the negotiated ``hold_time``; 0 when it does not.

        RFC 9687, sections 4.3 and 6.
        """
        if not hold_time:
            return 0
        return float(max(LEAST_SEND_HOLD_TIME, 2 * hold_time)) if self.send_hold_time is None else self.send_hold_time

    @property
    def local_role(self) -> BgpRole | None:
        """Our role towards the peer; None when we announce none. RFC 9234, section 4.1."""
        return next((c.assigned for c in self.capabilities if isinstance(c, RoleCapability)), None)

    @property
    def open(self) -> Open:
        """The OPEN that these values make. RFC 4271, section 4.2; AS_TRANS: RFC 6793, section 4.2.2."""
        return Open(
            my_as=self.local_asn if self.local_asn <= LARGEST_TWO_OCTET_ASN else AS_TRANS,
            hold_time=self.hold_time,
            bgp_identifier=self.bgp_identifier,
            capabilities=self.capabilities,
        )
