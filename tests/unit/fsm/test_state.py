"""Tests of states and slots."""

import pytest

from bgpkit_fsm import Slot, State


def test_states_are_numbered_as_in_the_mib() -> None:
    """RFC 4273, bgpPeerState: idle(1), connect(2), active(3), opensent(4), openconfirm(5), established(6)."""
    assert [state.value for state in State] == [1, 2, 3, 4, 5, 6]


def test_states_are_spelled_as_in_the_rfc() -> None:
    """RFC 4271, section 8.2.2, writes OpenSent."""
    assert [str(state) for state in State] == ["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"]


@pytest.mark.parametrize("slot", Slot)
def test_other_slot_of_the_other_is_the_same(slot: Slot) -> None:
    """There are two."""
    assert slot.other is not slot
    assert slot.other.other is slot
