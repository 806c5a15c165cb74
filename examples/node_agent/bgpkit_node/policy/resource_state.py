"""A :class:`PolicyState` that follows resources as they come, change and go."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from bgpkit_node import resources
from bgpkit_node.policy.conversion import EVERYTHING, NAMESPACE_PROFILE, policy_id_of, policy_of, profile_of_namespace
from bgpkit_node.policy.from_calico import network_set_of_calico, profile_of_calico, tier_of_calico
from bgpkit_node.policy.from_endpoints import addresses_of_node, endpoint_of_host, endpoint_of_workload
from bgpkit_node.policy.from_services import service_of_slices
from bgpkit_node.policy.model import Address, Endpoint, NetworkSet, Policy, PolicyId, Profile, ServiceId, Tier
from bgpkit_node.policy.state import Service, StateChange
from bgpkit_node.resources import ResourceChange
from bgpkit_node.services import ServiceIndex, ServiceKey

_Labelled = resources.WorkloadEndpoint | resources.HostEndpoint | resources.NetworkSet
_OPEN: Final = "projectcalico-default-allow"


class ResourceState:
    """Turns changes of resources into changes of what decides about packets.

    A namespace that pods are in and no resource tells of has its name as only label.
    """

    def __init__(self, node: str) -> None:
        """Begin with no resource; endpoints on ``node`` are local."""
        self._node = node
        self._namespaces: dict[str, Mapping[str, str]] = {}
        self._profiles: dict[str, resources.Profile] = {}
        self._labelled: dict[tuple[str, str], _Labelled] = {}
        self._depending: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._stale: set[tuple[str, str]] = set()
        self._stale_profiles: set[str] = {_OPEN}
        self._endpoints: dict[str, Endpoint | None] = {}
        self._policies: dict[PolicyId, Policy | None] = {}
        self._tiers: dict[str, Tier | None] = {}
        self._network_sets: dict[str, NetworkSet | None] = {}
        self._nodes: dict[str, frozenset[Address] | None] = {}
        self._services = ServiceIndex()
        self._stale_services: set[ServiceKey] = set()

    def take(self, change: ResourceChange) -> None:
        """Take in one change; kinds that say nothing of packets are passed over."""
        resource, is_there = change.resource, change.new is not None
        match resource:
            case resources.Namespace():
                if is_there:
                    self._namespaces[resource.name] = resource.metadata.labels
                else:
                    self._namespaces.pop(resource.name, None)
                self._dependents_of(f"{NAMESPACE_PROFILE}{resource.name}")
            case resources.Profile():
                if is_there:
                    self._profiles[resource.name] = resource
                else:
                    self._profiles.pop(resource.name, None)
                self._dependents_of(resource.name)
            case resources.WorkloadEndpoint() | resources.HostEndpoint() | resources.NetworkSet():
                self._take_labelled(resource, is_there=is_there)
            case resources.GlobalNetworkSet():
                self._network_sets[resource.name] = network_set_of_calico(resource, {}) if is_there else None
            case resources.Service() | resources.EndpointSlice():
                self._stale_services |= self._services.take(change)
            case resources.Node():
                self._nodes[resource.name] = addresses_of_node(resource) if is_there else None
            case resources.Tier():
                self._tiers[resource.name] = tier_of_calico(resource) if is_there else None
            case _:
                policy_id = policy_id_of(resource)
                if policy_id is not None:
                    self._policies[policy_id] = policy_of(resource) if is_there else None

    def take_change(self) -> StateChange:
        """Return all that changed since this was asked last."""
        for place in self._stale:
            self._renew(place)
        change = StateChange(
            endpoints=self._endpoints,
            policies=self._policies,
            tiers=self._tiers,
            profiles={name: self._profile(name) for name in self._stale_profiles},
            network_sets=self._network_sets,
            services={ServiceId(*key): self._service(key) for key in self._stale_services},
            nodes=self._nodes,
        )
        self._endpoints, self._policies, self._tiers, self._network_sets, self._nodes = {}, {}, {}, {}, {}
        self._stale.clear()
        self._stale_profiles.clear()
        self._stale_services.clear()
        return change

    def _take_labelled(self, resource: _Labelled, *, is_there: bool) -> None:
        place = (resource.kind, resource.qualified_name)
        before = self._labelled.pop(place, None)
        if before is not None:
            for name in _profiles_of(before):
                self._depending[name].discard(place)
                self._stale_profiles.add(name)
        if is_there:
            self._labelled[place] = resource
            for name in _profiles_of(resource):
                self._stale_profiles.add(name)
                self._depending[name].add(place)
        self._stale.add(place)

    def _dependents_of(self, profile: str) -> None:
        self._stale_profiles.add(profile)
        self._stale |= self._depending.get(profile, set())

    def _profile(self, name: str) -> Profile | None:
        """Return a profile by name; a namespace has one unasked, without which its pods would be cut off."""
        if name in self._profiles:
            return profile_of_calico(self._profiles[name])
        namespace = name.removeprefix(NAMESPACE_PROFILE)
        if namespace != name and (namespace in self._namespaces or self._depending.get(name)):
            return profile_of_namespace(namespace, self._namespaces.get(namespace, {}))
        return Profile(name=_OPEN, ingress=EVERYTHING, egress=EVERYTHING) if name == _OPEN else None

    def _service(self, key: ServiceKey) -> Service | None:
        return service_of_slices(ServiceId(*key), self._services.slices(key)) if key in self._services else None

    def _renew(self, place: tuple[str, str]) -> None:
        kind, name = place
        resource = self._labelled.get(place)
        match resource:
            case None if kind == resources.NetworkSet.kind:
                self._network_sets[name] = None
            case None:
                self._endpoints[name] = None
            case resources.NetworkSet():
                labels = self._namespaces.get(resource.namespace, {})
                self._network_sets[name] = network_set_of_calico(resource, labels)
            case resources.HostEndpoint():
                self._endpoints[name] = endpoint_of_host(resource, self._inherited(resource.spec.profiles), self._node)
            case resources.WorkloadEndpoint():
                labels = self._namespaces.get(resource.namespace, {})
                inherited = self._inherited(resource.spec.profiles)
                self._endpoints[name] = endpoint_of_workload(resource, labels, inherited, self._node)

    def _inherited(self, profiles: tuple[str, ...]) -> dict[str, str]:
        found = [self._profiles[name].spec.labels_to_apply for name in reversed(profiles) if name in self._profiles]
        return {key: value for labels in found for key, value in labels.items()}


def _profiles_of(resource: _Labelled) -> set[str]:
    """Return the profiles that labels come from; that of the namespace among them."""
    named: tuple[str, ...] = () if isinstance(resource, resources.NetworkSet) else resource.spec.profiles
    return set(named) | ({f"{NAMESPACE_PROFILE}{resource.namespace}"} if resource.namespace else set())
