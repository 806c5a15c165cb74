"""What the rows of the transition table do; each name reads as an order, and most are one line of RFC 4271."""

from typing import Final

from bgpkit_fsm.effect import (
    CloseReason,
    CloseTransport,
    EstablishSession,
    OpenTransport,
    ReleaseSession,
    ReportFailure,
    SendMessage,
    StartTimer,
)
from bgpkit_fsm.error_code import CeaseSubcode, ErrorCode, FsmSubcode
from bgpkit_fsm.event import (
    AutomaticallyStopped,
    CollisionLost,
    ConnectionEvent,
    KeepaliveReceived,
    MessageRefused,
    NotificationReceived,
    OpenReceived,
    RouteRefreshReceived,
    Stopped,
    TimerExpired,
    TransportFailed,
    UpdateReceived,
)
from bgpkit_fsm.message import Keepalive, Notification
from bgpkit_fsm.negotiation import negotiate
from bgpkit_fsm.session_attributes import SessionAttributes
from bgpkit_fsm.state import State, Timer

LARGE_HOLD_TIME: Final = 240.0
"""Seconds that the HoldTimer runs until the OPENs have settled it. RFC 4271, section 8.2.2: 4 minutes."""

_UNEXPECTED: Final = {
    State.OPEN_SENT: FsmSubcode.UNEXPECTED_MESSAGE_IN_OPEN_SENT,
    State.OPEN_CONFIRM: FsmSubcode.UNEXPECTED_MESSAGE_IN_OPEN_CONFIRM,
    State.ESTABLISHED: FsmSubcode.UNEXPECTED_MESSAGE_IN_ESTABLISHED,
}

_OPEN_TYPE: Final = 1
_UPDATE_TYPE: Final = 2
_KEEPALIVE_TYPE: Final = 4
_ROUTE_REFRESH_TYPE: Final = 5

_REFUSED_TYPES: Final = {
    int(ErrorCode.OPEN_MESSAGE_ERROR): _OPEN_TYPE,
    int(ErrorCode.UPDATE_MESSAGE_ERROR): _UPDATE_TYPE,
    int(ErrorCode.ROUTE_REFRESH_MESSAGE_ERROR): _ROUTE_REFRESH_TYPE,
}


def zero_connect_retry_counter(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Set ConnectRetryCounter to zero. RFC 4271, section 8.2.2."""
    attributes.connect_retry_counter = 0


def count_failure(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Increment ConnectRetryCounter by 1. RFC 4271, section 8.2.2."""
    attributes.connect_retry_counter += 1


def start_connect_retry_timer(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Start or restart the ConnectRetryTimer, if this connection is ours to open. RFC 4271, section 8.2.2."""
    if attributes.dials:
        attributes.start_timer(Timer.CONNECT_RETRY, attributes.config.connect_retry_time)


def stop_connect_retry_timer(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Stop the ConnectRetryTimer. RFC 4271, section 8.2.2."""
    attributes.stop_timers((Timer.CONNECT_RETRY,))


def start_delay_open_timer(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Set the DelayOpenTimer to its initial value. RFC 4271, section 8.2.2."""
    attributes.start_timer(Timer.DELAY_OPEN, attributes.config.delay_open_time)


def stop_delay_open_timer(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Stop the DelayOpenTimer. RFC 4271, section 8.2.2."""
    attributes.stop_timers((Timer.DELAY_OPEN,))


def open_transport(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Initiate a TCP connection to the peer. RFC 4271, section 8.2.2."""
    attributes.effects.append(OpenTransport())


def drop_transport(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Drop the TCP connection, or the attempt, and forget what was agreed on it. RFC 4271, section 8.2.2."""
    attributes.terms = None
    attributes.negotiated = None
    attributes.update_effects = ()
    attributes.effects.append(CloseTransport(attributes.slot))


def stop_all_timers(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Stop every timer of the connection. RFC 4271, section 8.2.2."""
    attributes.stop_timers(Timer)


def send_open(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Send our OPEN, made from the configuration of this moment. RFC 4271, section 8.2.2."""
    attributes.terms = attributes.config
    attributes.effects.append(SendMessage(attributes.slot, attributes.config.open))


def start_large_hold_timer(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Set the HoldTimer to a large value. RFC 4271, section 8.2.2."""
    attributes.start_timer(Timer.HOLD, LARGE_HOLD_TIME)


def settle_terms(attributes: SessionAttributes, event: ConnectionEvent) -> None:
    """Work out what our OPEN and the peer's agree on. RFC 4271, sections 4.2 and 8.2.2; RFC 5492, section 3."""
    if isinstance(event, OpenReceived) and attributes.terms is not None:
        terms = negotiate(attributes.terms.open, event.open)
        attributes.negotiated = terms
        hold = StartTimer(attributes.slot, Timer.HOLD, float(terms.hold_time))
        attributes.update_effects = (hold,) if terms.hold_time else ()


def send_keepalive(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Send a KEEPALIVE. RFC 4271, section 4.4."""
    attributes.effects.append(SendMessage(attributes.slot, Keepalive()))


def start_keepalive_timer(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Start or restart the KeepaliveTimer, unless the negotiated hold time is zero. RFC 4271, section 8.2.2."""
    if attributes.negotiated is not None and attributes.negotiated.hold_time:
        attributes.start_timer(Timer.KEEPALIVE, attributes.negotiated.keepalive_time)


def start_hold_timer(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Start or restart the HoldTimer, or stop it for good if the negotiated time is zero. RFC 4271, section 8.2.2."""
    if attributes.negotiated is not None and attributes.negotiated.hold_time:
        attributes.start_timer(Timer.HOLD, float(attributes.negotiated.hold_time))
    else:
        attributes.stop_timers((Timer.HOLD,))


def start_send_hold_timer(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Start or restart the SendHoldTimer, unless its time or the negotiated hold time is 0. RFC 9687, section 4.3."""
    if attributes.negotiated is not None and attributes.terms is not None:
        seconds = attributes.terms.send_hold_seconds(attributes.negotiated.hold_time)
        if seconds:
            attributes.start_timer(Timer.SEND_HOLD, seconds)


def establish_session(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Begin to exchange routes. RFC 4271, section 8.2.2."""
    if attributes.negotiated is not None:
        attributes.effects.append(EstablishSession(attributes.slot, attributes.negotiated))


def send_stop_notification(attributes: SessionAttributes, event: ConnectionEvent) -> None:
    """Send the NOTIFICATION that the stop came with, if any. RFC 4271, section 8.2.2; RFC 4486, section 4."""
    if isinstance(event, Stopped | AutomaticallyStopped) and event.notification is not None:
        _send(attributes, event.notification)


def send_hold_timer_expired(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Send Hold Timer Expired. RFC 4271, section 6.5."""
    _send(attributes, Notification(ErrorCode.HOLD_TIMER_EXPIRED))


def send_send_hold_timer_expired(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Send Send Hold Timer Expired, which may never reach a peer that takes nothing. RFC 9687, section 5."""
    _send(attributes, Notification(ErrorCode.SEND_HOLD_TIMER_EXPIRED))


def send_fsm_error(attributes: SessionAttributes, event: ConnectionEvent) -> None:
    """Send Finite State Machine Error, with the type of the message if it was one. RFC 6608, section 4."""
    message_type = _type_of(event)
    if message_type is None:
        _send(attributes, Notification(ErrorCode.FINITE_STATE_MACHINE_ERROR, FsmSubcode.UNSPECIFIED_ERROR))
    else:
        subcode = _UNEXPECTED.get(attributes.state, FsmSubcode.UNSPECIFIED_ERROR)
        _send(attributes, Notification(ErrorCode.FINITE_STATE_MACHINE_ERROR, subcode, bytes((message_type,))))


def send_refusal(attributes: SessionAttributes, event: ConnectionEvent) -> None:
    """Send the NOTIFICATION that the fault in the message asks for. RFC 4271, section 6."""
    if isinstance(event, MessageRefused):
        _send(attributes, event.notification)


def send_collision_cease(attributes: SessionAttributes, _event: ConnectionEvent) -> None:
    """Send Cease, Connection Collision Resolution. RFC 4271, section 6.8; RFC 4486, section 4."""
    _send(attributes, Notification(ErrorCode.CEASE, CeaseSubcode.CONNECTION_COLLISION_RESOLUTION))


def report_failure(attributes: SessionAttributes, event: ConnectionEvent) -> None:
    """Say why this attempt ended."""
    attributes.effects.append(ReportFailure(_reason(attributes, event)))


def release_session(attributes: SessionAttributes, event: ConnectionEvent) -> None:
    """End the exchange of routes and say why. RFC 4271, section 8.2.2."""
    attributes.effects.append(ReleaseSession(_reason(attributes, event)))


def _send(attributes: SessionAttributes, notification: Notification) -> None:
    attributes.sent = notification
    attributes.effects.append(SendMessage(attributes.slot, notification))


def _type_of(event: ConnectionEvent) -> int | None:
    match event:
        case OpenReceived():
            return _OPEN_TYPE
        case UpdateReceived():
            return _UPDATE_TYPE
        case KeepaliveReceived():
            return _KEEPALIVE_TYPE
        case RouteRefreshReceived():
            return _ROUTE_REFRESH_TYPE
        case MessageRefused(notification=notification):
            return _REFUSED_TYPES.get(notification.code)
        case _:
            return None


def _reason(attributes: SessionAttributes, event: ConnectionEvent) -> CloseReason:
    received = event.notification if isinstance(event, NotificationReceived) else None
    return CloseReason(
        sent=attributes.sent,
        received=received,
        text=_text(attributes.state, event),
        event=event,
        state=attributes.state,
        slot=attributes.slot,
    )


def _text(state: State, event: ConnectionEvent) -> str:
    match event:
        case TransportFailed(reason=reason):
            return reason
        case NotificationReceived(notification=notification):
            return f"peer sent {notification}"
        case MessageRefused(notification=notification):
            return f"message refused: {notification}"
        case TimerExpired(timer=Timer.CONNECT_RETRY) if state is State.CONNECT:
            return "no answer to the attempt to connect"
        case TimerExpired(timer=timer):
            return f"{timer.value} expired in {state}"
        case CollisionLost():
            return "connection collision: the other connection is kept"
        case Stopped():
            return "stopped"
        case AutomaticallyStopped(notification=notification):
            return f"stopped for now: {notification}"
        case _:
            return f"unexpected in {state}: {type(event).__name__}"
