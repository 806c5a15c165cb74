"""Tests of the rows of OpenSent, OpenConfirm and Established."""

import pytest

from bgpkit_fsm import State, actions
from bgpkit_fsm.row import StateRows
from bgpkit_fsm.rows_after_open import ESTABLISHED_ROWS, OPEN_CONFIRM_ROWS, OPEN_SENT_ROWS

SAYS_WHY = {
    State.OPEN_SENT: actions.report_failure,
    State.OPEN_CONFIRM: actions.report_failure,
    State.ESTABLISHED: actions.release_session,
}
ALL = [
    (State.OPEN_SENT, OPEN_SENT_ROWS),
    (State.OPEN_CONFIRM, OPEN_CONFIRM_ROWS),
    (State.ESTABLISHED, ESTABLISHED_ROWS),
]


@pytest.mark.parametrize(("state", "rows"), ALL)
def test_every_end_stops_drops_and_says_why_once(state: State, rows: StateRows) -> None:
    """Each row that leaves for Idle or Active stops timers, drops the transport, and tells once in the right word."""
    ends = [row for cell in rows.values() for row in cell if row.next_state.value < State.OPEN_SENT.value]
    assert ends
    for row in ends:
        assert {actions.stop_all_timers, actions.drop_transport} <= set(row.actions)
        told = [a for a in row.actions if a in (actions.report_failure, actions.release_session)]
        assert told == [SAYS_WHY[state]]


@pytest.mark.parametrize(("state", "rows"), ALL)
def test_nothing_is_sent_after_the_transport_was_dropped(state: State, rows: StateRows) -> None:
    """In each row messages come before the end of the connection."""
    for cell in rows.values():
        for row in cell:
            names = [action.__name__ for action in row.actions]
            if "drop_transport" in names:
                assert not any(name.startswith("send_") for name in names[names.index("drop_transport") :]), state


def test_only_open_confirm_establishes() -> None:
    """One row of the machine begins a session."""
    rows = [row for _, cells in ALL for cell in cells.values() for row in cell]
    assert sum(actions.establish_session in row.actions for row in rows) == 1
