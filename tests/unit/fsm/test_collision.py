"""Tests of collision resolution as a pure rule."""

from itertools import product

import pytest

from bgpkit_fsm import Open, Slot, State, preferred_slot
from bgpkit_fsm.collision import losing_slot
from tests.unit.fsm.sessions import CONFIG, LOWER_OPEN, REMOTE_OPEN

OUT, IN = Slot.OUTGOING, Slot.INCOMING


@pytest.mark.parametrize("remote", [REMOTE_OPEN, LOWER_OPEN])
def test_both_sides_prefer_the_same_connection(remote: Open) -> None:
    """What is OUTGOING here is INCOMING there."""
    assert preferred_slot(CONFIG.open, remote) is preferred_slot(remote, CONFIG.open).other


@pytest.mark.parametrize(("slot", "preferred"), [*product(Slot, Slot)])
def test_established_stays_and_idle_is_no_collision(slot: Slot, preferred: Slot) -> None:
    """Identifiers do not matter to either."""
    assert losing_slot(slot, State.ESTABLISHED, preferred) is slot
    assert losing_slot(slot, State.IDLE, preferred) is None


@pytest.mark.parametrize(("slot", "preferred"), [*product(Slot, Slot)])
def test_against_open_confirm_the_preferred_connection_stays(slot: Slot, preferred: Slot) -> None:
    """Both identifiers are known on both connections."""
    assert losing_slot(slot, State.OPEN_CONFIRM, preferred) is preferred.other


@pytest.mark.parametrize("other", [State.CONNECT, State.ACTIVE, State.OPEN_SENT])
@pytest.mark.parametrize("slot", Slot)
def test_preferred_connection_ends_the_one_without_open(slot: Slot, other: State) -> None:
    """An OPEN on the preferred connection settles it at once."""
    assert losing_slot(slot, other, slot) is slot.other


def test_other_connection_without_open_counts_only_if_we_opened_it_and_spoke() -> None:
    """We know of our own OPEN that it is out, not of the peer's that it is coming."""
    assert losing_slot(IN, State.OPEN_SENT, OUT) is IN
    assert losing_slot(IN, State.CONNECT, OUT) is OUT
    assert losing_slot(IN, State.ACTIVE, OUT) is OUT
    assert [losing_slot(OUT, state, IN) for state in (State.ACTIVE, State.OPEN_SENT)] == [None, None]


@pytest.mark.parametrize(("slot", "preferred"), [*product(Slot, Slot)])
def test_an_established_connection_is_examined_where_that_is_asked_for(slot: Slot, preferred: Slot) -> None:
    """CollisionDetectEstablishedState: the preferred connection stays, as against OpenConfirm."""
    assert losing_slot(slot, State.ESTABLISHED, preferred, detect_established=True) is preferred.other
    assert losing_slot(slot, State.IDLE, preferred, detect_established=True) is None
