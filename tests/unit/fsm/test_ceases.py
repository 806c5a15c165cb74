"""Tests of what a Cease of the peer means."""

import pytest

from bgpkit_fsm import Event, MessageRefused, Notification, NotificationReceived
from bgpkit_fsm.ceases import asks_for_rest, keeps_the_other_connection


@pytest.mark.parametrize(
    ("event", "other", "rest"),
    [
        (NotificationReceived(Notification(6, 7)), True, False),
        (NotificationReceived(Notification(6, 2)), False, True),
        (NotificationReceived(Notification(6, 3)), False, True),
        (NotificationReceived(Notification(6, 5)), False, True),
        (NotificationReceived(Notification(6, 8)), False, True),
        (NotificationReceived(Notification(6, 4)), False, False),
        (NotificationReceived(Notification(6, 200)), False, False),
        (NotificationReceived(Notification(2, 7)), False, False),
        (NotificationReceived(Notification(3, 2)), False, False),
        (MessageRefused(Notification(6, 7)), False, False),
    ],
)
def test_only_a_cease_of_the_peer_counts(event: Event, other: bool, rest: bool) -> None:
    """By its subcode; other error codes have subcodes of the same numbers."""
    assert (keeps_the_other_connection(event), asks_for_rest(event)) == (other, rest)
