"""Tests of the kinds of event that choose rows."""

import pytest

from bgpkit_fsm import Started, Timer, TimerExpired, UpdateReceived
from bgpkit_fsm.row import kind_of


@pytest.mark.parametrize("timer", Timer)
def test_kind_of_an_expiry_is_its_timer(timer: Timer) -> None:
    """Each timer has its own cell."""
    assert kind_of(TimerExpired(timer)) is timer


def test_kind_of_any_other_event_is_its_class() -> None:
    """The class is what chooses the cell."""
    assert (kind_of(Started()), kind_of(UpdateReceived())) == (Started, UpdateReceived)
