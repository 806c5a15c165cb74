"""Conditions that choose between the rows of one cell of the transition table; each name reads as a condition."""

from bgpkit_fsm.error_code import ErrorCode, OpenSubcode
from bgpkit_fsm.event import ConnectionEvent, MessageRefused, NotificationReceived
from bgpkit_fsm.session_attributes import SessionAttributes
from bgpkit_fsm.state import Slot, Timer


def peer_must_connect(attributes: SessionAttributes, _event: ConnectionEvent) -> bool:
    """Tell whether we never open this connection: the peer is passive, or the slot is INCOMING."""
    return not attributes.dials


def connection_was_accepted(attributes: SessionAttributes, _event: ConnectionEvent) -> bool:
    """Tell whether the peer opened this connection, so that there is nothing for us to retry."""
    return attributes.slot is Slot.INCOMING


def delay_open_is_set(attributes: SessionAttributes, _event: ConnectionEvent) -> bool:
    """Tell whether the DelayOpen attribute is TRUE. RFC 4271, section 8.1.1."""
    return attributes.config.delay_open_time > 0


def delay_open_timer_runs(attributes: SessionAttributes, _event: ConnectionEvent) -> bool:
    """Tell whether the TCP connection is up and our OPEN is being held back. RFC 4271, section 8.1.1."""
    return Timer.DELAY_OPEN in attributes.running


def version_is_refused(_attributes: SessionAttributes, event: ConnectionEvent) -> bool:
    """Tell whether the NOTIFICATION is a version error: event 24 and not 25. RFC 4271, section 8.1.5."""
    return isinstance(event, NotificationReceived) and (event.notification.code, event.notification.subcode) == (
        ErrorCode.OPEN_MESSAGE_ERROR,
        OpenSubcode.UNSUPPORTED_VERSION_NUMBER,
    )


def version_is_refused_before_open(attributes: SessionAttributes, event: ConnectionEvent) -> bool:
    """Tell whether the NOTIFICATION is a version error (event 24) and our OPEN is still held back."""
    return delay_open_timer_runs(attributes, event) and version_is_refused(attributes, event)


def message_belongs_to_established(_attributes: SessionAttributes, event: ConnectionEvent) -> bool:
    """Tell whether what was refused is an UPDATE or a ROUTE-REFRESH, which have their place in Established only."""
    return isinstance(event, MessageRefused) and event.notification.code in (
        ErrorCode.UPDATE_MESSAGE_ERROR,
        ErrorCode.ROUTE_REFRESH_MESSAGE_ERROR,
    )


def message_is_open(_attributes: SessionAttributes, event: ConnectionEvent) -> bool:
    """Tell whether what was refused is an OPEN: event 22."""
    return isinstance(event, MessageRefused) and event.notification.code == ErrorCode.OPEN_MESSAGE_ERROR
