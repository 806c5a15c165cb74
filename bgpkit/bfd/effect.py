"""What the machine of a session asks of its driver, in the imperative; effects are carried out in their order."""

from dataclasses import dataclass
from typing import TypeAlias

from bgpkit.bfd.state import BfdState


@dataclass(frozen=True, slots=True)
class SendPacket:
    """Send the octets of a control packet."""

    octets: bytes
    scheduled: bool
    """Whether the transmission timer counts from it; not so an answer to a Poll. RFC 5880, section 6.8.7."""


@dataclass(frozen=True, slots=True)
class StartTransmitTimer:
    """Call ``transmit_due`` so many seconds after the last scheduled packet, at once when that is past."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StopTransmitTimer:
    """Send no more packets by the clock."""


@dataclass(frozen=True, slots=True)
class StartDetectionTimer:
    """Call ``detection_expired`` so many seconds after the last packet that was accepted."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StopDetectionTimer:
    """Wait for nothing."""


@dataclass(frozen=True, slots=True)
class DiscardPacket:
    """A packet that was received is of no use."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReportState:
    """Tell whoever wants to know that something has changed."""

    state: BfdState
    diagnostic: int
    remote_state: BfdState
    independent: bool
    """Whether both ends say that they outlive their control planes."""


BfdEffect: TypeAlias = (
    SendPacket
    | StartTransmitTimer
    | StopTransmitTimer
    | StartDetectionTimer
    | StopDetectionTimer
    | DiscardPacket
    | ReportState
)
