"""NetworkPolicy of Kubernetes, networking.k8s.io/v1: what the pods of a namespace may; all else is denied them."""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.kubernetes_policy_checks import check_kubernetes_policy
from bgpkit_node.resources.kubernetes_policy_fields import KubernetesPolicySpec
from bgpkit_node.resources.metadata import check_metadata


class KubernetesNetworkPolicySpec(KubernetesPolicySpec, frozen=True, kw_only=True):
    """Which pods it is for, and what they may."""


class KubernetesNetworkPolicy(Resource, frozen=True, kw_only=True):
    """What the pods of a namespace may."""

    kind: ClassVar[str] = "KubernetesNetworkPolicy"
    word: ClassVar[str] = "NetworkPolicy"
    api_version: ClassVar[str] = "networking.k8s.io/v1"
    spec: KubernetesNetworkPolicySpec = KubernetesNetworkPolicySpec()
    status: Any = None


def check_kubernetes_network_policy(policy: KubernetesNetworkPolicy) -> Iterator[Fault]:
    """Yield what is wrong with one policy."""
    yield from check_metadata(policy.metadata, namespaced=True)
    yield from check_kubernetes_policy(policy.spec)


_COLUMNS: Final[tuple[Column[KubernetesNetworkPolicy], ...]] = (
    Column("NAME", lambda policy, _: policy.name),
    Column("POD-SELECTOR", lambda policy, _: policy.spec.pod_selector.text),
)

KUBERNETES_NETWORK_POLICY: Final[ResourceKind[KubernetesNetworkPolicy]] = ResourceKind(
    name="KubernetesNetworkPolicy",
    plural="networkpolicies",
    aliases=frozenset({"knp", "knps", "kubernetesnetworkpolicies"}),
    type=KubernetesNetworkPolicy,
    narrow=_COLUMNS,
    wide=(*_COLUMNS, Column("TYPES", lambda policy, _: ",".join(each.value for each in policy.spec.policy_types))),
    namespaced=True,
    check=check_kubernetes_network_policy,
)
