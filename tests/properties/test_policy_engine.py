"""What nodes enforce against what the evaluator says, and changes against a fresh start."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgpkit_node.policy.engine import PolicyEngine, program_of_state
from bgpkit_node.policy.evaluator import Evaluator
from bgpkit_node.policy.program import MemberSet, NodeProgram, ProgramChange
from bgpkit_node.policy.state import PolicyState, StateChange, changes_between, state_after
from bgpkit_node.policy.verdict import Packet
from tests.properties.policy_engine_strategies import NODES, changes, packets, seen_from, states
from tests.support.policy_model import passes

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(states(), st.lists(packets(), min_size=1, max_size=10))
def test_nodes_together_let_pass_what_the_evaluator_allows(state: PolicyState, flows: list[Packet]) -> None:
    """A connection passes every node's program exactly when the policies allow it."""
    evaluator = Evaluator(state)
    programs = [program_of_state(node, seen_from(node, state)) for node in NODES]
    for packet in flows:
        assert all(passes(program, packet) for program in programs) is evaluator.verdict(packet).allowed, packet


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(states(), st.lists(changes(), min_size=1, max_size=8))
def test_changes_lead_where_a_fresh_start_leads(begun: PolicyState, history: list[StateChange]) -> None:
    """After any sequence of changes the engine holds what one that began with the last state holds.

    What it tells of each change makes the program before into the one after, and tells nothing twice.
    """
    engine, state = PolicyEngine("n1"), PolicyState()
    told = engine.program()
    for change in (changes_between(state, begun), *history):
        state = state_after(state, change)
        seen = seen_from("n1", state)
        local = {key: seen.endpoints.get(key) for key in change.endpoints}
        told = _applied(told, engine.apply(replace(change, endpoints=local)))
        assert engine.program() == program_of_state("n1", seen)
        assert told == engine.program()
    again = changes_between(PolicyState(), seen_from("n1", state))
    assert engine.apply(again) == ProgramChange(endpoints={}, policies={}, sets={}, members={})


def _applied(program: NodeProgram, change: ProgramChange) -> NodeProgram:
    """Return what a renderer that follows the changes has."""
    endpoints = {**program.endpoints, **change.endpoints}
    policies = {**program.policies, **change.policies}
    for set_id in change.members:
        assert set_id in program.sets
        assert set_id not in change.sets
    assert all((set_id in program.sets) is (found is None) for set_id, found in change.sets.items())
    sets = {set_id: _with_members(found, change) for set_id, found in {**program.sets, **change.sets}.items() if found}
    return NodeProgram(
        endpoints={key: found for key, found in endpoints.items() if found is not None},
        policies={key: found for key, found in policies.items() if found is not None},
        sets=sets,
        node_addresses=program.node_addresses if change.node_addresses is None else change.node_addresses,
        peers=program.peers if change.peers is None else change.peers,
    )


def _with_members(found: MemberSet, change: ProgramChange) -> MemberSet:
    if found.id not in change.members:
        return found
    added, removed = change.members[found.id]
    assert removed <= found.members
    assert not added & found.members
    return MemberSet(id=found.id, kind=found.kind, members=(found.members | added) - removed, title=found.title)
