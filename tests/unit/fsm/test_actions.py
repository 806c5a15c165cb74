"""Tests of the orders in the table that say more than one line of the RFC."""

import pytest

from bgpkit_fsm import (
    AutomaticallyStopped,
    CloseReason,
    CollisionLost,
    ConnectionEvent,
    KeepaliveReceived,
    MessageRefused,
    Notification,
    NotificationReceived,
    OpenReceived,
    ReportFailure,
    SessionConfig,
    Slot,
    State,
    Stopped,
    Timer,
    TimerExpired,
    TransportFailed,
    actions,
)
from bgpkit_fsm.row import Action
from bgpkit_fsm.session_attributes import SessionAttributes
from tests.unit.fsm.sessions import CONFIG, PASSIVE, REMOTE_OPEN


@pytest.mark.parametrize(
    ("state", "event", "text"),
    [
        (State.OPEN_SENT, TransportFailed("connection reset"), "connection reset"),
        (State.CONNECT, TimerExpired(Timer.CONNECT_RETRY), "no answer to the attempt to connect"),
        (State.ESTABLISHED, TimerExpired(Timer.HOLD), "HoldTimer expired in Established"),
        (State.OPEN_SENT, NotificationReceived(Notification(2, 2)), "peer sent OPEN Message Error / Bad Peer AS"),
        (
            State.OPEN_SENT,
            MessageRefused(Notification(1, 2)),
            "message refused: Message Header Error / Bad Message Length",
        ),
        (State.OPEN_SENT, CollisionLost(), "connection collision: the other connection is kept"),
        (State.OPEN_CONFIRM, Stopped(), "stopped"),
        (State.ESTABLISHED, AutomaticallyStopped(Notification(6, 10)), "stopped for now: Cease / BFD Down"),
        (State.ESTABLISHED, TimerExpired(Timer.SEND_HOLD), "SendHoldTimer expired in Established"),
        (State.OPEN_SENT, KeepaliveReceived(), "unexpected in OpenSent: KeepaliveReceived"),
    ],
)
def test_reason_reads_as_a_phrase(state: State, event: ConnectionEvent, text: str) -> None:
    """Each way to end has words for people."""
    attributes = SessionAttributes(CONFIG, Slot.OUTGOING)
    attributes.state = state
    actions.report_failure(attributes, event)
    received = event.notification if isinstance(event, NotificationReceived) else None
    reason = CloseReason(None, received, text, event=event, state=state, slot=Slot.OUTGOING)
    assert attributes.effects == [ReportFailure(reason)]


@pytest.mark.parametrize(
    "action",
    [
        actions.settle_terms,
        actions.establish_session,
        actions.send_refusal,
        actions.send_stop_notification,
        actions.start_keepalive_timer,
        actions.start_hold_timer,
        actions.start_send_hold_timer,
    ],
)
def test_orders_without_what_they_need_do_nothing(action: Action) -> None:
    """An order in a row where its event or the terms are missing does nothing rather than raise."""
    attributes = SessionAttributes(CONFIG, Slot.OUTGOING)
    action(attributes, KeepaliveReceived())
    assert attributes.effects == []


@pytest.mark.parametrize(("config", "started"), [(CONFIG, 1), (PASSIVE, 0)])
def test_connect_retry_timer_is_for_those_who_dial(config: SessionConfig, started: int) -> None:
    """A passive peer's ConnectRetryTimer is never started."""
    attributes = SessionAttributes(config, Slot.OUTGOING)
    actions.start_connect_retry_timer(attributes, KeepaliveReceived())
    assert len(attributes.effects) == started


def test_fsm_error_for_a_message_before_open_has_no_state_of_its_own() -> None:
    """RFC 6608 names three states; elsewhere the subcode is 0."""
    attributes = SessionAttributes(CONFIG, Slot.OUTGOING)
    actions.send_fsm_error(attributes, OpenReceived(REMOTE_OPEN))
    assert attributes.sent == Notification(5, 0, b"\x01")


def test_every_failure_is_counted() -> None:
    """ConnectRetryCounter grows by one each time and goes back to zero."""
    attributes = SessionAttributes(CONFIG, Slot.OUTGOING)
    for _ in range(3):
        actions.count_failure(attributes, KeepaliveReceived())
    assert attributes.connect_retry_counter == 3
    actions.zero_connect_retry_counter(attributes, KeepaliveReceived())
    assert attributes.connect_retry_counter == 0
