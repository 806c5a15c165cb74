"""Random states as resources can describe them; and such whose packets have one way past the interfaces of nodes."""

from collections.abc import Iterable
from dataclasses import replace

from bgpkit_node.policy import PolicyState
from bgpkit_node.policy.model import Action, Endpoint, Policy, Profile, Rule
from bgpkit_node.resources import parse_selector

_ALL = parse_selector("all()")
_ICMP = 1
_TCP = 6


def enforceable(state: PolicyState) -> PolicyState:
    """Return a state whose rules are such as resources can have."""
    policies = {key: _sound_policy(policy) for key, policy in state.policies.items()}
    profiles = {name: _without_pass(profile) for name, profile in state.profiles.items()}
    return replace(state, policies=policies, profiles=profiles)


def with_one_way(state: PolicyState) -> PolicyState:
    """Return a state in which all but the first endpoint for a node's interfaces are pods."""
    endpoints: dict[str, Endpoint] = {}
    nodes: set[str] = set()
    for number, (key, endpoint) in enumerate(state.endpoints.items()):
        if endpoint.host and endpoint.node in nodes:
            endpoints[key] = replace(endpoint, host=False, interface=f"cali{number}")
        else:
            endpoints[key] = endpoint
            nodes |= {endpoint.node} if endpoint.host else set()
    return replace(state, endpoints=endpoints)


def with_interfaces(state: PolicyState, interfaces: Iterable[str]) -> PolicyState:
    """Return a state in which node n1 has endpoints for these interfaces, and all policies are for all, forwarding too.

    Other endpoints for interfaces of nodes are pods.
    """
    pods = {
        key: replace(each, host=False, interface=f"cali{number}") if each.host else each
        for number, (key, each) in enumerate(state.endpoints.items())
    }
    labels = (("a", "x"), ("b", "x"))
    wires = {
        name: Endpoint(key=name, node="n1", interface=name, labels=labels, host=True) for name in sorted(interfaces)
    }
    policies = {
        key: replace(each, selector=_ALL, apply_on_forward=not (each.do_not_track or each.pre_dnat))
        for key, each in state.policies.items()
    }
    return replace(state, endpoints=pods | wires, policies=policies)


def _sound_policy(policy: Policy) -> Policy:
    return replace(policy, ingress=tuple(map(_sound, policy.ingress)), egress=tuple(map(_sound, policy.egress)))


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
