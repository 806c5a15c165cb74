"""What is written for nftables, read by a small model of it, against the evaluator; changes against a fresh start."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import Element
from bgpkit_node.nft.rendering import Rendering, TableChange
from bgpkit_node.policy import Evaluator, Packet, PolicyEngine, PolicyState, changes_between, program_of_state
from bgpkit_node.policy.model import Action, Profile, Rule
from tests.properties.policy_engine_strategies import NODES, packets, seen_from, states
from tests.support.nft_model import passes

_ICMP = 1
_TCP = 6


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(states(), st.lists(packets(), min_size=5, max_size=20))
def test_the_rules_let_pass_what_the_evaluator_allows(drawn: PolicyState, flows: list[Packet]) -> None:
    """On all nodes together, for every packet; what a node sends itself comes by no chain."""
    state = _enforceable(drawn)
    evaluator = Evaluator(state)
    renderings = {
        node: Rendering(program_of_state(node, seen_from(node, state)), EnforcementSettings()) for node in NODES
    }
    for packet in flows:
        if packet.protocol == _ICMP and packet.source.version == 6:
            continue
        found = all(_passes(node, rendering, packet, state) for node, rendering in renderings.items())
        assert found is evaluator.verdict(packet).allowed, packet


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(states(), min_size=2, max_size=4))
def test_changes_lead_to_the_table_of_a_fresh_start(history: list[PolicyState]) -> None:
    """And what a change says is exactly what differs."""
    engine = PolicyEngine("n1")
    before, rendering = PolicyState(), None
    for drawn in history:
        after = seen_from("n1", _enforceable(drawn))
        change = engine.apply(changes_between(before, after))
        before = after
        fresh = Rendering(engine.program(), EnforcementSettings())
        if rendering is None or not rendering.serves(change) or rendering.versions != fresh.versions:
            rendering = fresh
            continue
        chains, held = dict(rendering.chains), {name: set(found) for name, found in rendering.elements.items()}
        _assert_follows(rendering.update(change), chains, held, rendering)
        for name, found in fresh.elements.items():
            assert rendering.elements[name] == found
        assert rendering.chains == fresh.chains
        assert rendering.sets.keys() >= fresh.sets.keys()


def _assert_follows(
    done: TableChange, chains: dict[str, Chain], held: dict[str, set[Element]], rendering: Rendering
) -> None:
    """Fail unless the change makes of what was there what is there now."""
    for name in done.gone_chains:
        del chains[name]
    assert chains | done.chains == rendering.chains
    for name in done.gone_sets:
        del held[name]
    for name, removed in done.removed.items():
        assert removed <= held.setdefault(name, set())
        held[name] -= removed
    for name, added in done.added.items():
        assert not added & held.setdefault(name, set())
        held[name] |= added
    for name in done.sets:
        held.setdefault(name, set())
    assert held == rendering.elements


def _passes(node: str, rendering: Rendering, packet: Packet, state: PolicyState) -> bool:
    """Tell whether a node lets a packet through that comes its way."""
    own = state.nodes[node]
    if packet.source in own:
        return True
    local = {
        address: endpoint.interface
        for endpoint in state.endpoints.values()
        if endpoint.node == node
        for address in endpoint.addresses
    }
    iif = local.get(packet.source, "eth0")
    oif = "" if packet.destination in own else local.get(packet.destination, "eth0")
    return passes(rendering, packet, iif, oif)


def _enforceable(state: PolicyState) -> PolicyState:
    """Return a state of pods only, whose rules are such as resources can have."""
    policies = {
        key: replace(
            policy,
            do_not_track=False,
            pre_dnat=False,
            ingress=tuple(map(_sound, policy.ingress)),
            egress=tuple(map(_sound, policy.egress)),
        )
        for key, policy in state.policies.items()
    }
    profiles = {name: _without_pass(profile) for name, profile in state.profiles.items()}
    endpoints = {key: replace(endpoint, host=False) for key, endpoint in state.endpoints.items()}
    return replace(state, policies=policies, profiles=profiles, endpoints=endpoints)


def _without_pass(profile: Profile) -> Profile:
    return replace(profile, ingress=_passing_nothing(profile.ingress), egress=_passing_nothing(profile.egress))


def _passing_nothing(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(_sound(rule) for rule in rules if rule.action is not Action.NEXT_TIER)


def _sound(rule: Rule) -> Rule:
    """Return a rule that looks at ICMP or at ports only of a protocol that has them."""
    ends = (rule.source, rule.destination)
    if any(end.ports or end.not_ports or end.service for end in ends):
        return replace(rule, protocol=rule.protocol if rule.protocol == 17 else _TCP, icmp=None, not_icmp=None)
    return replace(rule, protocol=_ICMP) if rule.icmp or rule.not_icmp else rule
