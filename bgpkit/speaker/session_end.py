"""Why a session, or an attempt at one, has ended: in facts, and in one phrase."""

import errno
from dataclasses import dataclass
from enum import Enum
from typing import Self

from bgpkit_fsm import (
    AutomaticallyStopped,
    CloseReason,
    CollisionLost,
    MessageRefused,
    Notification,
    NotificationReceived,
    Slot,
    State,
    Stopped,
    Timer,
    TimerExpired,
    TransportFailed,
    error_name,
)


class EndCause(Enum):
    """What brought a session or an attempt to its end."""

    NOTIFICATION_RECEIVED = "the peer sent a NOTIFICATION"
    MESSAGE_REFUSED = "the peer sent a message that cannot be accepted"
    UNEXPECTED_EVENT = "the peer sent a message that is not due in that state"
    HOLD_TIMER_EXPIRED = "the peer said nothing for the hold time"
    SEND_HOLD_TIMER_EXPIRED = "the peer took nothing for the send hold time"
    CONNECT_TIMEOUT = "nobody answered the attempt to connect"
    TRANSPORT_CLOSED = "the peer closed the connection"
    TRANSPORT_FAILED = "the operating system reported an error"
    NOT_TAKEN = "we did not take the connection that the peer opened"
    COLLISION = "the other of two connections was kept"
    STOPPED = "we stopped the session"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationFacts:
    """A NOTIFICATION message with the names of its codes. RFC 4271, section 4.5."""

    code: int
    subcode: int
    name: str
    """Code and subcode as IANA's registry names them, such as ``Cease / Administrative Shutdown``."""
    communication: str | None
    """What the peer's operator wrote; None when there is nothing, or it is not UTF-8. RFC 9003, section 2."""
    data: bytes

    @classmethod
    def of(cls, notification: Notification | None) -> "NotificationFacts | None":
        """Return the facts of a message, None where there is none."""
        if notification is None:
            return None
        return cls(
            code=int(notification.code),
            subcode=int(notification.subcode),
            name=error_name(notification.code, notification.subcode),
            communication=(notification.reset_reason or notification).shutdown_communication,
            data=notification.data,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """How a session, or an attempt, came to its end."""

    cause: EndCause
    text: str
    """One phrase for people."""
    state: State
    """How far the connection had come."""
    opened_by_us: bool | None
    """Whether we opened the connection; None where there was none."""
    sent: NotificationFacts | None
    """The NOTIFICATION that we sent, if any."""
    received: NotificationFacts | None
    """The NOTIFICATION that the peer sent, if any."""
    errno: int
    """The operating system's number of the error; 0 where there is none."""
    errno_name: str
    """Its name, such as ``ECONNREFUSED``; empty where there is none."""

    @classmethod
    def of(cls, reason: CloseReason) -> Self:
        """Return what the machine tells in ``reason``."""
        number = reason.event.errno if isinstance(reason.event, TransportFailed) else 0
        detail = reason.event.text if isinstance(reason.event, MessageRefused) else ""
        return cls(
            cause=_cause(reason),
            text=f"{reason.text}: {detail}" if detail else reason.text,
            state=reason.state,
            opened_by_us=None if reason.slot is None else reason.slot is Slot.OUTGOING,
            sent=NotificationFacts.of(reason.sent),
            received=NotificationFacts.of(reason.received),
            errno=number,
            errno_name=errno.errorcode.get(number, ""),
        )


def _cause(reason: CloseReason) -> EndCause:
    match reason.event:
        case NotificationReceived():
            return EndCause.NOTIFICATION_RECEIVED
        case MessageRefused():
            return EndCause.MESSAGE_REFUSED
        case TransportFailed(errno=number):
            return _transport_cause(number, opening=reason.state in {State.CONNECT, State.ACTIVE})
        case TimerExpired(timer=Timer.CONNECT_RETRY):
            return EndCause.CONNECT_TIMEOUT
        case TimerExpired(timer=Timer.SEND_HOLD):
            return EndCause.SEND_HOLD_TIMER_EXPIRED
        case TimerExpired(timer=Timer.HOLD):
            return EndCause.HOLD_TIMER_EXPIRED
        case CollisionLost():
            return EndCause.COLLISION
        case Stopped() | AutomaticallyStopped() | None:
            return EndCause.STOPPED
        case _:
            return EndCause.UNEXPECTED_EVENT


def _transport_cause(number: int, *, opening: bool) -> EndCause:
    if number == errno.ETIMEDOUT and opening:
        return EndCause.CONNECT_TIMEOUT
    return EndCause.TRANSPORT_FAILED if number else EndCause.TRANSPORT_CLOSED
