"""Tests of the conditions in the table."""

from dataclasses import replace

import pytest

from bgpkit_fsm import MessageRefused, Notification, NotificationReceived, Slot, Started, Timer, guards
from bgpkit_fsm.session_attributes import SessionAttributes
from tests.unit.fsm.sessions import CONFIG, DELAYED, PASSIVE

OUTGOING = SessionAttributes(CONFIG, Slot.OUTGOING)
INCOMING = SessionAttributes(CONFIG, Slot.INCOMING)


def test_peer_must_connect_where_we_do_not_dial() -> None:
    """True for passive peers and slot INCOMING."""
    passive = SessionAttributes(PASSIVE, Slot.OUTGOING)
    assert [guards.peer_must_connect(a, Started()) for a in (OUTGOING, INCOMING, passive)] == [False, True, True]


def test_connection_was_accepted_in_slot_incoming_only() -> None:
    """A passive peer's slot OUTGOING was not accepted: it is empty."""
    assert [guards.connection_was_accepted(a, Started()) for a in (OUTGOING, INCOMING)] == [False, True]


def test_delay_open_is_set_by_a_time_above_zero() -> None:
    """Zero seconds mean that the attribute is FALSE."""
    configs = (CONFIG, DELAYED, replace(CONFIG, delay_open_time=0.001))
    attributes = [SessionAttributes(config, Slot.OUTGOING) for config in configs]
    assert [guards.delay_open_is_set(a, Started()) for a in attributes] == [False, True, True]


def test_version_error_before_open_needs_the_timer() -> None:
    """Event 24 has its own row before OPEN only while the DelayOpenTimer runs."""
    event = NotificationReceived(Notification(2, 1))
    attributes = SessionAttributes(DELAYED, Slot.OUTGOING)
    assert not guards.version_is_refused_before_open(attributes, event)
    attributes.start_timer(Timer.DELAY_OPEN, 5.0)
    assert guards.delay_open_timer_runs(attributes, event)
    assert guards.version_is_refused_before_open(attributes, event)


@pytest.mark.parametrize(("code", "subcode", "is_version"), [(2, 1, True), (2, 2, False), (1, 1, False), (6, 1, False)])
def test_version_is_refused_by_exactly_one_notification(code: int, subcode: int, is_version: bool) -> None:
    """OPEN Message Error with Unsupported Version Number, and nothing else."""
    assert guards.version_is_refused(OUTGOING, NotificationReceived(Notification(code, subcode))) is is_version


@pytest.mark.parametrize(
    ("code", "late", "is_open"),
    [(1, False, False), (2, False, True), (3, True, False), (6, False, False), (7, True, False)],
)
def test_refused_messages_are_told_apart_by_error_code(code: int, late: bool, is_open: bool) -> None:
    """UPDATE and ROUTE-REFRESH belong to Established, an OPEN does not, a header may come at any time."""
    event = MessageRefused(Notification(code, 1))
    assert guards.message_belongs_to_established(OUTGOING, event) is late
    assert guards.message_is_open(OUTGOING, event) is is_open
