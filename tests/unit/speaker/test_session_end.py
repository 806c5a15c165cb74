"""How an end is told: its cause, its words, the messages with their names, the operating system's error."""

import errno

import pytest

from bgpkit.speaker import EndCause, NotificationFacts, SessionEnd
from bgpkit.wire import from_plain, to_plain
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
from tests.unit.speaker.ends import reason


@pytest.mark.parametrize(
    ("event", "state", "cause"),
    [
        (NotificationReceived(Notification(6, 2)), State.ESTABLISHED, EndCause.NOTIFICATION_RECEIVED),
        (MessageRefused(Notification(3, 1)), State.ESTABLISHED, EndCause.MESSAGE_REFUSED),
        (TransportFailed("closed"), State.ESTABLISHED, EndCause.TRANSPORT_CLOSED),
        (TransportFailed("reset", errno.ECONNRESET), State.ESTABLISHED, EndCause.TRANSPORT_FAILED),
        (TransportFailed("timed out", errno.ETIMEDOUT), State.ESTABLISHED, EndCause.TRANSPORT_FAILED),
        (TransportFailed("no answer", errno.ETIMEDOUT), State.CONNECT, EndCause.CONNECT_TIMEOUT),
        (TimerExpired(Timer.CONNECT_RETRY), State.CONNECT, EndCause.CONNECT_TIMEOUT),
        (TimerExpired(Timer.HOLD), State.ESTABLISHED, EndCause.HOLD_TIMER_EXPIRED),
        (TimerExpired(Timer.SEND_HOLD), State.ESTABLISHED, EndCause.SEND_HOLD_TIMER_EXPIRED),
        (CollisionLost(), State.OPEN_SENT, EndCause.COLLISION),
        (Stopped(), State.ESTABLISHED, EndCause.STOPPED),
        (AutomaticallyStopped(Notification(6, 10)), State.ESTABLISHED, EndCause.STOPPED),
        (KeepaliveReceived(), State.OPEN_SENT, EndCause.UNEXPECTED_EVENT),
        (TimerExpired(Timer.KEEPALIVE), State.CONNECT, EndCause.UNEXPECTED_EVENT),
    ],
)
def test_each_event_is_one_cause(event: ConnectionEvent, state: State, cause: EndCause) -> None:
    """And its JSON reads back."""
    end = SessionEnd.of(reason(event, state))
    assert (end.cause, end.state) == (cause, state)
    assert from_plain(SessionEnd, to_plain(end)) == end


def test_the_facts_are_kept() -> None:
    """What was sent and received with names and words, the error's name, who had connected."""
    sent = Notification(1, 2, b"\x10\x01")
    end = SessionEnd.of(reason(MessageRefused(sent, "4097 octets"), sent=sent, slot=Slot.INCOMING))
    assert end.sent is not None
    assert (end.sent.name, end.sent.data) == ("Message Header Error / Bad Message Length", b"\x10\x01")
    assert (end.received, end.opened_by_us, end.text) == (None, False, "the end: 4097 octets")
    failed = SessionEnd.of(reason(TransportFailed("reset", errno.ECONNRESET)))
    assert (failed.errno, failed.errno_name, failed.opened_by_us) == (errno.ECONNRESET, "ECONNRESET", True)


def test_a_notification_tells_what_the_operator_wrote() -> None:
    """Inside a Hard Reset as well; nothing where there is no message."""
    plain = NotificationFacts.of(Notification.shutdown("lunch"))
    wrapped = NotificationFacts.of(Notification.hard_reset(Notification.shutdown("lunch")))
    assert plain is not None
    assert wrapped is not None
    assert plain.communication == wrapped.communication == "lunch"
    assert NotificationFacts.of(None) is None
