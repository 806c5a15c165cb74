"""The transition table, whole, and its picture in Markdown. RFC 4271, section 8.2.2."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from bgpkit_fsm.row import EventKind, Row, StateRows
from bgpkit_fsm.rows_after_open import ESTABLISHED_ROWS, OPEN_CONFIRM_ROWS, OPEN_SENT_ROWS
from bgpkit_fsm.rows_before_open import ACTIVE_ROWS, CONNECT_ROWS, IDLE_ROWS
from bgpkit_fsm.state import State, Timer

TRANSITIONS: Final[Mapping[State, StateRows]] = {
    State.IDLE: IDLE_ROWS,
    State.CONNECT: CONNECT_ROWS,
    State.ACTIVE: ACTIVE_ROWS,
    State.OPEN_SENT: OPEN_SENT_ROWS,
    State.OPEN_CONFIRM: OPEN_CONFIRM_ROWS,
    State.ESTABLISHED: ESTABLISHED_ROWS,
}
"""Every state and every kind of event has a cell; the last row of a cell has no guard."""


def render() -> str:
    """Return the table in Markdown, one table a state, as ``fsm/README.md`` shows it."""
    return "\n\n".join(f"### {state}\n\n{_render_state(rows)}" for state, rows in TRANSITIONS.items())


def _render_state(rows: StateRows) -> str:
    head = ("| event | number | when | does | next state | source |", "|---|---|---|---|---|---|")
    return "\n".join((*head, *_lines(rows)))


def _lines(rows: StateRows) -> Iterator[str]:
    for kind, cell in rows.items():
        for row in cell:
            columns = (_name(kind), row.events, _when(row), _does(row), str(row.next_state), _source(row))
            yield f"| {' | '.join(columns)} |"


def _name(kind: EventKind) -> str:
    return f"{kind.value} expired" if isinstance(kind, Timer) else f"`{kind.__name__}`"


def _when(row: Row) -> str:
    return _words(row.when) if row.when is not None else ""


def _does(row: Row) -> str:
    return ", ".join(_words(action) for action in row.actions) or "nothing"


def _source(row: Row) -> str:
    return row.section.removeprefix("RFC 4271, section ")


def _words(function: Callable[..., object]) -> str:
    return function.__name__.replace("_", " ")
