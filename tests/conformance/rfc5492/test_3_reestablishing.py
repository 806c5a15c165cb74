"""RFC 5492, section 3: a peer that refuses our OPEN for its capabilities is tried again without them."""

from dataclasses import replace

import pytest

from bgpkit_fsm import (
    IPV4_UNICAST,
    Capability,
    Event,
    ExtendedMessageCapability,
    KeepaliveReceived,
    MultiprotocolCapability,
    Notification,
    NotificationReceived,
    Open,
    OpenReceived,
    Peer,
    RouteRefreshCapability,
    SessionConfig,
    Slot,
    Started,
    Stopped,
    Timer,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
)
from tests.support import octets
from tests.support.scripted_peer import ScriptedListener, eventually
from tests.support.virtual_time import run
from tests.unit.fsm.driver import CheckingDriver
from tests.unit.fsm.sessions import CONFIG, REMOTE_OPEN, sent
from tests.unit.session.sessions import CONFIG as ACTIVE
from tests.unit.session.sessions import PEER_ASN, THEIRS, running

OUT, IN = Slot.OUTGOING, Slot.INCOMING
IPV4, REFRESH, LONG = MultiprotocolCapability(IPV4_UNICAST), RouteRefreshCapability(), ExtendedMessageCapability()
OFFER = replace(CONFIG, capabilities=(IPV4, REFRESH, LONG))
NO_REFRESH = NotificationReceived(Notification(2, 7, b"\2\0"))
NO_LONG = NotificationReceived(Notification(2, 7, b"\6\0"))
NO_PARAMETERS = NotificationReceived(Notification(2, 4))


def _started() -> CheckingDriver:
    driver = CheckingDriver(Peer(OFFER))
    driver.give(Started())
    return driver


def _open(driver: CheckingDriver) -> Open:
    """Let the connection come up; return the OPEN that goes out."""
    (message,) = sent(driver.give(TransportOpened()))
    assert isinstance(message, Open)
    return message


def _refuse(driver: CheckingDriver, event: Event = NO_REFRESH) -> float:
    """Refuse the OPEN of the next connection; return how long the peer then waits."""
    _open(driver)
    driver.give(event)
    return driver.timers[OUT, Timer.IDLE_HOLD]


def _withheld_after(driver: CheckingDriver, config: SessionConfig) -> tuple[Capability, ...]:
    driver.peer.reconfigure(config)
    return driver.peer.withheld


def _wait(driver: CheckingDriver) -> None:
    driver.expire(OUT, Timer.IDLE_HOLD)


@pytest.mark.rfc("5492", "3")
def test_a_capability_that_the_peer_refuses_is_left_out_next_time() -> None:
    """The wait is the shortest, connections are taken, and the next OPEN has the rest."""
    driver = _started()
    assert (_refuse(driver), driver.peer.admits_incoming) == (1, True)
    assert driver.peer.withheld == (REFRESH,)
    assert driver.peer.config is OFFER
    _wait(driver)
    assert _open(driver).capabilities == (IPV4, LONG)


@pytest.mark.rfc("5492", "3")
def test_the_next_open_has_less_on_either_connection() -> None:
    """What we open and what the peer opens are the same to it."""
    driver = _started()
    _refuse(driver)
    (message,) = sent(driver.give(TransportAccepted(), IN))
    assert isinstance(message, Open)
    assert message.capabilities == (IPV4, LONG)


@pytest.mark.rfc("5492", "3")
def test_refusals_add_up() -> None:
    """One after the other; then a peer that knows no optional parameters is offered none."""
    driver = _started()
    for event, withheld in ((NO_REFRESH, (REFRESH,)), (NO_LONG, (REFRESH, LONG)), (NO_PARAMETERS, OFFER.capabilities)):
        assert _refuse(driver, event) == 1
        assert driver.peer.withheld == withheld
        _wait(driver)
    assert _open(driver).capabilities == ()


@pytest.mark.rfc("5492", "3")
@pytest.mark.parametrize("event", [NO_REFRESH, NO_PARAMETERS])
def test_a_refusal_of_what_is_left_is_a_failure_and_everything_is_offered_again(event: Event) -> None:
    """The attempts are bounded: with nothing to leave out the wait doubles, and the circle begins anew."""
    driver = _started()
    waits = [_refuse(driver, event)]
    for _ in range(5):
        _wait(driver)
        waits.append(_refuse(driver, event))
    assert waits == [1, 1, 1, 2, 2, 4]
    assert driver.peer.withheld == ()
    assert not driver.peer.admits_incoming


@pytest.mark.rfc("5492", "3")
def test_other_failures_keep_what_was_learnt() -> None:
    """A connection that breaks says nothing of capabilities."""
    driver = _started()
    _refuse(driver)
    _wait(driver)
    _open(driver)
    driver.give(NotificationReceived(Notification(6, 5)))
    assert driver.peer.withheld == (REFRESH,)


@pytest.mark.rfc("5492", "3")
def test_everything_is_offered_again_after_a_session() -> None:
    """The peer may have been taught meanwhile; the terms of the session are those of the OPEN that was sent."""
    driver = _started()
    _refuse(driver)
    _wait(driver)
    _open(driver)
    driver.give(OpenReceived(replace(REMOTE_OPEN, capabilities=OFFER.capabilities)))
    driver.give(KeepaliveReceived())
    terms = driver.peer.negotiated
    assert terms is not None
    assert (terms.extended_message, terms.local.capabilities) == (True, (IPV4, LONG))
    assert driver.peer.withheld == ()
    driver.give(TransportFailed("reset"))
    _wait(driver)
    assert _open(driver).capabilities == OFFER.capabilities


@pytest.mark.rfc("5492", "3")
def test_a_change_of_configuration_offers_everything_again() -> None:
    """Only a true one: the same values once more do not."""
    driver = _started()
    _refuse(driver)
    withheld = [_withheld_after(driver, config) for config in (replace(OFFER), replace(OFFER, hold_time=30))]
    assert withheld == [(REFRESH,), ()]
    _wait(driver)
    assert (_open(driver).capabilities, driver.peer.config.hold_time) == (OFFER.capabilities, 30)


@pytest.mark.rfc("5492", "3")
def test_a_stopped_peer_forgets_what_was_refused() -> None:
    """A start begins as at first."""
    driver = _started()
    _refuse(driver)
    driver.give(Stopped())
    assert driver.peer.withheld == ()


@pytest.mark.rfc("5492", "3")
def test_a_refusal_of_an_open_from_before_a_change_is_no_reason_to_offer_less() -> None:
    """It speaks of another configuration; it is a failure like any other."""
    driver = _started()
    _open(driver)
    driver.peer.reconfigure(replace(OFFER, hold_time=30))
    driver.give(NO_REFRESH)
    assert driver.peer.withheld == ()
    assert not driver.peer.admits_incoming


@pytest.mark.rfc("5492", "3")
def test_a_refusal_in_an_established_session_is_no_reason_to_offer_less() -> None:
    """Our OPEN has been confirmed by then."""
    driver = _started()
    for event in (TransportOpened(), OpenReceived(REMOTE_OPEN), KeepaliveReceived(), NO_REFRESH):
        driver.give(event)
    assert driver.released == 1
    assert driver.peer.withheld == ()


@pytest.mark.rfc("5492", "3")
def test_over_a_socket_the_second_open_has_no_capabilities() -> None:
    """An old speaker answers with Unsupported Optional Parameter, and gets the session at the second attempt."""

    async def prove() -> None:
        async with ScriptedListener(THEIRS) as listener, running(ACTIVE, port=listener.port) as (_, owner, _):
            first = await listener.accept()
            assert octets.read_capabilities(await first.expect(octets.OPEN))
            await first.send(octets.message(octets.NOTIFICATION, b"\2\4"))
            second = await listener.accept()
            assert octets.read_capabilities(await second.expect(octets.OPEN)) == {}
            await second.send(octets.open_message(PEER_ASN, "10.0.0.2"), octets.message(octets.KEEPALIVE))
            await eventually(lambda: owner.up, "Established")
            terms = owner.established[0]
            assert (terms.families, terms.four_octet_as, terms.route_refresh) == ((IPV4_UNICAST,), False, False)

    run(prove())
