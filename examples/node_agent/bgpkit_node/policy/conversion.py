"""Resources of every kind that says something of packets, as what decides about them."""

from collections.abc import Mapping
from typing import Final

from bgpkit_node import resources
from bgpkit_node.policy.from_calico import policy_of_calico
from bgpkit_node.policy.from_cluster import policy_of_cluster
from bgpkit_node.policy.from_kubernetes import policy_of_kubernetes
from bgpkit_node.policy.model import Policy, PolicyId, Profile, Rule
from bgpkit_node.policy.system_labels import OF_NAMESPACE
from bgpkit_node.resources import Resource
from bgpkit_node.resources.admin_network_policy import AdminNetworkPolicy
from bgpkit_node.resources.baseline_admin_network_policy import BaselineAdminNetworkPolicy
from bgpkit_node.resources.cluster_network_policy import ClusterNetworkPolicy

NAMESPACE_PROFILE: Final = "kns."
"""Before the name of a namespace in the name of its profile."""

EVERYTHING: Final = (Rule(name="allow"),)
"""The rules that let all packets pass."""

POLICY_TYPES: Final[tuple[type[Resource], ...]] = (
    resources.KubernetesNetworkPolicy,
    resources.StagedKubernetesNetworkPolicy,
    resources.NetworkPolicy,
    resources.GlobalNetworkPolicy,
    resources.StagedNetworkPolicy,
    resources.StagedGlobalNetworkPolicy,
    ClusterNetworkPolicy,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
)
"""The kinds of policies."""


def policy_of(resource: Resource) -> Policy | None:
    """Return the policy that a resource is; None for resources of other kinds, and for staged ones that say nothing."""
    match resource:
        case resources.KubernetesNetworkPolicy() | resources.StagedKubernetesNetworkPolicy():
            return policy_of_kubernetes(resource)
        case (
            resources.NetworkPolicy()
            | resources.GlobalNetworkPolicy()
            | resources.StagedNetworkPolicy()
            | resources.StagedGlobalNetworkPolicy()
        ):
            return policy_of_calico(resource)
        case ClusterNetworkPolicy() | AdminNetworkPolicy() | BaselineAdminNetworkPolicy():
            return policy_of_cluster(resource)
        case _:
            return None


def policy_id_of(resource: Resource) -> PolicyId | None:
    """Return the id of the policy that a resource is; None for resources of other kinds."""
    is_policy = isinstance(resource, POLICY_TYPES)
    return PolicyId(resource.kind, resource.namespace, resource.name) if is_policy else None


def profile_of_namespace(name: str, labels: Mapping[str, str]) -> Profile:
    """Return the profile that the pods of a namespace have: where no policy is for them, all is allowed."""
    return Profile(
        name=f"{NAMESPACE_PROFILE}{name}",
        ingress=EVERYTHING,
        egress=EVERYTHING,
        labels=tuple(sorted((f"{OF_NAMESPACE}{key}", value) for key, value in labels.items())),
    )
