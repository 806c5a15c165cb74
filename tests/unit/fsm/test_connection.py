"""Tests of a single connection."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit_fsm import (
    TRANSITIONS,
    Connection,
    KeepaliveReceived,
    Open,
    OpenReceived,
    SendMessage,
    Slot,
    Started,
    StartTimer,
    State,
    Timer,
    TransportAccepted,
    TransportOpened,
    UpdateReceived,
)
from bgpkit_fsm.session_attributes import SessionAttributes
from tests.unit.fsm.sessions import CONFIG, DELAYED, LOCAL_ASN, REMOTE_OPEN, connection_in, notifications


@pytest.mark.parametrize("event", [UpdateReceived(), KeepaliveReceived()])
def test_cheap_path_gives_what_the_table_says(event: UpdateReceived | KeepaliveReceived) -> None:
    """Once Established, the cached answer equals that of the row's actions, and is the same object each time."""
    connection = connection_in(State.ESTABLISHED)
    attributes = SessionAttributes(CONFIG, Slot.OUTGOING)
    attributes.negotiated = connection.negotiated
    (row,) = TRANSITIONS[State.ESTABLISHED][type(event)]
    for action in row.actions:
        action(attributes, event)
    assert connection.handle(event) == tuple(attributes.effects)
    assert connection.handle(event) is connection.handle(event)
    assert row.next_state is State.ESTABLISHED


def test_incoming_connection_starts_like_a_passive_one() -> None:
    """It waits in Active, without a ConnectRetryTimer, and speaks when it was accepted."""
    connection = Connection(CONFIG, Slot.INCOMING)
    assert connection.handle(Started()) == ()
    assert connection.handle(TransportAccepted()) == (
        SendMessage(Slot.INCOMING, CONFIG.open),
        StartTimer(Slot.INCOMING, Timer.HOLD, 240.0),
    )


@pytest.mark.parametrize("state", State)
def test_awaits_open_in_open_sent_only(state: State) -> None:
    """Without DelayOpen an OPEN is due in one state."""
    assert connection_in(state).awaits_open is (state is State.OPEN_SENT)


def test_awaits_open_while_our_own_is_held_back() -> None:
    """With the DelayOpenTimer running the peer may speak first."""
    connection = connection_in(State.CONNECT, config=DELAYED)
    assert not connection.awaits_open
    connection.handle(TransportOpened())
    assert connection.awaits_open


def test_new_configuration_does_not_change_the_terms_of_an_open_that_is_out() -> None:
    """The peer's OPEN is judged by, and the terms are made from, the OPEN that was sent."""
    connection = connection_in(State.OPEN_SENT)
    connection.config = replace(CONFIG, peer_asn=1, hold_time=9, bgp_identifier=IPv4Address("1.1.1.1"))
    assert connection.local_open == CONFIG.open
    connection.handle(OpenReceived(REMOTE_OPEN))
    assert connection.state is State.OPEN_CONFIRM
    assert connection.negotiated is not None
    assert connection.negotiated.local == CONFIG.open


def test_refused_open_takes_the_row_of_event_22() -> None:
    """A well-formed OPEN that is not acceptable ends the connection with the fault as NOTIFICATION."""
    connection = connection_in(State.OPEN_SENT)
    wrong = Open(my_as=LOCAL_ASN, hold_time=30, bgp_identifier=IPv4Address("10.0.0.2"))
    assert notifications(connection.handle(OpenReceived(wrong))) == [(2, 2, b"")]
    assert connection.connect_retry_counter == 1


def test_terms_end_with_the_connection() -> None:
    """Nothing of an ended connection is left."""
    connection = connection_in(State.ESTABLISHED)
    connection.handle(OpenReceived(REMOTE_OPEN))
    assert (connection.state, connection.negotiated, connection.update_effects) == (State.IDLE, None, ())
