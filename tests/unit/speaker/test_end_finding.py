"""Why an attempt or a session ended: the sentence for each cause, and when a wrong key is suspected."""

import errno
import os

import pytest

from bgpkit import PeerConfig
from bgpkit.speaker import Obstacle
from bgpkit.speaker.end_finding import finding_of_end, no_answer, silent_drop
from bgpkit_fsm import (
    AutomaticallyStopped,
    CollisionLost,
    KeepaliveReceived,
    MessageRefused,
    Notification,
    NotificationReceived,
    Slot,
    State,
    Stopped,
    Timer,
    TimerExpired,
    TransportFailed,
)
from bgpkit_fsm.event import ConnectionEvent
from tests.unit.speaker.ends import KEYED, NEAR, PEER, open_message, ours, reason

PLACE = "port 179 of 192.0.2.7"


def failed(number: int) -> TransportFailed:
    """Return what the operating system reports with an error number."""
    return TransportFailed(os.strerror(number) if number else "the peer closed the connection", number)


@pytest.mark.parametrize(
    ("event", "state", "obstacle", "phrase"),
    [
        (failed(errno.ECONNREFUSED), State.CONNECT, Obstacle.CONNECTION_REFUSED, f"{PLACE} refuses the connection"),
        (failed(errno.ETIMEDOUT), State.CONNECT, Obstacle.NO_ANSWER, f"{PLACE} does not answer"),
        (TimerExpired(Timer.CONNECT_RETRY), State.CONNECT, Obstacle.NO_ANSWER, f"{PLACE} does not answer"),
        (failed(errno.EHOSTUNREACH), State.CONNECT, Obstacle.NO_ROUTE, f"there is no way to {PLACE}: No route to host"),
        (failed(errno.ENETUNREACH), State.ACTIVE, Obstacle.NO_ROUTE, "Network is unreachable (ENETUNREACH)"),
        (failed(errno.ECONNRESET), State.CONNECT, Obstacle.CONNECTION_CLOSED, f"{PLACE} resets the connection"),
        (failed(errno.EADDRNOTAVAIL), State.CONNECT, Obstacle.LOCAL_FAULT, "we cannot connect from our own address"),
        (failed(errno.EPERM), State.CONNECT, Obstacle.LOCAL_FAULT, "Operation not permitted (EPERM)"),
        (TransportFailed("no such key"), State.CONNECT, Obstacle.LOCAL_FAULT, "let us connect: no such key"),
        (failed(0), State.OPEN_SENT, Obstacle.CONNECTION_CLOSED, "without a word instead of sending its OPEN"),
        (failed(errno.ECONNRESET), State.OPEN_CONFIRM, Obstacle.CONNECTION_CLOSED, "without a word after the OPENs"),
        (failed(0), State.ESTABLISHED, Obstacle.CONNECTION_CLOSED, "closed the session without a word"),
        (failed(errno.ECONNRESET), State.ESTABLISHED, Obstacle.CONNECTION_LOST, "Connection reset by peer"),
        (TimerExpired(Timer.HOLD), State.OPEN_SENT, Obstacle.HOLD_TIMER_EXPIRED, "sends no OPEN"),
        (TimerExpired(Timer.HOLD), State.OPEN_CONFIRM, Obstacle.HOLD_TIMER_EXPIRED, "no KEEPALIVE came"),
        (TimerExpired(Timer.HOLD), State.ESTABLISHED, Obstacle.HOLD_TIMER_EXPIRED, "the peer went silent"),
        (TimerExpired(Timer.SEND_HOLD), State.ESTABLISHED, Obstacle.SEND_HOLD_TIMER_EXPIRED, "the peer took nothing"),
        (NotificationReceived(Notification(2, 2)), State.OPEN_SENT, Obstacle.WRONG_AS, "refuses our AS number 64512"),
        (
            MessageRefused(Notification(2, 2), open=open_message(64999)),
            State.OPEN_SENT,
            Obstacle.WRONG_AS,
            "it is AS 64999, but AS 64513 is configured",
        ),
        (CollisionLost(), State.OPEN_CONFIRM, Obstacle.COLLISION, "connected at once"),
        (AutomaticallyStopped(Notification(6, 10)), State.ESTABLISHED, Obstacle.BFD_DOWN, "Cease / BFD Down"),
        (AutomaticallyStopped(Notification(6, 8)), State.ESTABLISHED, Obstacle.STOPPED, "Cease / Out of Resources"),
        (Stopped(), State.ESTABLISHED, Obstacle.STOPPED, "we stopped the session"),
        (KeepaliveReceived(), State.OPEN_SENT, Obstacle.PROTOCOL_ERROR, "not due there (the end)"),
    ],
)
def test_each_end_has_its_phrase(event: ConnectionEvent, state: State, obstacle: Obstacle, phrase: str) -> None:
    """What happened and in which state decide."""
    found = finding_of_end(reason(event, state), PEER, ours())
    assert found.obstacle is obstacle
    assert phrase in found.phrase
    assert not found.phrase.endswith(".")
    assert found.advice == "" or found.advice.endswith(".")


def test_the_peers_own_connection_is_never_called_unreachable() -> None:
    """An accepted connection that closes while no OPEN is out is one that the peer gave up."""
    found = finding_of_end(reason(failed(0), State.ACTIVE, slot=Slot.INCOMING), PEER, ours())
    assert found.obstacle is Obstacle.CONNECTION_CLOSED


def test_an_address_that_is_not_ours_is_named() -> None:
    """It is in the configuration."""
    config = PeerConfig(address="192.0.2.7", asn=64513, local_address="192.0.2.99")
    found = finding_of_end(reason(failed(errno.EADDRNOTAVAIL), State.CONNECT), config, ours())
    assert "192.0.2.99" in found.phrase


@pytest.mark.parametrize(
    ("config", "dropped", "words"),
    [
        (KEYED, {"signature_wrong": 3}, "3 segments signed with another key"),
        (KEYED, {"authentication_failed": 1}, "1 segment signed with another key"),
        (KEYED, {"signature_missing": 2}, "2 segments without the signature that is due"),
        (PEER, {"signature_unexpected": 2}, "2 segments with one"),
        (NEAR, {"ttl_too_small": 4}, "4 segments with too small a TTL"),
    ],
)
@pytest.mark.rfc("2385", "2")
def test_what_the_kernel_drops_is_a_suspicion(config: PeerConfig, dropped: dict[str, int], words: str) -> None:
    """Where the counter fits what is configured; it tells more than silence, and than a hold timer."""
    suspicion = silent_drop(config, ours(**dropped).dropped)
    assert suspicion is not None
    assert words in suspicion.phrase
    assert "it seems" in suspicion.phrase
    assert no_answer(config, ours(**dropped)) == suspicion
    expired = finding_of_end(reason(TimerExpired(Timer.HOLD), State.ESTABLISHED), config, ours(**dropped))
    assert expired == suspicion


@pytest.mark.parametrize(
    ("config", "dropped"),
    [
        (PEER, {"signature_wrong": 3, "signature_missing": 3, "ttl_too_small": 3}),
        (KEYED, {"signature_unexpected": 3, "ttl_too_small": 3}),
        (NEAR, {"signature_wrong": 3}),
        (PEER, {}),
    ],
)
def test_what_cannot_be_this_peer_is_no_suspicion(config: PeerConfig, dropped: dict[str, int]) -> None:
    """The kernel counts for all connections; without a key here no key of the peer's can be wrong."""
    assert silent_drop(config, ours(**dropped).dropped) is None


def test_silence_is_explained_by_what_makes_a_peer_silent() -> None:
    """A key, or TTL security, whose drops happen at the other end and are counted there."""
    assert "another key, or without one" in no_answer(KEYED, ours()).phrase
    assert "ttl_security 1" in no_answer(NEAR, ours()).phrase
    assert no_answer(PEER, ours()).phrase == f"{PLACE} does not answer"
