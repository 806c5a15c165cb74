"""The shape of the transition table: rows, and the kinds of event that choose them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bgpkit_fsm.event import ConnectionEvent, TimerExpired
from bgpkit_fsm.session_attributes import SessionAttributes
from bgpkit_fsm.state import State, Timer

Action: TypeAlias = Callable[[SessionAttributes, ConnectionEvent], None]
Guard: TypeAlias = Callable[[SessionAttributes, ConnectionEvent], bool]

EventKind: TypeAlias = type[ConnectionEvent] | Timer
"""The class of an event, or, for ``TimerExpired``, the timer."""


@dataclass(frozen=True, slots=True)
class Row:
    """One transition: what is done, and the state after it."""

    events: str
    """The numbers of RFC 4271, section 8.1, that this row covers; ``-`` for an event newer than that."""
    section: str
    """Where the rule stands, such as ``RFC 4271, section 8.2.2``."""
    actions: tuple[Action, ...]
    next_state: State
    when: Guard | None = None
    """The row applies only where this holds; the last row of a cell applies always."""


Cell: TypeAlias = tuple[Row, ...]
"""The rows of one state and kind of event; the first whose guard holds applies."""

StateRows: TypeAlias = Mapping[EventKind, Cell]
"""All cells of one state."""


def kind_of(event: ConnectionEvent) -> EventKind:
    """Return what chooses the cell of ``event``."""
    return event.timer if isinstance(event, TimerExpired) else type(event)
