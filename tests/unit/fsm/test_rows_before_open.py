"""Tests of the rows of Idle, Connect and Active."""

import pytest

from bgpkit_fsm import State, actions
from bgpkit_fsm.row import StateRows
from bgpkit_fsm.rows_before_open import ACTIVE_ROWS, CONNECT_ROWS, IDLE_ROWS

SPEAKING = {action for name, action in vars(actions).items() if name.startswith("send_")}


def test_idle_says_nothing_and_starts_no_session() -> None:
    """No row of Idle sends a message; all lead to Idle, Connect or Active."""
    rows = [row for cell in IDLE_ROWS.values() for row in cell]
    assert not any(SPEAKING & set(row.actions) for row in rows)
    assert {row.next_state for row in rows} == {State.IDLE, State.CONNECT, State.ACTIVE}


@pytest.mark.parametrize("rows", [CONNECT_ROWS, ACTIVE_ROWS])
def test_first_message_is_open(rows: StateRows) -> None:
    """Where Connect or Active speak at all, the first message is our OPEN."""
    spoken = [[a for a in row.actions if a in SPEAKING] for cell in rows.values() for row in cell]
    assert {messages[0] for messages in spoken if messages} == {actions.send_open}


@pytest.mark.parametrize("rows", [CONNECT_ROWS, ACTIVE_ROWS])
def test_way_to_idle_drops_the_transport(rows: StateRows) -> None:
    """Every row that leads to Idle stops the timers and drops the transport."""
    ends = [row for cell in rows.values() for row in cell if row.next_state is State.IDLE]
    assert all({actions.stop_all_timers, actions.drop_transport} <= set(row.actions) for row in ends)
