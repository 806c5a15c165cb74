"""RFC 4271, section 8.2.2: what is done in OpenSent, OpenConfirm and Established."""

import pytest

from bgpkit_fsm import (
    AutomaticallyStopped,
    CloseTransport,
    ConnectionEvent,
    EstablishSession,
    Keepalive,
    KeepaliveReceived,
    MessageRefused,
    Notification,
    NotificationReceived,
    OpenReceived,
    ReleaseSession,
    ReportFailure,
    RouteRefreshReceived,
    SendMessage,
    Slot,
    StartTimer,
    State,
    Stopped,
    StopTimer,
    Timer,
    TimerExpired,
    TransportFailed,
    UpdateReceived,
    negotiate,
)
from tests.unit.fsm.sessions import CONFIG, REMOTE_OPEN, connection_in, notifications, remote_open, sent

OUT = Slot.OUTGOING
OPENED = [State.OPEN_SENT, State.OPEN_CONFIRM, State.ESTABLISHED]


@pytest.mark.rfc("4271", "8.2.2")
def test_valid_open_is_answered_with_keepalive_and_negotiated_timers() -> None:
    """OpenSent, event 19: sends a KEEPALIVE, sets KeepaliveTimer, sets HoldTimer to the negotiated value."""
    assert connection_in(State.OPEN_SENT).handle(OpenReceived(REMOTE_OPEN)) == (
        SendMessage(OUT, Keepalive()),
        StartTimer(OUT, Timer.KEEPALIVE, 10.0),
        StartTimer(OUT, Timer.HOLD, 30.0),
    )


@pytest.mark.rfc("4271", "8.2.2")
def test_open_sent_goes_on_listening_when_transport_fails() -> None:
    """OpenSent, event 18: closes the connection, restarts the ConnectRetryTimer, changes to Active and not to Idle."""
    connection = connection_in(State.OPEN_SENT)
    effects = connection.handle(TransportFailed("reset"))
    assert connection.state is State.ACTIVE
    assert effects[:2] == (StopTimer(OUT, Timer.HOLD), CloseTransport(OUT))
    assert effects[-1] == StartTimer(OUT, Timer.CONNECT_RETRY, 5)


@pytest.mark.rfc("4271", "8.2.2")
def test_hold_timer_runs_in_open_confirm() -> None:
    """OpenConfirm, event 10: a peer that never sends its KEEPALIVE is told Hold Timer Expired."""
    connection = connection_in(State.OPEN_CONFIRM)
    assert notifications(connection.handle(TimerExpired(Timer.HOLD))) == [(4, 0, b"")]
    assert connection.state is State.IDLE


@pytest.mark.rfc("4271", "8.2.2")
def test_keepalive_establishes_the_session() -> None:
    """OpenConfirm, event 26: restarts the HoldTimer, starts the SendHoldTimer (RFC 9687), changes to Established."""
    effects = connection_in(State.OPEN_CONFIRM).handle(KeepaliveReceived())
    terms = negotiate(CONFIG.open, REMOTE_OPEN)
    timers = (StartTimer(OUT, Timer.HOLD, 30.0), StartTimer(OUT, Timer.SEND_HOLD, 480.0))
    assert effects == (*timers, EstablishSession(OUT, terms))


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.OPEN_CONFIRM, State.ESTABLISHED])
def test_keepalive_timer_sends_keepalive_and_starts_again(state: State) -> None:
    """OpenConfirm and Established, event 11: sends a KEEPALIVE and restarts the KeepaliveTimer."""
    effects = connection_in(state).handle(TimerExpired(Timer.KEEPALIVE))
    assert effects == (SendMessage(OUT, Keepalive()), StartTimer(OUT, Timer.KEEPALIVE, 10.0))


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("event", [UpdateReceived(), KeepaliveReceived()])
def test_update_and_keepalive_restart_the_hold_timer(event: ConnectionEvent) -> None:
    """Established, events 26 and 27: restart the HoldTimer with the negotiated value."""
    assert connection_in(State.ESTABLISHED).handle(event) == (StartTimer(OUT, Timer.HOLD, 30.0),)


@pytest.mark.rfc("4271", "4.2")
def test_route_refresh_does_not_restart_the_hold_timer() -> None:
    """Only KEEPALIVE and UPDATE do: the hold time is the time between successive messages of these types."""
    assert connection_in(State.ESTABLISHED).handle(RouteRefreshReceived()) == ()


@pytest.mark.rfc("4271", "8.2.2")
def test_no_timer_runs_when_negotiated_hold_time_is_zero() -> None:
    """If the negotiated hold time is zero, neither timer is started, and UPDATEs ask for nothing."""
    connection = connection_in(State.OPEN_SENT)
    effects = connection.handle(OpenReceived(remote_open(hold_time=0)))
    assert effects == (SendMessage(OUT, Keepalive()), StopTimer(OUT, Timer.HOLD))
    assert [type(effect) for effect in connection.handle(KeepaliveReceived())] == [EstablishSession]
    assert connection.handle(UpdateReceived()) == ()
    assert connection.handle(KeepaliveReceived()) == ()


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", OPENED)
def test_stop_sends_cease_and_zeroes_the_counter(state: State) -> None:
    """Event 2: sends the Cease, stops the timers, drops TCP, sets ConnectRetryCounter to zero."""
    connection = connection_in(state)
    effects = connection.handle(Stopped(Notification(6, 2)))
    assert effects[0] == SendMessage(OUT, Notification(6, 2))
    assert CloseTransport(OUT) in effects
    assert (connection.state, connection.connect_retry_counter) == (State.IDLE, 0)


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", OPENED)
def test_automatic_stop_sends_cease_and_counts(state: State) -> None:
    """Event 8: sends the Cease, stops the timers, drops TCP, increments ConnectRetryCounter by 1."""
    connection = connection_in(state)
    down = Notification(6, 10)
    effects = connection.handle(AutomaticallyStopped(down))
    assert effects[0] == SendMessage(OUT, down)
    assert CloseTransport(OUT) in effects
    reasons = [effect.reason for effect in effects if isinstance(effect, ReleaseSession | ReportFailure)]
    assert [(reason.sent, reason.text) for reason in reasons] == [(down, "stopped for now: Cease / BFD Down")]
    assert (connection.state, connection.connect_retry_counter) == (State.IDLE, 1)


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", OPENED)
def test_hold_timer_expiry_is_told_and_counted(state: State) -> None:
    """Event 10: sends Hold Timer Expired, drops TCP, increments ConnectRetryCounter."""
    connection = connection_in(state)
    effects = connection.handle(TimerExpired(Timer.HOLD))
    assert notifications(effects) == [(4, 0, b"")]
    assert CloseTransport(OUT) in effects
    assert connection.connect_retry_counter == 1


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", OPENED)
@pytest.mark.parametrize("timer", [Timer.CONNECT_RETRY, Timer.DELAY_OPEN, Timer.IDLE_HOLD])
def test_expiry_of_a_timer_that_cannot_run_is_an_fsm_error(state: State, timer: Timer) -> None:
    """Events 9, 12, 13 once our OPEN is out: NOTIFICATION Finite State Machine Error."""
    assert notifications(connection_in(state).handle(TimerExpired(timer))) == [(5, 0, b"")]


@pytest.mark.rfc("4271", "6.1")
@pytest.mark.parametrize("state", OPENED)
def test_header_errors_are_indicated_in_every_state_after_open(state: State) -> None:
    """All errors detected in a message header MUST be indicated by a NOTIFICATION with that error."""
    refused = Notification(1, 2, b"\x00\x12")
    assert notifications(connection_in(state).handle(MessageRefused(refused))) == [(1, 2, b"\x00\x12")]


@pytest.mark.rfc("4271", "6.3")
def test_update_error_ends_an_established_session() -> None:
    """Established, event 28: sends the NOTIFICATION with the UPDATE error, and routes are given up."""
    refused = Notification(3, 1)
    effects = connection_in(State.ESTABLISHED).handle(MessageRefused(refused))
    assert notifications(effects) == [(3, 1, b"")]
    assert [effect.reason.sent for effect in effects if isinstance(effect, ReleaseSession)] == [refused]


@pytest.mark.rfc("4271", "6.4")
@pytest.mark.parametrize("state", OPENED)
def test_notification_is_never_answered(state: State) -> None:
    """Events 24 and 25: the connection is closed, and no NOTIFICATION goes back."""
    received = Notification(6, 4)
    effects = connection_in(state).handle(NotificationReceived(received))
    assert sent(effects) == []
    reasons = [effect.reason for effect in effects if isinstance(effect, ReleaseSession | ReportFailure)]
    assert [reason.received for reason in reasons] == [received]


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.OPEN_SENT, State.OPEN_CONFIRM])
def test_version_error_is_not_counted(state: State) -> None:
    """OpenSent and OpenConfirm, event 24: ConnectRetryCounter stays; event 25 increments it."""
    for received, count in ((Notification(2, 1), 0), (Notification(2, 2), 1)):
        connection = connection_in(state)
        connection.handle(NotificationReceived(received))
        assert connection.connect_retry_counter == count


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", OPENED)
def test_every_timer_is_stopped_when_the_connection_ends(state: State) -> None:
    """Whatever ran is stopped before the transport is dropped."""
    connection = connection_in(state)
    effects = connection.handle(Stopped())
    stopped = {effect.timer for effect in effects if isinstance(effect, StopTimer)}
    running = [Timer.HOLD, Timer.KEEPALIVE, Timer.SEND_HOLD]
    assert stopped == {*running[: 1 + OPENED.index(state)]}
