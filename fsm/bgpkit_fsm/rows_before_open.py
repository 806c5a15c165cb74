"""Rows of the states in which our OPEN is not out yet: Idle, Connect, Active. RFC 4271, section 8.2.2."""

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
from bgpkit_fsm.row import Action, Row, StateRows
from bgpkit_fsm.state import State, Timer

_S: Final = "RFC 4271, section 8.2.2"

_CLOSE: Final[tuple[Action, ...]] = (do.stop_all_timers, do.drop_transport)
_FAIL: Final[tuple[Action, ...]] = (*_CLOSE, do.report_failure, do.count_failure)
_OFFER: Final[tuple[Action, ...]] = (do.stop_connect_retry_timer, do.send_open, do.start_large_hold_timer)
_HOLD_BACK: Final[tuple[Action, ...]] = (do.stop_connect_retry_timer, do.start_delay_open_timer)
_DIAL: Final[tuple[Action, ...]] = (do.start_connect_retry_timer, do.open_transport)
_ANSWER: Final[tuple[Action, ...]] = (
    do.stop_connect_retry_timer,
    do.stop_delay_open_timer,
    do.send_open,
    do.settle_terms,
    do.send_keepalive,
    do.start_keepalive_timer,
    do.start_hold_timer,
)


def _idle(events: str, *actions: Action) -> tuple[Row]:
    return (Row(events, _S, actions, State.IDLE),)


IDLE_ROWS: Final[StateRows] = {
    Started: (
        Row("4, 5", _S, (do.zero_connect_retry_counter,), State.ACTIVE, when.peer_must_connect),
        Row("1, 3", _S, (do.zero_connect_retry_counter, *_DIAL), State.CONNECT),
    ),
    Timer.IDLE_HOLD: (
        Row("7, 13", "RFC 4271, section 8.1.2", (), State.ACTIVE, when.peer_must_connect),
        Row("6, 13", "RFC 4271, section 8.1.2", _DIAL, State.CONNECT),
    ),
    Stopped: _idle("2"),
    AutomaticallyStopped: _idle("8"),
    Timer.CONNECT_RETRY: _idle("9"),
    Timer.HOLD: _idle("10"),
    Timer.KEEPALIVE: _idle("11"),
    Timer.DELAY_OPEN: _idle("12"),
    Timer.SEND_HOLD: _idle("29"),
    TransportOpened: _idle("16", do.drop_transport),
    TransportAccepted: _idle("17", do.drop_transport),
    TransportFailed: _idle("18"),
    OpenReceived: _idle("19, 20"),
    MessageRefused: _idle("21, 22, 28"),
    CollisionLost: _idle("23"),
    NotificationReceived: _idle("24, 25"),
    KeepaliveReceived: _idle("26"),
    UpdateReceived: _idle("27"),
    RouteRefreshReceived: _idle("-"),
    MessageSent: _idle("-"),
}

CONNECT_ROWS: Final[StateRows] = {
    Started: (Row("1, 3-7", _S, (), State.CONNECT),),
    Stopped: _idle("2", *_CLOSE, do.zero_connect_retry_counter),
    AutomaticallyStopped: _idle("8", *_FAIL),
    Timer.CONNECT_RETRY: (
        Row("9", _S, _CLOSE, State.ACTIVE, when.peer_must_connect),
        Row("9", _S, (do.report_failure, do.drop_transport, do.stop_delay_open_timer, *_DIAL), State.CONNECT),
    ),
    Timer.DELAY_OPEN: (
        Row("12", _S, _OFFER, State.OPEN_SENT, when.delay_open_timer_runs),
        Row("12", _S, (), State.CONNECT),
    ),
    Timer.HOLD: _idle("10", *_FAIL),
    Timer.KEEPALIVE: _idle("11", *_FAIL),
    Timer.IDLE_HOLD: _idle("13", *_FAIL),
    Timer.SEND_HOLD: _idle("29", *_FAIL),
    TransportOpened: (
        Row("16", _S, _HOLD_BACK, State.CONNECT, when.delay_open_is_set),
        Row("16", _S, _OFFER, State.OPEN_SENT),
    ),
    TransportAccepted: (
        Row("17", _S, _HOLD_BACK, State.CONNECT, when.delay_open_is_set),
        Row("17", _S, _OFFER, State.OPEN_SENT),
    ),
    TransportFailed: (
        Row(
            "18",
            _S,
            (do.report_failure, do.stop_delay_open_timer, do.drop_transport, do.start_connect_retry_timer),
            State.ACTIVE,
        ),
    ),
    OpenReceived: (
        Row("20", _S, _ANSWER, State.OPEN_CONFIRM, when.delay_open_timer_runs),
        Row("19", _S, _FAIL, State.IDLE),
    ),
    MessageRefused: _idle("21, 22, 28", *_FAIL),
    CollisionLost: _idle("23", *_CLOSE, do.count_failure),
    NotificationReceived: (
        Row("24", _S, (*_CLOSE, do.report_failure), State.IDLE, when.version_is_refused_before_open),
        Row("24, 25", _S, _FAIL, State.IDLE),
    ),
    KeepaliveReceived: _idle("26", *_FAIL),
    UpdateReceived: _idle("27", *_FAIL),
    RouteRefreshReceived: _idle("-", *_FAIL),
    MessageSent: (Row("-", _S, (), State.CONNECT),),
}

ACTIVE_ROWS: Final[StateRows] = {
    Started: (Row("1, 3-7", _S, (), State.ACTIVE),),
    Stopped: _idle("2", *_CLOSE, do.zero_connect_retry_counter),
    AutomaticallyStopped: _idle("8", *_FAIL),
    Timer.CONNECT_RETRY: (
        Row("9", _S, (), State.ACTIVE, when.peer_must_connect),
        Row("9", _S, _DIAL, State.CONNECT),
    ),
    Timer.DELAY_OPEN: (
        Row("12", _S, _OFFER, State.OPEN_SENT, when.delay_open_timer_runs),
        Row("12", _S, (), State.ACTIVE),
    ),
    Timer.HOLD: _idle("10", *_FAIL),
    Timer.KEEPALIVE: _idle("11", *_FAIL),
    Timer.IDLE_HOLD: _idle("13", *_FAIL),
    Timer.SEND_HOLD: _idle("29", *_FAIL),
    TransportOpened: (
        Row("16", _S, _HOLD_BACK, State.ACTIVE, when.delay_open_is_set),
        Row("16", _S, _OFFER, State.OPEN_SENT),
    ),
    TransportAccepted: (
        Row("17", _S, _HOLD_BACK, State.ACTIVE, when.delay_open_is_set),
        Row("17", _S, _OFFER, State.OPEN_SENT),
    ),
    TransportFailed: _idle("18", *_FAIL),
    OpenReceived: (
        Row("20", _S, _ANSWER, State.OPEN_CONFIRM, when.delay_open_timer_runs),
        Row("19", _S, _FAIL, State.IDLE),
    ),
    MessageRefused: _idle("21, 22, 28", *_FAIL),
    CollisionLost: _idle("23", *_CLOSE, do.count_failure),
    NotificationReceived: (
        Row("24", _S, (*_CLOSE, do.report_failure), State.IDLE, when.version_is_refused_before_open),
        Row("24, 25", _S, _FAIL, State.IDLE),
    ),
    KeepaliveReceived: _idle("26", *_FAIL),
    UpdateReceived: _idle("27", *_FAIL),
    RouteRefreshReceived: _idle("-", *_FAIL),
    MessageSent: (Row("-", _S, (), State.ACTIVE),),
}
