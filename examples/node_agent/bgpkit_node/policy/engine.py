"""From policies and endpoints to what one node enforces, computed anew only where something changed."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeVar

from bgpkit_node.policy.active_programs import ActivePrograms
from bgpkit_node.policy.endpoint_program import is_asked, program_of_endpoint, tiers_of
from bgpkit_node.policy.matching import Matching
from bgpkit_node.policy.member_sets import MemberSets
from bgpkit_node.policy.model import Address, Direction, Endpoint, Policy, PolicyId, Profile, Tier
from bgpkit_node.policy.precedence import Precedence, precedence, tier_called
from bgpkit_node.policy.program import EndpointProgram, NodeProgram, ProgramChange, TierProgram
from bgpkit_node.policy.rule_program import profile_id
from bgpkit_node.policy.state import PolicyState, StateChange, changes_between

_K = TypeVar("_K")
_V = TypeVar("_V")
_Tiers = Mapping[Direction, tuple[TierProgram, ...]]


class PolicyEngine:
    """Keeps the program of a node; what a change costs depends on what it touches, not on how much there is."""

    def __init__(self, node: str) -> None:
        """Begin with nothing to enforce on ``node``."""
        self._node = node
        self._endpoints: dict[str, Endpoint] = {}
        self._policies: dict[PolicyId, Policy] = {}
        self._tiers: dict[str, Tier] = {}
        self._profiles: dict[str, Profile] = {}
        self._nodes: dict[str, frozenset[Address]] = {}
        self._precedence: dict[PolicyId, Precedence] = {}
        self._naming: dict[str, set[str]] = defaultdict(set)
        self._matching = Matching()
        self._sets = MemberSets()
        self._active = ActivePrograms(self._sets)
        self._programs: dict[str, EndpointProgram] = {}
        self._stale_endpoints: set[str] = set()
        self._stale_policies: set[PolicyId] = set()
        self._stale_profiles: set[str] = set()

    def apply(self, change: StateChange) -> ProgramChange:
        """Take in a change as a whole; return what it changes of the program."""
        before = (self._own_addresses(), self._peers())
        for node, addresses in change.nodes.items():
            _put(self._nodes, node, addresses)
        for service_id, service in change.services.items():
            self._sets.put_service(service_id, service)
        for key, network_set in change.network_sets.items():
            if network_set is None:
                self._sets.remove_network_set(key)
            else:
                self._sets.put_network_set(network_set)
        for key, endpoint in change.endpoints.items():
            self._take_endpoint(key, endpoint)
        for name, profile in change.profiles.items():
            self._take_profile(name, profile)
        for policy_id, policy in change.policies.items():
            self._take_policy(policy_id, policy)
        self._take_tiers(change.tiers)
        return self._renew(before)

    def program(self) -> NodeProgram:
        """Return all that the node enforces."""
        return NodeProgram(
            endpoints=dict(self._programs),
            policies=self._active.whole(),
            sets=self._sets.whole(),
            node_addresses=self._own_addresses(),
            peers=self._peers(),
        )

    def _own_addresses(self) -> frozenset[Address]:
        return self._nodes.get(self._node, frozenset())

    def _peers(self) -> frozenset[Address]:
        empty: frozenset[Address] = frozenset()
        return empty.union(*(addresses for node, addresses in self._nodes.items() if node != self._node))

    def _take_endpoint(self, key: str, endpoint: Endpoint | None) -> None:
        before = self._endpoints.get(key)
        _put(self._endpoints, key, endpoint)
        if endpoint is not None:
            self._sets.put_endpoint(endpoint)
        elif before is not None:
            self._sets.remove_endpoint(key)
        self._take_local(key, _if_local(before), _if_local(endpoint))

    def _take_local(self, key: str, before: Endpoint | None, after: Endpoint | None) -> None:
        old = set(before.profiles) if before else set[str]()
        new = set(after.profiles) if after else set[str]()
        for name in old - new:
            self._naming[name].discard(key)
        for name in new - old:
            self._naming[name].add(key)
        self._stale_profiles |= old ^ new
        if after is not None:
            self._stale_policies |= self._matching.put_endpoint(key, dict(after.labels))
        elif before is not None:
            self._stale_policies |= self._matching.remove_endpoint(key)
        if before is not None and after is not None and before.host is not after.host:
            self._stale_policies |= self._matching.policies(key)
        if before is not None or after is not None:
            self._stale_endpoints.add(key)

    def _take_profile(self, name: str, profile: Profile | None) -> None:
        if (name in self._profiles) is not (profile is not None):
            self._stale_endpoints |= self._naming[name]
        _put(self._profiles, name, profile)
        self._stale_profiles.add(name)

    def _take_policy(self, policy_id: PolicyId, policy: Policy | None) -> None:
        before = self._policies.get(policy_id)
        _put(self._policies, policy_id, policy)
        self._stale_policies.add(policy_id)
        if policy is None:
            if before is not None:
                self._stale_endpoints |= self._matching.remove_policy(policy_id)
                del self._precedence[policy_id]
            return
        self._precedence[policy_id] = precedence(policy, tier_called(policy.tier, self._tiers))
        self._stale_endpoints |= self._matching.put_policy(policy_id, policy.selector)
        if before is not None and _place(before) != _place(policy):
            self._stale_endpoints |= self._matching.endpoints(policy_id)

    def _take_tiers(self, tiers: Mapping[str, Tier | None]) -> None:
        if not tiers:
            return
        for name, tier in tiers.items():
            _put(self._tiers, name, tier)
        for policy_id, policy in self._policies.items():
            if policy.tier in tiers:
                self._precedence[policy_id] = precedence(policy, tier_called(policy.tier, self._tiers))
                self._stale_endpoints |= self._matching.endpoints(policy_id)

    def _renew(self, before: tuple[frozenset[Address], frozenset[Address]]) -> ProgramChange:
        for policy_id in self._stale_policies:
            self._active.put(policy_id, self._policies.get(policy_id) if self._is_needed(policy_id) else None)
        for name in self._stale_profiles:
            self._active.put(profile_id(name), self._profiles.get(name) if self._naming.get(name) else None)
        endpoints = self._renew_endpoints()
        for stale in (self._stale_policies, self._stale_profiles, self._stale_endpoints):
            stale.clear()
        sets = self._sets.take_changes()
        own, peers = self._own_addresses(), self._peers()
        return ProgramChange(
            endpoints=endpoints,
            policies=self._active.take_changes(),
            sets=sets.sets,
            members=sets.members,
            node_addresses=own if own != before[0] else None,
            peers=peers if peers != before[1] else None,
        )

    def _is_needed(self, policy_id: PolicyId) -> bool:
        policy = self._policies.get(policy_id)
        found = self._matching.endpoints(policy_id)
        return policy is not None and any(is_asked(policy, self._endpoints[key]) for key in found)

    def _renew_endpoints(self) -> dict[str, EndpointProgram | None]:
        changed: dict[str, EndpointProgram | None] = {}
        known: dict[frozenset[PolicyId], tuple[tuple[Policy, ...], _Tiers]] = {}
        for key in self._stale_endpoints:
            endpoint = _if_local(self._endpoints.get(key))
            program = None if endpoint is None else self._endpoint_program(endpoint, known)
            if program != self._programs.get(key):
                changed[key] = program
                _put(self._programs, key, program)
        return changed

    def _endpoint_program(
        self, endpoint: Endpoint, known: dict[frozenset[PolicyId], tuple[tuple[Policy, ...], _Tiers]]
    ) -> EndpointProgram:
        ids = self._matching.policies(endpoint.key)
        found = frozenset(policy_id for policy_id in ids if is_asked(self._policies[policy_id], endpoint))
        if found not in known:
            policies = tuple(self._policies[each] for each in sorted(found, key=self._precedence.__getitem__))
            known[found] = (policies, {way: tiers_of(policies, way, self._tiers) for way in Direction})
        policies, tiers = known[found]
        return program_of_endpoint(endpoint, policies, tiers, self._profiles)


def program_of_state(node: str, state: PolicyState) -> NodeProgram:
    """Return all that a node enforces of a state."""
    engine = PolicyEngine(node)
    engine.apply(changes_between(PolicyState(), state))
    return engine.program()


def _put(table: dict[_K, _V], key: _K, value: _V | None) -> None:
    """Have a value in a table, or none."""
    if value is not None:
        table[key] = value
    else:
        table.pop(key, None)


def _if_local(endpoint: Endpoint | None) -> Endpoint | None:
    return endpoint if endpoint is not None and endpoint.local else None


def _place(policy: Policy) -> tuple[object, ...]:
    """Return what of a policy the programs of endpoints depend on."""
    return (policy.tier, policy.order, policy.directions, policy.staged, policy.do_not_track, policy.pre_dnat)
