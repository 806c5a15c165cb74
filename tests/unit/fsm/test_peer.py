"""Tests of a peer: starting, stopping, damping, admission, restarts; collisions stand under tests/conformance."""

from dataclasses import replace

from bgpkit_fsm import (
    AutomaticallyStopped,
    CloseTransport,
    EstablishSession,
    KeepaliveReceived,
    Notification,
    NotificationReceived,
    OpenReceived,
    OpenTransport,
    Peer,
    ReleaseSession,
    ReportFailure,
    SessionConfig,
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
    UpdateReceived,
)
from tests.unit.fsm.driver import CheckingDriver, Transport
from tests.unit.fsm.sessions import CONFIG, LOWER_OPEN, PASSIVE, REMOTE_OPEN, established_peer, notifications

OUT, IN = Slot.OUTGOING, Slot.INCOMING
IDLE_HOLD = (OUT, Timer.IDLE_HOLD)
REFUSED = OpenReceived(replace(REMOTE_OPEN, my_as=7))


def _started(config: SessionConfig = CONFIG) -> CheckingDriver:
    driver = CheckingDriver(Peer(config))
    driver.give(Started())
    return driver


def _fail(driver: CheckingDriver) -> float:
    """Let the next attempt end by an OPEN that is refused; return how long the peer stays Idle for it."""
    driver.give(TransportOpened())
    driver.give(REFUSED)
    return driver.timers[IDLE_HOLD]


def test_idle_hold_doubles_up_to_its_limit() -> None:
    """1, 2, 4, 8 seconds and so on, and never more than idle_hold_time_max."""
    driver = _started(replace(CONFIG, idle_hold_time_max=10))
    waits: list[float] = []
    for _ in range(6):
        waits.append(_fail(driver))
        driver.expire(*IDLE_HOLD)
    assert waits == [1, 2, 4, 8, 10, 10]


def test_idle_hold_stays_finite_after_any_number_of_failures() -> None:
    """Thousands of failures do not overflow the doubling."""
    driver = _started()
    for _ in range(3000):
        _fail(driver)
        driver.expire(*IDLE_HOLD)
    assert _fail(driver) == 60


def test_established_session_begins_the_doubling_anew() -> None:
    """After a session that was Established the first wait is the shortest again."""
    driver = _started()
    for _ in range(4):
        _fail(driver)
        driver.expire(*IDLE_HOLD)
    for event in (TransportOpened(), OpenReceived(REMOTE_OPEN), KeepaliveReceived(), TransportFailed("reset")):
        driver.give(event)
    assert (driver.established, driver.released) == (1, 1)
    assert driver.timers == {IDLE_HOLD: 1}


def test_peer_starts_by_itself_after_idle_hold() -> None:
    """AutomaticStart: the expiry of the IdleHoldTimer dials."""
    driver = _started()
    _fail(driver)
    effects = driver.expire(*IDLE_HOLD)
    assert effects == (StartTimer(OUT, Timer.CONNECT_RETRY, 5), OpenTransport())


def test_without_damping_each_wait_is_the_same_and_connections_are_taken() -> None:
    """DampPeerOscillations FALSE: idle_hold_time after every failure, and whoever connects is let in."""
    driver = _started(replace(CONFIG, damp_oscillations=False, idle_hold_time=3))
    for _ in range(4):
        assert _fail(driver) == 3
        assert driver.peer.admits_incoming
        driver.expire(*IDLE_HOLD)


def test_automatic_stop_is_a_failure_after_which_the_peer_tries_again() -> None:
    """Event 8: the peer stays started, is damped, and dials when the IdleHoldTimer has expired."""
    driver = CheckingDriver(established_peer())
    driver.transports[OUT], driver.session, driver.established = Transport.UP, OUT, 1
    driver.timers = dict.fromkeys(((OUT, Timer.HOLD), (OUT, Timer.KEEPALIVE), (OUT, Timer.SEND_HOLD)), 0.0)
    effects = driver.give(AutomaticallyStopped(Notification(6, 10)))
    assert notifications(effects) == [(6, 10, b"")]
    assert (driver.released, driver.timers, driver.peer.admits_incoming) == (1, {IDLE_HOLD: 1}, False)
    assert driver.expire(*IDLE_HOLD) == (StartTimer(OUT, Timer.CONNECT_RETRY, 5), OpenTransport())


def test_automatic_stop_ends_both_connections_and_is_one_failure() -> None:
    """Event 8 concerns the peer: each connection with an OPEN is told, and the wait is that of one failure."""
    driver = _started()
    waits: list[float] = []
    for _ in range(3):
        driver.give(TransportOpened())
        driver.give(TransportAccepted(), IN)
        effects = driver.give(AutomaticallyStopped(Notification(6, 10)))
        assert [notifications(effects, slot) for slot in (OUT, IN)] == [[(6, 10, b"")]] * 2
        waits.append(driver.timers[IDLE_HOLD])
        driver.expire(*IDLE_HOLD)
    assert waits == [1, 2, 4]


def test_automatic_stop_ends_a_session_that_the_peer_opened() -> None:
    """Whichever connection carries it."""
    effects = established_peer(IN).handle(AutomaticallyStopped(Notification(6, 10)))
    assert notifications(effects, IN) == [(6, 10, b"")]


def test_automatic_stop_of_a_peer_that_waits_or_is_stopped_changes_nothing() -> None:
    """Event 8 is ignored in Idle."""
    driver = _started()
    _fail(driver)
    assert driver.give(AutomaticallyStopped(Notification(6, 10))) == ()
    assert Peer(CONFIG).handle(AutomaticallyStopped(Notification(6, 10))) == ()


def test_damped_peer_refuses_incoming_connections() -> None:
    """Idle for a failure: whoever connects is refused until the wait is over."""
    driver = _started()
    _fail(driver)
    assert not driver.peer.admits_incoming
    assert driver.peer.handle(TransportAccepted(), IN) == (CloseTransport(IN),)
    driver.expire(*IDLE_HOLD)
    assert driver.peer.admits_incoming


def test_connecting_peer_takes_incoming_connections() -> None:
    """Connect, and Active between two attempts, take them."""
    driver = _started()
    assert driver.peer.admits_incoming
    driver.give(TransportFailed("connection refused"))
    assert (driver.peer.state, driver.peer.admits_incoming) == (State.ACTIVE, True)
    driver.give(TransportAccepted(), IN)
    assert driver.peer.state is State.OPEN_SENT


def test_collision_lost_by_the_peers_word_is_no_failure() -> None:
    """After Cease, Connection Collision Resolution, the peer's own connection must be let in."""
    driver = _started()
    driver.give(TransportOpened())
    driver.give(NotificationReceived(Notification(6, 7)))
    assert driver.timers == {IDLE_HOLD: 1}
    assert driver.peer.admits_incoming
    driver.give(TransportAccepted(), IN)
    driver.give(OpenReceived(REMOTE_OPEN), IN)
    assert IDLE_HOLD not in driver.timers, "no second connection while the first is being confirmed"


def test_failure_of_one_connection_leaves_the_other_alone() -> None:
    """An incoming connection that is refused for its OPEN does not touch the outgoing one, nor damp it."""
    driver = _started()
    driver.give(TransportAccepted(), IN)
    effects = driver.give(REFUSED, IN)
    assert all(getattr(effect, "slot", IN) is IN for effect in effects)
    assert driver.peer.state_of(OUT) is State.CONNECT


def test_outgoing_connection_is_tried_again_while_an_incoming_one_is_silent() -> None:
    """A connection on which the peer never speaks does not keep us from dialling."""
    driver = _started()
    driver.give(TransportAccepted(), IN)
    assert _fail(driver) == 1
    driver.expire(*IDLE_HOLD)
    assert [driver.peer.state_of(slot) for slot in (OUT, IN)] == [State.CONNECT, State.OPEN_SENT]


def test_end_of_an_incoming_session_dials_again() -> None:
    """When the peer's connection carried the session, ours is tried after it ended."""
    driver = _started()
    driver.give(TransportAccepted(), IN)
    driver.give(OpenReceived(REMOTE_OPEN), IN)
    driver.give(KeepaliveReceived(), IN)
    driver.give(TransportFailed("reset"), IN)
    assert driver.timers == {IDLE_HOLD: 1}
    driver.expire(*IDLE_HOLD)
    assert driver.peer.state is State.CONNECT


def test_passive_peer_never_dials() -> None:
    """It is Active without a timer, holds back after a session, and is Active again."""
    driver = CheckingDriver(Peer(PASSIVE))
    assert driver.give(Started()) == ()
    assert (driver.peer.state, driver.timers) == (State.ACTIVE, {})
    for event in (TransportAccepted(), OpenReceived(REMOTE_OPEN), KeepaliveReceived(), TransportFailed("reset")):
        driver.give(event, IN)
    assert driver.released == 1
    assert driver.expire(*IDLE_HOLD) == ()
    assert driver.peer.state is State.ACTIVE


def test_stop_without_notification_is_silent() -> None:
    """A restart to come: TCP closes, timers stop, the session is released, no message is sent."""
    peer = established_peer()
    effects = peer.handle(Stopped(None))
    assert notifications(effects) == []
    assert [type(effect) for effect in effects].count(ReleaseSession) == 1
    assert (peer.state, peer.admits_incoming) == (State.IDLE, False)


def test_stop_with_notification_goes_to_every_connection_with_an_open() -> None:
    """Both connections of a collision are told; an attempt is just dropped."""
    driver = _started()
    driver.give(TransportOpened())
    driver.give(TransportAccepted(), IN)
    effects = driver.give(Stopped(Notification(6, 3)))
    assert [notifications(effects, slot) for slot in (OUT, IN)] == [[(6, 3, b"")], [(6, 3, b"")]]
    assert notifications(_started().give(Stopped(Notification(6, 3)))) == []


def test_stopped_peer_stays_stopped() -> None:
    """No timer is left, incoming connections are refused, and a start begins as at first."""
    driver = _started()
    _fail(driver)
    assert driver.give(Stopped()) == (StopTimer(*IDLE_HOLD),)
    assert driver.timers == {}
    assert driver.peer.handle(TransportAccepted(), IN) == (CloseTransport(IN),)
    driver.give(Started())
    assert _fail(driver) == 1


def test_start_of_a_started_peer_changes_nothing() -> None:
    """Events 1 and 3 are ignored outside Idle, whichever connection is up."""
    for slot in Slot:
        peer = established_peer(slot)
        assert peer.handle(Started()) == ()
        assert peer.session_slot is slot


def test_start_ends_the_wait_of_a_damped_peer() -> None:
    """An operator need not wait."""
    driver = _started()
    _fail(driver)
    assert driver.give(Started())[0] == StopTimer(*IDLE_HOLD)
    assert driver.peer.state is State.CONNECT


def test_occupied_slot_takes_no_second_connection() -> None:
    """While an accepted connection is being opened, another is not admitted, and changes nothing if given anyway."""
    driver = _started()
    driver.give(TransportAccepted(), IN)
    assert not driver.peer.admits_incoming
    assert driver.peer.handle(TransportAccepted(), IN) == ()
    assert driver.peer.state_of(IN) is State.OPEN_SENT


def test_slot_of_transport_events_is_theirs_by_nature() -> None:
    """TransportAccepted concerns INCOMING though the slot was left out."""
    peer = Peer(PASSIVE)
    peer.handle(Started())
    peer.handle(TransportAccepted())
    assert peer.state_of(IN) is State.OPEN_SENT


def test_update_on_a_slot_without_session_is_not_the_sessions() -> None:
    """The cheap path is for the Established connection only."""
    peer = established_peer(OUT)
    peer.handle(TransportAccepted(), IN)
    assert notifications(peer.handle(UpdateReceived(), IN), IN) == [(5, 1, b"\x02")]
    assert peer.session_slot is OUT
    assert peer.handle(UpdateReceived(), OUT) is peer.handle(KeepaliveReceived(), OUT)


def test_expiry_of_an_idle_hold_that_does_not_run_is_ignored() -> None:
    """A late timer neither dials nor harms."""
    peer = established_peer()
    assert peer.handle(TimerExpired(Timer.IDLE_HOLD)) == ()
    assert Peer(CONFIG).handle(TimerExpired(Timer.IDLE_HOLD)) == ()


def test_reconfiguration_waits_for_the_next_open() -> None:
    """A live session keeps its terms; the next OPEN is the new one."""
    peer = established_peer()
    peer.reconfigure(replace(CONFIG, hold_time=9))
    assert peer.config.hold_time == 9
    assert peer.negotiated is not None
    assert peer.negotiated.hold_time == 30
    assert peer.handle(UpdateReceived()) == (StartTimer(OUT, Timer.HOLD, 30.0),)
    peer.handle(TransportFailed("reset"))
    peer.handle(TimerExpired(Timer.IDLE_HOLD))
    peer.handle(TransportOpened())
    peer.handle(OpenReceived(REMOTE_OPEN))
    peer.handle(KeepaliveReceived())
    assert peer.negotiated.hold_time == 9


def test_failures_are_reported_once_each() -> None:
    """An attempt that fails gives one ReportFailure and no ReleaseSession."""
    peer = Peer(CONFIG)
    peer.handle(Started())
    effects = peer.handle(TransportFailed("connection refused"))
    assert [effect.reason.text for effect in effects if isinstance(effect, ReportFailure)] == ["connection refused"]
    assert not any(isinstance(effect, ReleaseSession | EstablishSession) for effect in effects)


def test_lost_collision_is_reported_and_the_survivor_establishes() -> None:
    """The peer that is told of the end of one connection hears next of the session on the other."""
    driver = _started()
    driver.give(TransportOpened())
    driver.give(TransportAccepted(), IN)
    driver.give(OpenReceived(LOWER_OPEN), OUT)
    assert driver.failures == ["connection collision: the other connection is kept"]
    driver.give(KeepaliveReceived(), OUT)
    assert driver.session is OUT


def test_repr_tells_both_states() -> None:
    """For logs and debuggers."""
    assert repr(established_peer(IN)) == "Peer(outgoing=Idle, incoming=Established)"
