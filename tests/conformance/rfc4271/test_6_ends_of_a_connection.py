"""RFC 4271, sections 6.4 to 6.7: how a connection ends, and what is said as it does."""

from collections.abc import Sequence

import pytest

from bgpkit.wire import decode_notification
from bgpkit_fsm import (
    CloseTransport,
    Effect,
    Notification,
    NotificationReceived,
    OpenReceived,
    ReleaseSession,
    Slot,
    State,
    Stopped,
    StopTimer,
    Timer,
    TimerExpired,
)
from tests.unit.fsm.sessions import REMOTE_OPEN, connection_in, established_peer, notifications, sent
from tests.unit.wire.octets import message

OPENED = [State.OPEN_SENT, State.OPEN_CONFIRM, State.ESTABLISHED]
FAULTY = [Notification(0), Notification(99, 99), Notification(6, 200), Notification(2, 0, b"\xff" * 4000)]


def _closes(effects: Sequence[Effect]) -> bool:
    """Tell whether the connection is closed with nothing left that runs."""
    return effects.count(CloseTransport(Slot.OUTGOING)) == 1


@pytest.mark.rfc("4271", "6.4")
@pytest.mark.parametrize("state", OPENED)
@pytest.mark.parametrize("notification", FAULTY)
def test_a_notification_with_an_error_in_it_is_not_answered(state: State, notification: Notification) -> None:
    """An unrecognized code or subcode cannot be told the peer: it is logged locally, and the connection closes."""
    effects = connection_in(state).handle(NotificationReceived(notification))
    assert sent(effects) == []
    assert _closes(effects)


@pytest.mark.rfc("4271", "6.4")
@pytest.mark.parametrize("body", ["0000", "6363", "06ff 0102"])
def test_a_notification_of_unknown_codes_can_be_read(body: str) -> None:
    """And said by its numbers."""
    octets = message(3, bytes.fromhex(body))
    assert str(decode_notification(octets, 19, len(octets)))


@pytest.mark.rfc("4271", "6.5")
@pytest.mark.parametrize("state", OPENED)
def test_the_expiry_of_the_hold_timer_is_told_without_data(state: State) -> None:
    """NOTIFICATION Hold Timer Expired, and the connection is closed."""
    effects = connection_in(state).handle(TimerExpired(Timer.HOLD))
    assert notifications(effects) == [(4, 0, b"")]
    assert _closes(effects)


@pytest.mark.rfc("4271", "6.6")
@pytest.mark.parametrize("state", OPENED)
@pytest.mark.parametrize("timer", [Timer.CONNECT_RETRY, Timer.DELAY_OPEN, Timer.IDLE_HOLD])
def test_an_event_that_cannot_be_is_a_finite_state_machine_error(state: State, timer: Timer) -> None:
    """Any error detected by the machine is indicated by NOTIFICATION Finite State Machine Error."""
    effects = connection_in(state).handle(TimerExpired(timer))
    assert notifications(effects) == [(5, 0, b"")]
    assert _closes(effects)


@pytest.mark.rfc("4271", "6.7")
@pytest.mark.parametrize("state", OPENED)
@pytest.mark.parametrize("subcode", [1, 2, 3, 6, 8])
def test_a_peer_may_be_left_at_any_time_by_cease(state: State, subcode: int) -> None:
    """In absence of a fatal error a speaker MAY close its connection by NOTIFICATION Cease."""
    effects = connection_in(state).handle(Stopped(Notification(6, subcode)))
    assert notifications(effects) == [(6, subcode, b"")]
    assert _closes(effects)


@pytest.mark.rfc("4271", "6")
@pytest.mark.parametrize("event", [OpenReceived(REMOTE_OPEN), Stopped(Notification(6, 2))])
def test_the_connection_closes_after_the_notification_and_the_session_is_over(event: OpenReceived | Stopped) -> None:
    """TCP is closed, timers are stopped, routes are released, in that order behind the message."""
    effects = established_peer().handle(event)
    kinds = [type(effect).__name__ for effect in effects]
    assert kinds[0] == "SendMessage"
    assert kinds.index("CloseTransport") < kinds.index("ReleaseSession")
    stopped = {effect.timer for effect in effects if isinstance(effect, StopTimer)}
    assert stopped == {Timer.HOLD, Timer.KEEPALIVE, Timer.SEND_HOLD}
    assert [type(effect) for effect in effects].count(ReleaseSession) == 1
