"""Which of several ends is told, and what is said where nothing has ended yet."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bgpkit import PeerConfig
from bgpkit.speaker import Obstacle, PeerExplanation
from bgpkit.speaker.event_log import EventLog
from bgpkit.speaker.explain_peer import LATELY, explain_peer, most_telling
from bgpkit.speaker.peer_history import Ended, PeerHistory
from bgpkit.wire import from_plain, to_plain
from bgpkit_fsm import (
    CollisionLost,
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
from tests.unit.speaker.ends import NOW, PEER, ended, open_message, reason
from tests.unit.speaker.test_peer_history import up

REFUSED = ended(MessageRefused(Notification(2, 2)), ago=100, slot=Slot.INCOMING)
UNREACHED = ended(TransportFailed("refused", 111), state=State.CONNECT)
CLOSED = ended(TransportFailed("closed"), ago=50)
SILENT = ended(TimerExpired(Timer.HOLD), state=State.OPEN_CONFIRM, ago=150)
COLLIDED = ended(CollisionLost(), state=State.OPEN_CONFIRM, ago=1)
CEASED = ended(NotificationReceived(Notification(6, 7)), state=State.OPEN_CONFIRM, ago=1)
STOPPED = ended(Stopped(), state=State.OPEN_CONFIRM)
LOST = ended(TimerExpired(Timer.HOLD), state=State.ESTABLISHED, established=True, ago=10)
OLD = ended(MessageRefused(Notification(2, 2)), ago=LATELY.total_seconds() + 1)


@dataclass
class Peer:
    """A peer of which there is something to explain."""

    config: PeerConfig = PEER
    state: State = State.IDLE
    held_down: bool = False
    history: PeerHistory = field(default_factory=lambda: PeerHistory(PEER.address, EventLog()))

    def explain(self) -> PeerExplanation:
        """Return the explanation to AS 64512."""
        return explain_peer(self, 64512, "10.0.0.1")


@pytest.mark.parametrize(
    ("ends", "chosen"),
    [
        ((), None),
        ((STOPPED,), None),
        ((UNREACHED, REFUSED), REFUSED),
        ((UNREACHED, CLOSED), CLOSED),
        ((CLOSED, REFUSED), REFUSED),
        ((CLOSED, SILENT), SILENT),
        ((UNREACHED, OLD), UNREACHED),
        ((OLD,), OLD),
        ((COLLIDED, CEASED, UNREACHED), UNREACHED),
        ((COLLIDED,), COLLIDED),
        ((LOST,), LOST),
        ((LOST, UNREACHED), UNREACHED),
        ((LOST, REFUSED), LOST),
        ((STOPPED, LOST), LOST),
    ],
)
def test_the_end_that_says_most_is_chosen(ends: tuple[Ended, ...], chosen: Ended | None) -> None:
    """Words first, then how far it came; neither old ones nor collisions, and a lost session while it is the last."""
    assert most_telling(ends, NOW) is chosen


@pytest.mark.parametrize(
    ("peer", "obstacle", "words"),
    [
        (Peer(state=State.CONNECT), Obstacle.CONNECTING, "(Connect): we are connecting to port 179 of 192.0.2.7"),
        (Peer(state=State.OPEN_SENT), Obstacle.HANDSHAKE, "we wait for the peer's."),
        (Peer(state=State.OPEN_CONFIRM), Obstacle.HANDSHAKE, "we wait for the peer's KEEPALIVE"),
        (
            Peer(state=State.ACTIVE, config=replace(PEER, passive=True)),
            Obstacle.NOBODY_CONNECTED,
            "the peer has to connect, and it has not",
        ),
        (Peer(), Obstacle.NOT_TRIED, "192.0.2.7 is not Established (Idle): no attempt has been made yet."),
        (Peer(held_down=True), Obstacle.STOPPED, "we keep it down until it is reset or its configuration changes."),
    ],
)
async def test_the_state_explains_where_nothing_has_ended(peer: Peer, obstacle: Obstacle, words: str) -> None:
    """One sentence with the peer's name and state; JSON that reads back."""
    explanation = peer.explain()
    assert explanation.obstacle is obstacle
    assert words in explanation.sentence
    assert str(explanation).startswith(explanation.sentence)
    assert from_plain(PeerExplanation, to_plain(explanation)) == explanation


async def test_a_peer_that_is_kept_away_is_told_why_and_until_when() -> None:
    """Whatever ended before."""
    peer = Peer(held_down=True)
    peer.history.failed(reason(TransportFailed("closed")))
    peer.history.sent_away("closed by us: Cease / Maximum Number of Prefixes Reached", 60)
    until = f"{datetime.now(UTC) + timedelta(seconds=60):%H:%M}"
    sentence = peer.explain().sentence
    assert f"we keep it down until {until}" in sentence
    assert sentence.endswith(" UTC; closed by us: Cease / Maximum Number of Prefixes Reached.")


async def test_the_refused_open_and_all_ends_are_facts() -> None:
    """Newest first, with both sides' connections."""
    peer, message = Peer(), open_message(64999)
    peer.history.failed(reason(MessageRefused(Notification(2, 2), open=message), slot=Slot.INCOMING))
    peer.history.failed(reason(TransportFailed("refused", 111), State.CONNECT))
    explanation = peer.explain()
    assert (explanation.refused_open, explanation.failures) == (message, 2)
    assert [past.end.opened_by_us for past in explanation.ends] == [True, False]
    assert from_plain(PeerExplanation, to_plain(explanation)) == explanation


async def test_an_established_peer_is_told_with_its_terms() -> None:
    """Nothing is in the way."""
    peer = Peer(state=State.ESTABLISHED)
    up(peer.history)
    explanation = peer.explain()
    assert (explanation.obstacle, explanation.advice, explanation.ends) == (Obstacle.NONE, "", ())
    assert explanation.sentence.startswith("192.0.2.7 is Established: with AS 64513 since ")
    assert explanation.terms is not None
    assert from_plain(PeerExplanation, to_plain(explanation)) == explanation
