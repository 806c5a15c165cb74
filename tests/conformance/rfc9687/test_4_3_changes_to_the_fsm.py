"""RFC 9687, sections 4 to 6: the SendHoldTimer in the machine."""

from dataclasses import replace

import pytest

from bgpkit.wire import encode_notification
from bgpkit_fsm import (
    CloseTransport,
    ConnectionEvent,
    KeepaliveReceived,
    MessageSent,
    Notification,
    OpenReceived,
    ReleaseSession,
    RouteRefreshReceived,
    SessionConfig,
    Slot,
    StartTimer,
    State,
    Stopped,
    StopTimer,
    Timer,
    TimerExpired,
    TransportFailed,
    UpdateReceived,
)
from tests.unit.fsm.sessions import CONFIG, REMOTE_OPEN, connection_in, established_peer, notifications, remote_open
from tests.unit.wire.octets import message

OUT = Slot.OUTGOING
SENT = MessageSent()
EXPIRED = TimerExpired(Timer.SEND_HOLD)


def _started(config: SessionConfig, hold_time: int) -> list[float]:
    """Return how long the SendHoldTimer is started for as the session comes up."""
    connection = connection_in(State.OPEN_CONFIRM, config=config, remote=remote_open(hold_time=hold_time))
    effects = connection.handle(KeepaliveReceived())
    return [e.seconds for e in effects if isinstance(e, StartTimer) and e.timer is Timer.SEND_HOLD]


@pytest.mark.rfc("9687", "4.3")
@pytest.mark.parametrize(("configured", "seconds"), [(None, [480.0]), (91, [91.0]), (0, [])])
def test_the_timer_starts_with_the_session_unless_its_time_is_zero(
    configured: float | None, seconds: list[float]
) -> None:
    """OpenConfirm, event 26: starts the SendHoldTimer if the SendHoldTime is non-zero."""
    assert _started(replace(CONFIG, send_hold_time=configured), 30) == seconds


@pytest.mark.rfc("9687", "4.3")
@pytest.mark.parametrize("configured", [None, 91])
def test_the_timer_does_not_run_without_a_hold_time(configured: float | None) -> None:
    """The SendHoldTimer is stopped where the negotiated HoldTime is zero."""
    config = replace(CONFIG, send_hold_time=configured)
    assert _started(config, 0) == []
    connection = connection_in(State.ESTABLISHED, config=config, remote=remote_open(hold_time=0))
    assert connection.handle(SENT) == ()


@pytest.mark.rfc("9687", "4.3")
def test_each_message_sent_restarts_the_timer() -> None:
    """Established: each time a message has been sent, the SendHoldTimer is restarted."""
    assert connection_in(State.ESTABLISHED).handle(SENT) == (StartTimer(OUT, Timer.SEND_HOLD, 480.0),)
    assert established_peer().handle(SENT) == (StartTimer(OUT, Timer.SEND_HOLD, 480.0),)


@pytest.mark.rfc("9687", "4.3")
@pytest.mark.parametrize("event", [KeepaliveReceived(), UpdateReceived(), RouteRefreshReceived()])
def test_what_the_peer_sends_does_not_restart_the_timer(event: ConnectionEvent) -> None:
    """A peer that speaks but does not listen is the very fault that the timer is for."""
    effects = connection_in(State.ESTABLISHED).handle(event)
    assert not any(isinstance(effect, StartTimer) and effect.timer is Timer.SEND_HOLD for effect in effects)


@pytest.mark.rfc("9687", "4.3")
def test_its_expiry_ends_the_session() -> None:
    """Event 29: releases the resources, drops TCP, increments ConnectRetryCounter by 1, changes to Idle."""
    connection = connection_in(State.ESTABLISHED)
    effects = connection.handle(EXPIRED)
    assert CloseTransport(OUT) in effects
    assert [e.reason.text for e in effects if isinstance(e, ReleaseSession)] == ["SendHoldTimer expired in Established"]
    assert {e.timer for e in effects if isinstance(e, StopTimer)} == {Timer.HOLD, Timer.KEEPALIVE}
    assert (connection.state, connection.connect_retry_counter) == (State.IDLE, 1)


@pytest.mark.rfc("9687", "5")
def test_the_notification_has_code_8_and_nothing_else() -> None:
    """Error code 8, subcode 0, no data; it may be sent if that delays nothing: it stands behind what is stuck."""
    effects = connection_in(State.ESTABLISHED).handle(EXPIRED)
    assert notifications(effects) == [(8, 0, b"")]
    assert encode_notification(Notification(8)) == message(3, b"\x08\x00")
    assert str(Notification(8)) == "Send Hold Timer Expired"


@pytest.mark.rfc("9687", "4.3")
def test_the_peer_is_damped_and_tried_again() -> None:
    """Peer oscillation damping follows, as after every failure."""
    peer = established_peer()
    effects = peer.handle(EXPIRED)
    assert effects[-1] == StartTimer(OUT, Timer.IDLE_HOLD, 1)
    assert not peer.admits_incoming


@pytest.mark.rfc("9687", "4.3")
@pytest.mark.parametrize("event", [Stopped(), TransportFailed("reset"), OpenReceived(REMOTE_OPEN)])
def test_the_timer_stops_when_the_session_ends(event: ConnectionEvent) -> None:
    """Any transition out of Established stops the SendHoldTimer."""
    assert StopTimer(OUT, Timer.SEND_HOLD) in connection_in(State.ESTABLISHED).handle(event)


@pytest.mark.rfc("9687", "4.4")
@pytest.mark.parametrize("seconds", [0.5, 89, 90])
def test_the_time_must_be_more_than_the_hold_time(seconds: float) -> None:
    """If SendHoldTime is non-zero it MUST be greater than HoldTime."""
    with pytest.raises(ValueError, match="more than hold_time 90"):
        replace(CONFIG, send_hold_time=seconds)


@pytest.mark.rfc("9687", "6")
@pytest.mark.parametrize(("hold_time", "seconds"), [(3, 480), (240, 480), (300, 600), (65535, 131070)])
def test_the_default_is_8_minutes_or_twice_the_hold_time(hold_time: int, seconds: float) -> None:
    """Whichever is greater, by the negotiated hold time."""
    assert _started(replace(CONFIG, hold_time=65535), hold_time) == [seconds]


@pytest.mark.rfc("9687", "4.3")
@pytest.mark.parametrize("state", [state for state in State if state is not State.ESTABLISHED])
def test_messages_sent_before_established_start_no_timer(state: State) -> None:
    """The timer belongs to Established."""
    connection = connection_in(state)
    assert connection.handle(SENT) == ()
    assert connection.state is state
