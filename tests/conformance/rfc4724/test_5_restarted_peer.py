"""RFC 4724, sections 3 and 5: the capability, and a peer that comes back before its end was noticed."""

from dataclasses import replace

import pytest

from bgpkit_fsm import (
    CloseTransport,
    GracefulRestartCapability,
    KeepaliveReceived,
    Open,
    OpenReceived,
    ReleaseSession,
    SendMessage,
    Slot,
    State,
    TransportAccepted,
    negotiate,
)
from tests.unit.fsm.sessions import CONFIG, established_peer, notifications, remote_open

OUT, IN = Slot.OUTGOING, Slot.INCOMING
GRACEFUL = replace(CONFIG, capabilities=(GracefulRestartCapability(),))
BEFORE = remote_open(GracefulRestartCapability())
AFTER = remote_open(GracefulRestartCapability(restarted=True))


@pytest.mark.rfc("4724", "3")
def test_last_of_several_capabilities_counts() -> None:
    """If more than one instance is advertised, the receiver uses the last."""
    first, last = GracefulRestartCapability(restart_time=10), GracefulRestartCapability(restart_time=20)
    assert negotiate(GRACEFUL.open, remote_open(first, last)).peer_graceful_restart == last


@pytest.mark.rfc("4724", "5")
def test_new_connection_of_the_peer_replaces_the_one_it_had_opened() -> None:
    """With the capability exchanged, the old connection ends without a NOTIFICATION and an OPEN goes out on the new."""
    peer = established_peer(IN, config=GRACEFUL, remote=BEFORE)
    assert peer.admits_incoming
    effects = peer.handle(TransportAccepted(), IN)
    assert notifications(effects) == []
    reasons = [effect.reason for effect in effects if isinstance(effect, ReleaseSession)]
    assert [(reason.sent, reason.received) for reason in reasons] == [(None, None)]
    assert SendMessage(IN, GRACEFUL.open) in effects
    assert CloseTransport(IN) not in effects, "the slot holds the new connection by now"
    assert peer.state is State.OPEN_SENT


@pytest.mark.rfc("4724", "5")
def test_open_of_a_restarted_peer_ends_the_connection_we_had_opened() -> None:
    """Where the old connection was ours, the peer's OPEN with the Restart State bit tells that it is dead."""
    peer = established_peer(OUT, config=GRACEFUL, remote=BEFORE)
    peer.handle(TransportAccepted(), IN)
    assert peer.session_slot is OUT
    effects = peer.handle(OpenReceived(AFTER), IN)
    assert notifications(effects) == []
    assert CloseTransport(OUT) in effects
    assert [type(effect) for effect in effects].count(ReleaseSession) == 1
    peer.handle(KeepaliveReceived(), IN)
    assert peer.session_slot is IN


@pytest.mark.rfc("4724", "5")
def test_without_the_capability_the_old_connection_stays() -> None:
    """Without it on either side, the new connection is refused or tracked as ever."""
    for config, remote in ((CONFIG, BEFORE), (GRACEFUL, remote_open())):
        assert not established_peer(IN, config=config, remote=remote).admits_incoming
        peer = established_peer(OUT, config=config, remote=remote)
        peer.handle(TransportAccepted(), IN)
        assert notifications(peer.handle(OpenReceived(AFTER), IN), IN) == [(6, 7, b"")]
        assert peer.session_slot is OUT


@pytest.mark.rfc("4724", "5")
@pytest.mark.parametrize(("before", "after"), [(BEFORE, BEFORE), (AFTER, AFTER), (BEFORE, remote_open())])
def test_open_that_shows_no_new_restart_is_a_collision(before: Open, after: Open) -> None:
    """An OPEN like that of the session may be a late one of the same start: the Established connection stays."""
    peer = established_peer(OUT, config=GRACEFUL, remote=before)
    peer.handle(TransportAccepted(), IN)
    assert notifications(peer.handle(OpenReceived(after), IN), IN) == [(6, 7, b"")]
    assert peer.session_slot is OUT
