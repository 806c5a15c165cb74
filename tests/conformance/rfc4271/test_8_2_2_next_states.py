"""RFC 4271, section 8.2.2: the state that follows each event in each state, read off the text by hand."""

from collections.abc import Sequence

import pytest

from bgpkit_fsm import (
    AutomaticallyStopped,
    CollisionLost,
    ConnectionEvent,
    KeepaliveReceived,
    MessageRefused,
    MessageSent,
    Notification,
    NotificationReceived,
    OpenReceived,
    RouteRefreshReceived,
    Started,
    State,
    Stopped,
    Timer,
    TimerExpired,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
    UpdateReceived,
)
from tests.unit.fsm.sessions import DELAYED, REMOTE_OPEN, connection_in

EVENTS: Sequence[tuple[str, ConnectionEvent]] = (
    ("1", Started()),
    ("2", Stopped()),
    ("8", AutomaticallyStopped(Notification(6, 10))),
    ("9", TimerExpired(Timer.CONNECT_RETRY)),
    ("10", TimerExpired(Timer.HOLD)),
    ("11", TimerExpired(Timer.KEEPALIVE)),
    ("12", TimerExpired(Timer.DELAY_OPEN)),
    ("13", TimerExpired(Timer.IDLE_HOLD)),
    ("16", TransportOpened()),
    ("17", TransportAccepted()),
    ("18", TransportFailed("reset")),
    ("19", OpenReceived(REMOTE_OPEN)),
    ("21", MessageRefused(Notification(1, 2))),
    ("22", MessageRefused(Notification(2, 6))),
    ("23", CollisionLost()),
    ("24", NotificationReceived(Notification(2, 1))),
    ("25", NotificationReceived(Notification(6, 2))),
    ("26", KeepaliveReceived()),
    ("27", UpdateReceived()),
    ("28", MessageRefused(Notification(3, 1))),
    ("29", TimerExpired(Timer.SEND_HOLD)),
    ("refresh", RouteRefreshReceived()),
    ("sent", MessageSent()),
)

LETTERS = {
    "I": State.IDLE,
    "C": State.CONNECT,
    "A": State.ACTIVE,
    "S": State.OPEN_SENT,
    "F": State.OPEN_CONFIRM,
    "E": State.ESTABLISHED,
}

#                     1 2 8 9 . . 12. 16. 18. 21. . 24. 26. . 29refresh, sent
NEXT = {
    State.IDLE: "        C I I I I I I C I I I I I I I I I I I I I I I",
    State.CONNECT: "     C I I C I I C I S S A I I I I I I I I I I I C",
    State.ACTIVE: "      A I I C I I A I S S I I I I I I I I I I I I A",
    State.OPEN_SENT: "   S I I I I I I I S S A F I I I I I I I I I I S",
    State.OPEN_CONFIRM: "F I I I I F I I F F I I I I I I I E I I I I F",
    State.ESTABLISHED: " E I I I I E I I E E I I I I I I I E E I I E E",
}
"""Connect and 18 is Active here, as the README of the machine explains; 12 without a running DelayOpenTimer."""

GRID = [
    pytest.param(state, event, LETTERS[letter], id=f"{state}-{number}")
    for state, letters in NEXT.items()
    for (number, event), letter in zip(EVENTS, letters.split(), strict=True)
]


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize(("state", "event", "following"), GRID)
def test_state_that_follows(state: State, event: ConnectionEvent, following: State) -> None:
    """Each of the 138 pairs of state and event leads where the text says."""
    connection = connection_in(state)
    connection.handle(event)
    assert connection.state is following


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize("before", [State.CONNECT, State.ACTIVE])
@pytest.mark.parametrize(
    ("event", "following"),
    [
        (TimerExpired(Timer.DELAY_OPEN), State.OPEN_SENT),
        (OpenReceived(REMOTE_OPEN), State.OPEN_CONFIRM),
        (NotificationReceived(Notification(2, 1)), State.IDLE),
        (UpdateReceived(), State.IDLE),
    ],
)
def test_state_that_follows_while_delay_open_timer_runs(
    before: State, event: ConnectionEvent, following: State
) -> None:
    """With the DelayOpenTimer running, its expiry leads to OpenSent and an OPEN (event 20) to OpenConfirm."""
    connection = connection_in(before, config=DELAYED)
    connection.handle(TransportOpened())
    assert connection.state is before
    connection.handle(event)
    assert connection.state is following


@pytest.mark.rfc("4271", "8.2.2")
def test_failure_while_delay_open_timer_runs_leads_from_connect_to_active() -> None:
    """Event 18 in Connect, DelayOpenTimer running: the ConnectRetryTimer starts anew, the state is Active."""
    connection = connection_in(State.CONNECT, config=DELAYED)
    connection.handle(TransportOpened())
    connection.handle(TransportFailed("reset"))
    assert connection.state is State.ACTIVE
