"""Everything that decisions about packets depend on, as it stands and as it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bgpkit_node.policy.model import Address, Endpoint, NetworkSet, Policy, PolicyId, Profile, ServiceId, Tier
from bgpkit_node.policy.program import AddressPort

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service: what its endpoints listen on."""

    id: ServiceId
    backends: frozenset[AddressPort] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyState:
    """Endpoints, policies and what they refer to, each by its key; ``nodes`` are the addresses of each node."""

    endpoints: Mapping[str, Endpoint] = field(default_factory=dict[str, Endpoint])
    policies: Mapping[PolicyId, Policy] = field(default_factory=dict[PolicyId, Policy])
    tiers: Mapping[str, Tier] = field(default_factory=dict[str, Tier])
    profiles: Mapping[str, Profile] = field(default_factory=dict[str, Profile])
    network_sets: Mapping[str, NetworkSet] = field(default_factory=dict[str, NetworkSet])
    services: Mapping[ServiceId, Service] = field(default_factory=dict[ServiceId, Service])
    nodes: Mapping[str, frozenset[Address]] = field(default_factory=dict[str, frozenset[Address]])


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """What comes, changes or goes in a :class:`PolicyState`; a value of None is something that is gone."""

    endpoints: Mapping[str, Endpoint | None] = field(default_factory=dict[str, Endpoint | None])
    policies: Mapping[PolicyId, Policy | None] = field(default_factory=dict[PolicyId, Policy | None])
    tiers: Mapping[str, Tier | None] = field(default_factory=dict[str, Tier | None])
    profiles: Mapping[str, Profile | None] = field(default_factory=dict[str, Profile | None])
    network_sets: Mapping[str, NetworkSet | None] = field(default_factory=dict[str, NetworkSet | None])
    services: Mapping[ServiceId, Service | None] = field(default_factory=dict[ServiceId, Service | None])
    nodes: Mapping[str, frozenset[Address] | None] = field(default_factory=dict[str, frozenset[Address] | None])


def changes_between(before: PolicyState, after: PolicyState) -> StateChange:
    """Return what makes ``after`` of ``before``."""
    return StateChange(
        endpoints=_differences(before.endpoints, after.endpoints),
        policies=_differences(before.policies, after.policies),
        tiers=_differences(before.tiers, after.tiers),
        profiles=_differences(before.profiles, after.profiles),
        network_sets=_differences(before.network_sets, after.network_sets),
        services=_differences(before.services, after.services),
        nodes=_differences(before.nodes, after.nodes),
    )


def state_after(before: PolicyState, change: StateChange) -> PolicyState:
    """Return the state that ``change`` makes of ``before``."""
    return PolicyState(
        endpoints=_changed(before.endpoints, change.endpoints),
        policies=_changed(before.policies, change.policies),
        tiers=_changed(before.tiers, change.tiers),
        profiles=_changed(before.profiles, change.profiles),
        network_sets=_changed(before.network_sets, change.network_sets),
        services=_changed(before.services, change.services),
        nodes=_changed(before.nodes, change.nodes),
    )


def _differences(before: Mapping[_K, _V], after: Mapping[_K, _V]) -> dict[_K, _V | None]:
    gone: dict[_K, _V | None] = {key: None for key in before if key not in after}
    return gone | {key: value for key, value in after.items() if before.get(key) != value}


def _changed(before: Mapping[_K, _V], change: Mapping[_K, _V | None]) -> dict[_K, _V]:
    after = {key: value for key, value in before.items() if key not in change}
    return after | {key: value for key, value in change.items() if value is not None}
