"""StagedKubernetesNetworkPolicy: a NetworkPolicy of Kubernetes on trial, counted and not enforced."""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.kubernetes_policy_checks import check_kubernetes_policy
from bgpkit_node.resources.kubernetes_policy_fields import KubernetesPolicySpec
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.policy_fields import StagedAction


class StagedKubernetesNetworkPolicySpec(KubernetesPolicySpec, frozen=True, kw_only=True):
    """What the policy would say, and whether it is to come or to go."""

    staged_action: StagedAction = StagedAction.SET


class StagedKubernetesNetworkPolicy(Resource, frozen=True, kw_only=True):
    """A NetworkPolicy of Kubernetes on trial."""

    kind: ClassVar[str] = "StagedKubernetesNetworkPolicy"
    spec: StagedKubernetesNetworkPolicySpec = StagedKubernetesNetworkPolicySpec()
    status: Any = None


def check_staged_kubernetes_network_policy(policy: StagedKubernetesNetworkPolicy) -> Iterator[Fault]:
    """Yield what is wrong with one policy."""
    yield from check_metadata(policy.metadata, namespaced=True)
    yield from check_kubernetes_policy(policy.spec)


_NAME: Final[Column[StagedKubernetesNetworkPolicy]] = Column("NAME", lambda policy, _: policy.name)

STAGED_KUBERNETES_NETWORK_POLICY: Final[ResourceKind[StagedKubernetesNetworkPolicy]] = ResourceKind(
    name="StagedKubernetesNetworkPolicy",
    plural="stagedkubernetesnetworkpolicies",
    aliases=frozenset({"sknp", "sknps"}),
    type=StagedKubernetesNetworkPolicy,
    narrow=(_NAME,),
    wide=(_NAME, Column("POD-SELECTOR", lambda policy, _: policy.spec.pod_selector.text)),
    namespaced=True,
    check=check_staged_kubernetes_network_policy,
)
