"""RFC 4486: what each subcode of Cease stands for, and what it does to the one that hears it."""

from dataclasses import replace

import pytest

from bgpkit_fsm import (
    CeaseSubcode,
    CloseTransport,
    KeepaliveReceived,
    Notification,
    NotificationReceived,
    OpenReceived,
    Peer,
    Slot,
    Started,
    StartTimer,
    State,
    Stopped,
    Timer,
    TimerExpired,
    TransportAccepted,
    TransportOpened,
)
from tests.unit.fsm.sessions import CONFIG, REMOTE_OPEN, established_peer, notifications

UNDAMPED = replace(CONFIG, damp_oscillations=False)


@pytest.mark.rfc("4486", "3")
@pytest.mark.parametrize(
    ("subcode", "name"),
    [
        (1, "Maximum Number of Prefixes Reached"),
        (2, "Administrative Shutdown"),
        (3, "Peer De-configured"),
        (4, "Administrative Reset"),
        (5, "Connection Rejected"),
        (6, "Other Configuration Change"),
        (7, "Connection Collision Resolution"),
        (8, "Out of Resources"),
    ],
)
def test_the_subcodes_have_their_numbers(subcode: int, name: str) -> None:
    """As the table of section 3 has them."""
    assert CeaseSubcode(subcode).title == name
    assert str(Notification(6, subcode)) == f"Cease / {name}"


@pytest.mark.rfc("4486", "4")
@pytest.mark.parametrize("subcode", [2, 3, 4, 6, 8])
def test_a_stop_says_why(subcode: int) -> None:
    """Shut down, de-configured, reset, changed, out of resources: the subcode that the stop came with is sent."""
    assert notifications(established_peer().handle(Stopped(Notification(6, subcode)))) == [(6, subcode, b"")]


@pytest.mark.rfc("4486", "4")
def test_the_connection_that_loses_a_collision_is_told_so() -> None:
    """Connection Collision Resolution, on the connection that is closed and on no other."""
    peer = established_peer()
    peer.handle(TransportAccepted(), Slot.INCOMING)
    effects = peer.handle(OpenReceived(REMOTE_OPEN), Slot.INCOMING)
    assert notifications(effects) == notifications(effects, Slot.INCOMING) == [(6, 7, b"")]


def _waits(peer: Peer, subcode: int, times: int) -> list[float]:
    """Let attempts end by a Cease of the peer; return how long the peer stays Idle after each."""
    waits: list[float] = []
    peer.handle(Started())
    for _ in range(times):
        peer.handle(TransportOpened())
        effects = peer.handle(NotificationReceived(Notification(6, subcode)))
        assert CloseTransport(Slot.OUTGOING) in effects
        waits += [e.seconds for e in effects if isinstance(e, StartTimer) and e.timer is Timer.IDLE_HOLD]
        peer.handle(TimerExpired(Timer.IDLE_HOLD))
    return waits


@pytest.mark.rfc("4486", "4")
@pytest.mark.parametrize("subcode", [2, 3, 5, 8])
def test_some_ceases_damp_the_attempts_in_any_case(subcode: int) -> None:
    """After these it is recommended to behave as though DampPeerOscillations were TRUE."""
    assert _waits(Peer(UNDAMPED), subcode, 4) == [1, 2, 4, 8]
    assert _waits(Peer(CONFIG), subcode, 4) == [1, 2, 4, 8]


@pytest.mark.rfc("4486", "4")
@pytest.mark.parametrize("subcode", [1, 4, 6, 10])
def test_other_ceases_damp_them_as_configured(subcode: int) -> None:
    """With DampPeerOscillations FALSE the time stays the same."""
    assert _waits(Peer(UNDAMPED), subcode, 4) == [1, 1, 1, 1]
    assert _waits(Peer(CONFIG), subcode, 4) == [1, 2, 4, 8]


@pytest.mark.rfc("4486", "4")
@pytest.mark.parametrize(("subcode", "admits"), [(2, False), (4, True)])
def test_an_established_session_that_is_shut_down_is_damped(subcode: int, admits: bool) -> None:
    """The peer's connections are refused meanwhile; after a reset it may come back at once."""
    peer = established_peer(config=UNDAMPED)
    peer.handle(NotificationReceived(Notification(6, subcode)))
    assert (peer.state, peer.admits_incoming) == (State.IDLE, admits)


@pytest.mark.rfc("4486", "4")
def test_the_number_of_attempts_is_not_bounded() -> None:
    """The bound on automatic retries is a SHOULD; a node without an operator must come back, once a minute at most."""
    peer = Peer(CONFIG)
    assert _waits(peer, 2, 1000)[-1] == 60
    peer.handle(TransportOpened())
    peer.handle(OpenReceived(REMOTE_OPEN))
    peer.handle(KeepaliveReceived())
    assert peer.state is State.ESTABLISHED
