"""Tests of what a connection remembers."""

import pytest

from bgpkit_fsm import SessionConfig, Slot, StartTimer, StopTimer, Timer
from bgpkit_fsm.session_attributes import SessionAttributes
from tests.unit.fsm.sessions import CONFIG, PASSIVE


@pytest.mark.parametrize(
    ("config", "slot", "dials"),
    [(CONFIG, Slot.OUTGOING, True), (CONFIG, Slot.INCOMING, False), (PASSIVE, Slot.OUTGOING, False)],
)
def test_only_an_outgoing_connection_of_an_active_peer_is_dialled(
    config: SessionConfig, slot: Slot, dials: bool
) -> None:
    """Passive peers and slot INCOMING wait for the peer."""
    assert SessionAttributes(config, slot).dials is dials


def test_only_running_timers_are_stopped() -> None:
    """Stopping names each running timer once, and none that does not run."""
    attributes = SessionAttributes(CONFIG, Slot.OUTGOING)
    attributes.start_timer(Timer.HOLD, 3.0)
    attributes.start_timer(Timer.HOLD, 4.0)
    attributes.stop_timers(Timer)
    attributes.stop_timers(Timer)
    assert attributes.effects == [
        StartTimer(Slot.OUTGOING, Timer.HOLD, 3.0),
        StartTimer(Slot.OUTGOING, Timer.HOLD, 4.0),
        StopTimer(Slot.OUTGOING, Timer.HOLD),
    ]
