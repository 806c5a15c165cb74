"""What is kept of a peer's past, and which events are told of it."""

from datetime import UTC, datetime, timedelta

from bgpkit import IPV4_UNICAST
from bgpkit.speaker import EndCause, PeerDown, PeerUp
from bgpkit.speaker.event_log import EventLog
from bgpkit.speaker.peer_history import PeerHistory
from bgpkit_fsm import (
    MessageRefused,
    Notification,
    NotificationReceived,
    Slot,
    State,
    Stopped,
    TransportFailed,
    negotiate,
)
from tests.unit.speaker.ends import open_message, reason

TERMS = negotiate(open_message(64512), open_message(64513))
REFUSED = MessageRefused(Notification(2, 2))
CLOSED = TransportFailed("the peer closed the connection")


def up(history: PeerHistory) -> None:
    """Let the session come up."""
    history.established(TERMS, local_address="192.0.2.1", remote_address="192.0.2.7", opened_by_us=False)


async def test_a_session_is_told_once_up_and_once_down() -> None:
    """With its terms, its end, and whose routes are kept; an end without a session is none."""
    log = EventLog()
    events = log.subscribe()
    history = PeerHistory("192.0.2.7", log)
    history.released(reason(CLOSED, State.ESTABLISHED), ())
    up(history)
    history.released(reason(NotificationReceived(Notification(6, 2)), State.ESTABLISHED), {IPV4_UNICAST})
    history.released(reason(CLOSED, State.ESTABLISHED), ())
    log.close()
    first, second = [event async for event in events]
    assert isinstance(first, PeerUp)
    assert isinstance(second, PeerDown)
    assert (first.peer, first.terms.peer_asn, first.terms.opened_by_us) == ("192.0.2.7", 64513, False)
    assert (second.end.cause, second.kept) == (EndCause.NOTIFICATION_RECEIVED, (IPV4_UNICAST,))
    assert 0 <= second.seconds < 60


async def test_the_last_error_is_that_of_whatever_ended_last() -> None:
    """A session, an attempt of ours, one of the peer's, or what we did; a session that comes up leaves it."""
    history = PeerHistory("192.0.2.7", EventLog())
    assert (history.last_error, history.established_count) == ("", 0)
    failed, ended = reason(CLOSED), reason(REFUSED, State.ESTABLISHED)
    history.failed(failed)
    assert history.last_error == failed.text
    history.not_taken("the options do not fit")
    assert history.last_error == "the options do not fit"
    for count in (1, 2):
        up(history)
        history.released(ended, ())
        assert (history.last_error, history.established_count) == (ended.text, count)
    history.sent_away("closed by us", 3.0)
    assert history.last_error == "closed by us"
    history.held_back("the path is down")
    assert history.last_error == "closed by us"


async def test_failures_are_counted_until_the_session_is_up() -> None:
    """And what ended before is forgotten then."""
    history = PeerHistory("192.0.2.7", EventLog())
    for _ in range(3):
        history.failed(reason(CLOSED))
    assert (history.failures, len(history.ends), history.terms) == (3, 1, None)
    before = history.since
    up(history)
    assert (history.failures, history.ends) == (0, {})
    assert history.terms is not None
    assert history.since >= before


async def test_words_are_kept_beside_what_came_later_without_words() -> None:
    """On each connection for itself; but whoever cannot even be connected to says nothing of what was before."""
    history = PeerHistory("192.0.2.7", EventLog())
    history.failed(reason(REFUSED))
    history.failed(reason(REFUSED, slot=Slot.INCOMING))
    history.failed(reason(CLOSED))
    assert {slot for slot, told in history.ends if told} == {Slot.OUTGOING, Slot.INCOMING}
    history.failed(reason(TransportFailed("refused", 111), State.CONNECT))
    assert set(history.ends) == {(Slot.OUTGOING, False), (Slot.INCOMING, True)}


async def test_the_end_of_a_session_is_kept() -> None:
    """As one that had been up."""
    history = PeerHistory("192.0.2.7", EventLog())
    up(history)
    history.released(reason(Stopped(), State.ESTABLISHED), ())
    ((_, end),) = history.ends.items()
    assert (end.established, end.at) == (True, history.since)


async def test_being_sent_away_has_an_end_or_none() -> None:
    """In so many seconds."""
    history = PeerHistory("192.0.2.7", EventLog())
    history.sent_away("too many", None)
    assert history.away is not None
    assert (history.away.text, history.away.until) == ("too many", None)
    history.sent_away("too many", 60)
    assert history.away.until is not None
    left = history.away.until - datetime.now(UTC)
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
