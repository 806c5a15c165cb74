"""What the machine asks of its driver, in the imperative; effects are carried out in the order given."""

from dataclasses import dataclass
from typing import TypeAlias

from bgpkit_fsm.event import ConnectionEvent
from bgpkit_fsm.message import Message, Notification
from bgpkit_fsm.negotiation import Negotiated
from bgpkit_fsm.state import Slot, State, Timer


@dataclass(frozen=True, slots=True)
class CloseReason:
    """Why a session or an attempt came to its end."""

    sent: Notification | None
    """The NOTIFICATION that told the peer, if one did."""
    received: Notification | None
    """The NOTIFICATION by which the peer told us, if one did."""
    text: str
    """One phrase for people."""
    event: ConnectionEvent | None = None
    """What happened."""
    state: State = State.IDLE
    """The state in which it happened."""
    slot: Slot | None = None
    """The connection to which it happened."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Start a one-shot timer, or restart it when it runs. RFC 4271, section 10."""

    slot: Slot
    timer: Timer
    seconds: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Stop a timer; it must not expire after this."""

    slot: Slot
    timer: Timer


@dataclass(frozen=True, slots=True)
class OpenTransport:
    """Start a TCP connection for slot OUTGOING, giving up any earlier attempt. RFC 4271, section 8.2.2."""


@dataclass(frozen=True, slots=True)
class CloseTransport:
    """Send what was asked to be sent, then drop the slot's TCP connection or the attempt at one."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send a message over the slot's TCP connection."""

    slot: Slot
    message: Message


@dataclass(frozen=True, slots=True)
class EstablishSession:
    """Exchange routes: this slot's connection is the session from now on. RFC 4271, section 8.2.2."""

    slot: Slot
    negotiated: Negotiated


@dataclass(frozen=True, slots=True)
class ReleaseSession:
    """Stop exchanging routes: the session of the last ``EstablishSession`` has ended."""

    reason: CloseReason


@dataclass(frozen=True, slots=True)
class ReportFailure:
    """Take note: a connection that never became the session has ended."""

    reason: CloseReason


Effect: TypeAlias = (
    StartTimer
    | StopTimer
    | OpenTransport
    | CloseTransport
    | SendMessage
    | EstablishSession
    | ReleaseSession
    | ReportFailure
)
