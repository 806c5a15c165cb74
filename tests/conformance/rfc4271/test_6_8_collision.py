"""RFC 4271, section 6.8: two connections with the same speaker at once."""

from dataclasses import replace

import pytest

from bgpkit_fsm import (
    CloseTransport,
    Effect,
    KeepaliveReceived,
    Open,
    OpenReceived,
    Peer,
    ReleaseSession,
    Slot,
    Started,
    State,
    TransportAccepted,
    TransportOpened,
)
from tests.unit.fsm.sessions import CONFIG, LOWER_OPEN, REMOTE_OPEN, established_peer, notifications

OUT, IN = Slot.OUTGOING, Slot.INCOMING
CEASE = [(6, 7, b"")]


def _both_in_open_sent() -> Peer:
    peer = Peer(CONFIG)
    peer.handle(Started())
    peer.handle(TransportOpened(), OUT)
    peer.handle(TransportAccepted(), IN)
    assert [peer.state_of(slot) for slot in (OUT, IN)] == [State.OPEN_SENT, State.OPEN_SENT]
    return peer


def _open_on(peer: Peer, slot: Slot, message: Open) -> tuple[Effect, ...]:
    return peer.handle(OpenReceived(message), slot)


@pytest.mark.rfc("4271", "6.8")
def test_lower_local_identifier_closes_the_existing_connection() -> None:
    """Local identifier less than remote: the one in OpenConfirm is closed, the one the peer opened is accepted."""
    peer = _both_in_open_sent()
    _open_on(peer, OUT, REMOTE_OPEN)
    assert peer.state_of(OUT) is State.OPEN_CONFIRM
    effects = _open_on(peer, IN, REMOTE_OPEN)
    assert notifications(effects, OUT) == CEASE
    assert CloseTransport(OUT) in effects
    assert [peer.state_of(slot) for slot in (OUT, IN)] == [State.IDLE, State.OPEN_CONFIRM]


@pytest.mark.rfc("4271", "6.8")
def test_higher_local_identifier_closes_the_new_connection() -> None:
    """Otherwise the newly created connection is closed, and the one in OpenConfirm goes on undisturbed."""
    peer = Peer(CONFIG)
    peer.handle(Started())
    peer.handle(TransportOpened(), OUT)
    _open_on(peer, OUT, LOWER_OPEN)
    peer.handle(TransportAccepted(), IN)
    effects = _open_on(peer, IN, LOWER_OPEN)
    assert notifications(effects) == notifications(effects, IN) == CEASE
    assert [peer.state_of(slot) for slot in (OUT, IN)] == [State.OPEN_CONFIRM, State.IDLE]
    peer.handle(KeepaliveReceived(), OUT)
    assert peer.session_slot is OUT


@pytest.mark.rfc("4271", "6.8")
@pytest.mark.parametrize("first", [OUT, IN])
def test_higher_speaker_decides_at_its_first_open(first: Slot) -> None:
    """It MAY examine connections in OpenSent too: ours is the one to keep, so the other goes, whichever spoke first."""
    peer = _both_in_open_sent()
    effects = _open_on(peer, first, LOWER_OPEN)
    assert notifications(effects, IN) == CEASE
    assert notifications(effects, OUT) == []
    assert peer.state_of(IN) is State.IDLE
    assert peer.state_of(OUT) is (State.OPEN_CONFIRM if first is OUT else State.OPEN_SENT)


@pytest.mark.rfc("4271", "6.8")
def test_lower_speaker_waits_for_the_open_on_the_other_connection() -> None:
    """The identifier on the other connection is not known yet, and it need not ever come: both go on."""
    peer = _both_in_open_sent()
    effects = _open_on(peer, OUT, REMOTE_OPEN)
    assert notifications(effects) == []
    assert [peer.state_of(slot) for slot in (OUT, IN)] == [State.OPEN_CONFIRM, State.OPEN_SENT]


@pytest.mark.rfc("4271", "6.8")
@pytest.mark.parametrize("remote", [REMOTE_OPEN, LOWER_OPEN])
def test_established_connection_wins_over_any_new_one(remote: Open) -> None:
    """A collision with an Established connection closes the new one, whatever the identifiers."""
    peer = established_peer(OUT, remote=remote)
    peer.handle(TransportAccepted(), IN)
    effects = _open_on(peer, IN, remote)
    assert notifications(effects) == notifications(effects, IN) == CEASE
    assert not any(isinstance(effect, ReleaseSession) for effect in effects)
    assert (peer.state, peer.session_slot) == (State.ESTABLISHED, OUT)


@pytest.mark.rfc("4271", "6.8")
def test_connection_that_establishes_first_ends_the_one_without_open() -> None:
    """Established by then, the connection we opened stays though the peer's would have been preferred."""
    peer = _both_in_open_sent()
    _open_on(peer, OUT, REMOTE_OPEN)
    effects = peer.handle(KeepaliveReceived(), OUT)
    assert notifications(effects) == notifications(effects, IN) == CEASE
    assert (peer.session_slot, peer.state_of(IN)) == (OUT, State.IDLE)


@pytest.mark.rfc("4271", "6.8")
@pytest.mark.parametrize("remote", [REMOTE_OPEN, LOWER_OPEN])
def test_attempt_to_connect_ends_once_the_peer_has_spoken(remote: Open) -> None:
    """An attempt on which no OPEN of ours went out is given up without a word when the peer's connection speaks."""
    peer = Peer(CONFIG)
    peer.handle(Started())
    peer.handle(TransportAccepted(), IN)
    effects = _open_on(peer, IN, remote)
    assert CloseTransport(OUT) in effects
    assert notifications(effects) == []
    assert [peer.state_of(slot) for slot in (OUT, IN)] == [State.IDLE, State.OPEN_CONFIRM]


@pytest.mark.rfc("4271", "6.8")
def test_unacceptable_open_settles_no_collision() -> None:
    """An OPEN that is refused ends its own connection only."""
    peer = _both_in_open_sent()
    effects = _open_on(peer, IN, CONFIG.open)
    assert notifications(effects) == notifications(effects, IN)
    assert [peer.state_of(slot) for slot in (OUT, IN)] == [State.OPEN_SENT, State.IDLE]


@pytest.mark.rfc("4271", "6.8")
def test_established_connection_is_examined_if_configuration_says_so() -> None:
    """CollisionDetectEstablishedState: the peer with the higher identifier has opened another, and that one is kept."""
    peer = established_peer(OUT, config=replace(CONFIG, collision_detect_established=True), remote=REMOTE_OPEN)
    peer.handle(TransportAccepted(), IN)
    effects = _open_on(peer, IN, REMOTE_OPEN)
    assert notifications(effects) == notifications(effects, OUT) == CEASE
    assert [type(effect) for effect in effects].count(ReleaseSession) == 1
    assert [peer.state_of(slot) for slot in (OUT, IN)] == [State.IDLE, State.OPEN_CONFIRM]
    peer.handle(KeepaliveReceived(), IN)
    assert peer.session_slot is IN


@pytest.mark.rfc("4271", "6.8")
def test_established_connection_that_is_the_preferred_one_stays_in_any_case() -> None:
    """With CollisionDetectEstablishedState, too, if the one we opened is the one to keep."""
    config = replace(CONFIG, collision_detect_established=True)
    peer = established_peer(OUT, config=config, remote=LOWER_OPEN)
    peer.handle(TransportAccepted(), IN)
    effects = _open_on(peer, IN, LOWER_OPEN)
    assert notifications(effects) == notifications(effects, IN) == CEASE
    assert peer.session_slot is OUT
