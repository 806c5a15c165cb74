"""Rows of the states in which our OPEN is out: OpenSent, OpenConfirm, Established. RFC 4271, section 8.2.2."""

from typing import Final

from bgpkit_fsm import actions as do
from bgpkit_fsm import guards as when
from bgpkit_fsm.event import (
    AutomaticallyStopped,
    CollisionLost,
    KeepaliveReceived,
    MessageRefused,
    MessageSent,
    NotificationReceived,
    OpenReceived,
    RouteRefreshReceived,
    Started,
    Stopped,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
    UpdateReceived,
)
from bgpkit_fsm.row import Action, Cell, Row, StateRows
from bgpkit_fsm.state import State, Timer

_S: Final = "RFC 4271, section 8.2.2"
_UNEXPECTED: Final = "RFC 6608, section 4"
_NO_REPLY: Final = "RFC 4271, section 6.4"
_HOLD: Final = "RFC 4271, section 6.5"
_COLLISION: Final = "RFC 4271, section 6.8"
_SEND_HOLD: Final = "RFC 9687, section 4.3"

_CLOSE: Final[tuple[Action, ...]] = (do.stop_all_timers, do.drop_transport, do.report_failure)
_RELEASE: Final[tuple[Action, ...]] = (do.stop_all_timers, do.drop_transport, do.release_session)
_COUNT: Final = do.count_failure


def _stay(events: str, state: State) -> Cell:
    return (Row(events, _S, (), state),)


def _close(events: str, section: str, first: Action) -> Cell:
    return (Row(events, section, (first, *_CLOSE, _COUNT), State.IDLE),)


def _release(events: str, section: str, first: Action) -> Cell:
    return (Row(events, section, (first, *_RELEASE, _COUNT), State.IDLE),)


_STOPPED: Final = (Row("2", _S, (do.send_stop_notification, *_CLOSE, do.zero_connect_retry_counter), State.IDLE),)
_REFUSED: Final = (
    Row("28", _UNEXPECTED, (do.send_fsm_error, *_CLOSE, _COUNT), State.IDLE, when.message_belongs_to_established),
    Row("21, 22", "RFC 4271, section 6", (do.send_refusal, *_CLOSE, _COUNT), State.IDLE),
)
_NOTIFIED: Final = (
    Row("24", _S, _CLOSE, State.IDLE, when.version_is_refused),
    Row("25", _NO_REPLY, (*_CLOSE, _COUNT), State.IDLE),
)

OPEN_SENT_ROWS: Final[StateRows] = {
    Started: _stay("1, 3-7", State.OPEN_SENT),
    Stopped: _STOPPED,
    AutomaticallyStopped: _close("8", _S, do.send_stop_notification),
    Timer.CONNECT_RETRY: _close("9", _S, do.send_fsm_error),
    Timer.HOLD: _close("10", _HOLD, do.send_hold_timer_expired),
    Timer.KEEPALIVE: _close("11", _S, do.send_fsm_error),
    Timer.DELAY_OPEN: _close("12", _S, do.send_fsm_error),
    Timer.IDLE_HOLD: _close("13", _S, do.send_fsm_error),
    Timer.SEND_HOLD: _close("29", _S, do.send_fsm_error),
    TransportOpened: _stay("16", State.OPEN_SENT),
    TransportAccepted: _stay("17", State.OPEN_SENT),
    TransportFailed: (
        Row("18", _S, _CLOSE, State.IDLE, when.connection_was_accepted),
        Row("18", _S, (*_CLOSE, do.start_connect_retry_timer), State.ACTIVE),
    ),
    OpenReceived: (
        Row(
            "19",
            _S,
            (do.settle_terms, do.send_keepalive, do.start_keepalive_timer, do.start_hold_timer),
            State.OPEN_CONFIRM,
        ),
    ),
    MessageRefused: _REFUSED,
    CollisionLost: _close("23", _COLLISION, do.send_collision_cease),
    NotificationReceived: _NOTIFIED,
    KeepaliveReceived: _close("26", _UNEXPECTED, do.send_fsm_error),
    UpdateReceived: _close("27", _UNEXPECTED, do.send_fsm_error),
    RouteRefreshReceived: _close("-", _UNEXPECTED, do.send_fsm_error),
    MessageSent: _stay("-", State.OPEN_SENT),
}

OPEN_CONFIRM_ROWS: Final[StateRows] = {
    Started: _stay("1, 3-7", State.OPEN_CONFIRM),
    Stopped: _STOPPED,
    AutomaticallyStopped: _close("8", _S, do.send_stop_notification),
    Timer.CONNECT_RETRY: _close("9", _S, do.send_fsm_error),
    Timer.HOLD: _close("10", _HOLD, do.send_hold_timer_expired),
    Timer.KEEPALIVE: (Row("11", _S, (do.send_keepalive, do.start_keepalive_timer), State.OPEN_CONFIRM),),
    Timer.DELAY_OPEN: _close("12", _S, do.send_fsm_error),
    Timer.IDLE_HOLD: _close("13", _S, do.send_fsm_error),
    Timer.SEND_HOLD: _close("29", _S, do.send_fsm_error),
    TransportOpened: _stay("16", State.OPEN_CONFIRM),
    TransportAccepted: _stay("17", State.OPEN_CONFIRM),
    TransportFailed: (Row("18", _S, (*_CLOSE, _COUNT), State.IDLE),),
    OpenReceived: _close("19, 20", _UNEXPECTED, do.send_fsm_error),
    MessageRefused: _REFUSED,
    CollisionLost: _close("23", _COLLISION, do.send_collision_cease),
    NotificationReceived: _NOTIFIED,
    KeepaliveReceived: (
        Row("26", _S, (do.start_hold_timer, do.start_send_hold_timer, do.establish_session), State.ESTABLISHED),
    ),
    UpdateReceived: _close("27", _UNEXPECTED, do.send_fsm_error),
    RouteRefreshReceived: _close("-", _UNEXPECTED, do.send_fsm_error),
    MessageSent: _stay("-", State.OPEN_CONFIRM),
}

ESTABLISHED_ROWS: Final[StateRows] = {
    Started: _stay("1, 3-7", State.ESTABLISHED),
    Stopped: (Row("2", _S, (do.send_stop_notification, *_RELEASE, do.zero_connect_retry_counter), State.IDLE),),
    AutomaticallyStopped: _release("8", _S, do.send_stop_notification),
    Timer.CONNECT_RETRY: _release("9", _S, do.send_fsm_error),
    Timer.HOLD: _release("10", _HOLD, do.send_hold_timer_expired),
    Timer.KEEPALIVE: (Row("11", _S, (do.send_keepalive, do.start_keepalive_timer), State.ESTABLISHED),),
    Timer.DELAY_OPEN: _release("12", _S, do.send_fsm_error),
    Timer.IDLE_HOLD: _release("13", _S, do.send_fsm_error),
    Timer.SEND_HOLD: _release("29", _SEND_HOLD, do.send_send_hold_timer_expired),
    TransportOpened: _stay("16", State.ESTABLISHED),
    TransportAccepted: _stay("17", State.ESTABLISHED),
    TransportFailed: (Row("18", _S, (*_RELEASE, _COUNT), State.IDLE),),
    OpenReceived: _release("19, 20", _UNEXPECTED, do.send_fsm_error),
    MessageRefused: (
        Row("22", _UNEXPECTED, (do.send_fsm_error, *_RELEASE, _COUNT), State.IDLE, when.message_is_open),
        Row("21, 28", "RFC 4271, section 6", (do.send_refusal, *_RELEASE, _COUNT), State.IDLE),
    ),
    CollisionLost: _release("23", _COLLISION, do.send_collision_cease),
    NotificationReceived: (Row("24, 25", _S, (*_RELEASE, _COUNT), State.IDLE),),
    KeepaliveReceived: (Row("26", _S, (do.start_hold_timer,), State.ESTABLISHED),),
    UpdateReceived: (Row("27", _S, (do.start_hold_timer,), State.ESTABLISHED),),
    RouteRefreshReceived: (Row("-", "RFC 2918, section 4", (), State.ESTABLISHED),),
    MessageSent: (Row("-", _SEND_HOLD, (do.start_send_hold_timer,), State.ESTABLISHED),),
}
