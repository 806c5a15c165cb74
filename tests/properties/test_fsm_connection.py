"""Laws of a single connection."""

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from bgpkit_fsm import Connection, ConnectionEvent, Effect, SessionConfig, Slot, State
from tests.properties.fsm_strategies import configs, connection_events
from tests.unit.fsm.sessions import CONFIG, connection_in

EFFECTS = get_args(Effect)


@given(state=st.sampled_from(State), event=connection_events(), passive=st.booleans())
def test_every_state_answers_every_event(state: State, event: ConnectionEvent, passive: bool) -> None:
    """State x event is total: nothing raises, the answer is a tuple of effects, and a state follows."""
    connection = connection_in(state)
    connection.config = replace(CONFIG, passive=passive)
    effects = connection.handle(event)
    assert all(isinstance(effect, EFFECTS) for effect in effects)
    assert connection.state in State


@given(config=configs(), slot=st.sampled_from(Slot), events=st.lists(connection_events(), max_size=30))
def test_connection_outlives_any_sequence(config: SessionConfig, slot: Slot, events: list[ConnectionEvent]) -> None:
    """Whatever comes, in whatever order, effects concern the connection's own slot and terms exist once confirmed."""
    connection = Connection(config, slot)
    for event in events:
        for effect in connection.handle(event):
            assert getattr(effect, "slot", slot) is slot
        confirmed = connection.state in (State.OPEN_CONFIRM, State.ESTABLISHED)
        assert (connection.negotiated is not None) == confirmed
