"""Laws of a peer: one session at a time, told once when it comes and once when it goes."""

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit_fsm import (
    AutomaticallyStopped,
    EstablishSession,
    Event,
    KeepaliveReceived,
    MessageRefused,
    MessageSent,
    Notification,
    NotificationReceived,
    OpenReceived,
    Peer,
    ReleaseSession,
    RouteRefreshReceived,
    SessionConfig,
    Slot,
    Started,
    State,
    Stopped,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
    UpdateReceived,
)
from tests.properties.fsm_strategies import configs, events, notifications, opens
from tests.unit.fsm.driver import CheckingDriver, Transport
from tests.unit.fsm.sessions import LOWER_OPEN, REMOTE_OPEN

_MESSAGES: Final[st.SearchStrategy[Event]] = st.one_of(
    st.builds(OpenReceived, st.sampled_from([REMOTE_OPEN, LOWER_OPEN]) | opens()),
    st.sampled_from([KeepaliveReceived(), KeepaliveReceived(), UpdateReceived(), RouteRefreshReceived()]),
    st.just(TransportFailed("closed by peer")),
    st.builds(NotificationReceived, notifications()),
    st.builds(MessageRefused, notifications()),
)

_ADMINISTRATIVE: Final[st.SearchStrategy[Event]] = st.one_of(
    st.just(Started()), st.builds(AutomaticallyStopped, notifications())
)


def _possible(driver: CheckingDriver, draw: st.DrawFn) -> list[tuple[Event | None, Slot]]:
    """Return what may happen now; None stands for the expiry of a timer."""
    found: list[tuple[Event | None, Slot]] = [(None, slot) for slot, _ in driver.timers]
    if driver.transports[Slot.OUTGOING] is Transport.PENDING:
        found += [(TransportOpened(), Slot.OUTGOING), (TransportFailed("connection refused"), Slot.OUTGOING)]
    if driver.peer.admits_incoming:
        found.append((TransportAccepted(), Slot.INCOMING))
    up = [slot for slot in Slot if driver.transports[slot] is Transport.UP]
    found += [(event, slot) for slot in up for event in (draw(_MESSAGES), MessageSent())]
    found.append((draw(_ADMINISTRATIVE), Slot.OUTGOING))
    return found


@st.composite
def _histories(draw: st.DrawFn) -> CheckingDriver:
    """Drive a peer through a legal history; the driver checks each step."""
    driver = CheckingDriver(Peer(draw(configs())))
    driver.give(Started())
    for _ in range(draw(st.integers(0, 25))):
        possible = _possible(driver, draw)
        assert possible, "a started peer always waits for something"
        event, slot = draw(st.sampled_from(possible))
        if event is None:
            timers = [timer for owner, timer in driver.timers if owner is slot]
            driver.expire(slot, draw(st.sampled_from(timers)))
        else:
            driver.give(event, slot)
    return driver


@settings(max_examples=150, deadline=None)
@given(driver=_histories(), notification=st.none() | notifications())
def test_legal_histories_keep_the_contract(driver: CheckingDriver, notification: Notification | None) -> None:
    """In any legal history the driver's checks hold, and a stop leaves neither timer nor transport nor session."""
    driver.give(Stopped(notification))
    assert driver.timers == {}
    assert set(driver.transports.values()) == {Transport.NONE}
    assert driver.peer.state is State.IDLE
    assert driver.established == driver.released
    assert not driver.peer.admits_incoming


@settings(max_examples=150, deadline=None)
@given(config=configs(), history=st.lists(st.tuples(events(), st.sampled_from(Slot)), max_size=40))
def test_peer_outlives_any_sequence(config: SessionConfig, history: list[tuple[Event, Slot]]) -> None:
    """Even from a driver that breaks its contract nothing raises, and sessions come and go one at a time."""
    peer = Peer(config)
    live = 0
    for event, slot in history:
        for effect in peer.handle(event, slot):
            live += isinstance(effect, EstablishSession)
            live -= isinstance(effect, ReleaseSession)
            assert live in (0, 1)
        assert [peer.state_of(slot) for slot in Slot].count(State.ESTABLISHED) == live
        assert (peer.negotiated is not None) == (live == 1)
