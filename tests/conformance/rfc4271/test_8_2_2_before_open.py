"""RFC 4271, section 8.2.2: what is done in Idle, Connect and Active."""

import pytest

from bgpkit_fsm import (
    AutomaticallyStopped,
    CloseTransport,
    Keepalive,
    KeepaliveReceived,
    Notification,
    NotificationReceived,
    OpenReceived,
    OpenTransport,
    SendMessage,
    Slot,
    Started,
    StartTimer,
    State,
    Stopped,
    StopTimer,
    Timer,
    TimerExpired,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
)
from tests.unit.fsm.sessions import CONFIG, DELAYED, PASSIVE, REMOTE_OPEN, connection_in, notifications, sent

OUT = Slot.OUTGOING


@pytest.mark.rfc("4271", "8.2.2")
def test_start_connects_and_runs_the_connect_retry_timer() -> None:
    """Idle, event 1: starts the ConnectRetryTimer and initiates a TCP connection."""
    effects = connection_in(State.IDLE).handle(Started())
    assert effects == (StartTimer(OUT, Timer.CONNECT_RETRY, 5), OpenTransport())


@pytest.mark.rfc("4271", "8.2.2")
def test_passive_start_only_listens() -> None:
    """Idle, event 4: listens, changes to Active, and never initiates."""
    connection = connection_in(State.IDLE, config=PASSIVE)
    assert connection.handle(Started()) == ()
    assert connection.state is State.ACTIVE


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("event", [TransportOpened(), TransportAccepted()])
def test_idle_refuses_connections(event: TransportOpened | TransportAccepted) -> None:
    """In Idle the machine refuses all incoming connections."""
    assert connection_in(State.IDLE).handle(event) == (CloseTransport(OUT),)


@pytest.mark.rfc("4271", "8.2.2")
def test_connect_tries_again_when_connect_retry_timer_expires() -> None:
    """Connect, event 9: drops the attempt, restarts the timer, initiates another."""
    effects = connection_in(State.CONNECT).handle(TimerExpired(Timer.CONNECT_RETRY))
    assert effects[-3:] == (CloseTransport(OUT), StartTimer(OUT, Timer.CONNECT_RETRY, 5), OpenTransport())


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.CONNECT, State.ACTIVE])
def test_open_is_sent_when_transport_is_up(state: State) -> None:
    """Connect or Active, event 16: stops the ConnectRetryTimer, sends an OPEN, sets a large HoldTimer (4 minutes)."""
    assert connection_in(state).handle(TransportOpened()) == (
        StopTimer(OUT, Timer.CONNECT_RETRY),
        SendMessage(OUT, CONFIG.open),
        StartTimer(OUT, Timer.HOLD, 240.0),
    )


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.CONNECT, State.ACTIVE])
def test_delay_open_holds_the_open_back(state: State) -> None:
    """With DelayOpen TRUE, event 16 stops the ConnectRetryTimer and sets the DelayOpenTimer; the state stays."""
    connection = connection_in(state, config=DELAYED)
    effects = connection.handle(TransportOpened())
    assert effects == (StopTimer(OUT, Timer.CONNECT_RETRY), StartTimer(OUT, Timer.DELAY_OPEN, 5.0))
    assert connection.handle(TimerExpired(Timer.DELAY_OPEN)) == (
        SendMessage(OUT, DELAYED.open),
        StartTimer(OUT, Timer.HOLD, 240.0),
    )


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.CONNECT, State.ACTIVE])
def test_open_during_delay_is_answered_with_open_and_keepalive(state: State) -> None:
    """Event 20: stops the DelayOpenTimer, sends OPEN and KEEPALIVE, starts KeepaliveTimer and HoldTimer."""
    connection = connection_in(state, config=DELAYED)
    connection.handle(TransportOpened())
    assert connection.handle(OpenReceived(REMOTE_OPEN)) == (
        StopTimer(OUT, Timer.DELAY_OPEN),
        SendMessage(OUT, DELAYED.open),
        SendMessage(OUT, Keepalive()),
        StartTimer(OUT, Timer.KEEPALIVE, 10.0),
        StartTimer(OUT, Timer.HOLD, 30.0),
    )


@pytest.mark.rfc("4271", "8.2.2")
def test_failed_attempt_is_repeated_after_connect_retry_time() -> None:
    """Event 18 in Connect: restarts the ConnectRetryTimer; its expiry in Active initiates a connection again."""
    connection = connection_in(State.CONNECT)
    assert connection.handle(TransportFailed("refused"))[-1] == StartTimer(OUT, Timer.CONNECT_RETRY, 5)
    again = connection.handle(TimerExpired(Timer.CONNECT_RETRY))
    assert again == (StartTimer(OUT, Timer.CONNECT_RETRY, 5), OpenTransport())
    assert connection.state is State.CONNECT


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.CONNECT, State.ACTIVE])
def test_stop_before_open_drops_everything_silently(state: State) -> None:
    """Event 2 in Connect or Active: timers stop, TCP is dropped, the counter is zero, no NOTIFICATION without OPEN."""
    connection = connection_in(state)
    effects = connection.handle(Stopped(Notification(6, 2)))
    assert effects == (StopTimer(OUT, Timer.CONNECT_RETRY), CloseTransport(OUT))
    assert connection.connect_retry_counter == 0


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.CONNECT, State.ACTIVE])
def test_automatic_stop_before_open_is_silent_and_counted(state: State) -> None:
    """Event 8 in Connect or Active: timers stop, TCP is dropped, the counter grows, no NOTIFICATION without OPEN."""
    connection = connection_in(state)
    effects = connection.handle(AutomaticallyStopped(Notification(6, 10)))
    assert effects[:2] == (StopTimer(OUT, Timer.CONNECT_RETRY), CloseTransport(OUT))
    assert sent(effects) == []
    assert connection.connect_retry_counter == 1


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.CONNECT, State.ACTIVE])
def test_other_messages_before_open_end_the_connection(state: State) -> None:
    """Events 25 to 28 in Connect or Active: drops TCP, increments ConnectRetryCounter, sends nothing."""
    connection = connection_in(state)
    effects = connection.handle(KeepaliveReceived())
    assert CloseTransport(OUT) in effects
    assert sent(effects) == []
    assert connection.connect_retry_counter == 1


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("state", [State.CONNECT, State.ACTIVE])
def test_version_error_during_delay_is_not_counted(state: State) -> None:
    """Event 24 with the DelayOpenTimer running leaves ConnectRetryCounter alone."""
    connection = connection_in(state, config=DELAYED)
    connection.handle(TransportOpened())
    connection.handle(NotificationReceived(Notification(2, 1)))
    assert (connection.state, connection.connect_retry_counter) == (State.IDLE, 0)


@pytest.mark.rfc("4271", "8.2.2")
def test_bad_open_during_delay_is_not_answered_before_our_open() -> None:
    """Event 22 with SendNOTIFICATIONwithoutOPEN FALSE: the connection is dropped without a NOTIFICATION."""
    connection = connection_in(State.CONNECT, config=DELAYED)
    connection.handle(TransportOpened())
    effects = connection.handle(OpenReceived(CONFIG.open))
    assert connection.state is State.IDLE
    assert notifications(effects) == []
