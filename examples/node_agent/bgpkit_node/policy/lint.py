"""Policies that do not do what they seem to: found by looking at them beside the endpoints there are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bgpkit_node.policy.cluster import Cluster
from bgpkit_node.policy.dns_reach import DnsReach
from bgpkit_node.policy.model import Direction, Match, Policy, PolicyId, Rule
from bgpkit_node.policy.precedence import is_known_tier
from bgpkit_node.policy.rule_cover import shadowing
from bgpkit_node.policy.state import PolicyState
from bgpkit_node.resources import Selector


class Finding(NamedTuple):
    """What is odd about a policy, in words that follow its name; ``rule`` is empty when it is the whole."""

    policy: PolicyId
    rule: str
    text: str

    def __str__(self) -> str:
        """Give the whole sentence."""
        return f"{self.policy}{f' {self.rule}' if self.rule else ''}: {self.text}"


def findings_of(cluster: Cluster) -> Iterator[Finding]:
    """Yield what is odd, by policy."""
    state = cluster.state
    known = _Known(state)
    dns = DnsReach(cluster)
    for policy in sorted(state.policies.values(), key=lambda policy: policy.id):
        yield from _of_policy(policy, known)
        for direction in Direction:
            for rule, earlier in shadowing(policy.rules(direction)):
                yield Finding(policy.id, rule.name, f"never decides: {earlier.name} matches all that it would")
            for rule in policy.rules(direction):
                yield from (Finding(policy.id, rule.name, text) for text in known.misses(rule))
        cut = dns.cut_off(policy)
        if cut:
            text = f"cuts {cut} off from name resolution: no rule lets UDP 53 out to a DNS server"
            yield Finding(policy.id, "", text)


class _Known:
    """What policies can refer to."""

    def __init__(self, state: PolicyState) -> None:
        self._state = state
        self._endpoints: list[Mapping[str, str]] = [dict(each.labels) for each in state.endpoints.values()]
        self._sets: list[Mapping[str, str]] = [dict(each.labels) for each in state.network_sets.values()]
        self._ports = {port.name for each in state.endpoints.values() for port in each.ports}

    def selects(self, selector: Selector) -> bool:
        """Tell whether there is an endpoint that a policy is for."""
        return any(selector.matches(labels) for labels in self._endpoints)

    def has_tier(self, name: str) -> bool:
        """Tell whether there is a tier."""
        return is_known_tier(name, self._state.tiers)

    def misses(self, rule: Rule) -> Iterator[str]:
        """Yield what a rule refers to that is not there."""
        for side, match in (("source", rule.source), ("destination", rule.destination)):
            for selector in (match.selector, match.not_selector):
                if selector is not None and not self._finds(selector):
                    yield f"the selector of its {side} finds nothing now: {selector}"
            yield from (f"no endpoint calls a port {name} now" for name in self._unknown_ports(match))
            if match.service is not None and match.service not in self._state.services:
                yield f"service {match.service.namespace}/{match.service.name} is not known, and so matches nothing"

    def _finds(self, selector: Selector) -> bool:
        return any(selector.matches(labels) for labels in (*self._endpoints, *self._sets))

    def _unknown_ports(self, match: Match) -> Sequence[str]:
        ports = (*match.ports, *match.not_ports)
        return [port for port in ports if isinstance(port, str) and port not in self._ports]


def _of_policy(policy: Policy, known: _Known) -> Iterator[Finding]:
    if not known.selects(policy.selector):
        yield Finding(policy.id, "", f"is for no endpoint now, and protects nothing: {policy.selector}")
    for direction in Direction:
        if policy.rules(direction) and direction not in policy.directions:
            word = direction.value
            text = f"has rules for {word.lower()} that are never asked: its types do not name {word}"
            yield Finding(policy.id, "", text)
    if not known.has_tier(policy.tier):
        yield Finding(policy.id, "", f"is in tier {policy.tier}, which does not exist: all others are asked before it")
