"""AdminNetworkPolicy, policy.networking.k8s.io/v1alpha1: rules before those of namespaces."""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from bgpkit_node.resources.admin_policy_checks import check_admin_rules
from bgpkit_node.resources.admin_policy_fields import AdminEgressRules, AdminIngressRules
from bgpkit_node.resources.cluster_policy_checks import check_subject
from bgpkit_node.resources.cluster_policy_fields import PolicySubject, Priority
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import StrictPart


class AdminNetworkPolicySpec(StrictPart, frozen=True, kw_only=True):
    """Whom the policy is for, its place, and its rules."""

    priority: Priority
    subject: PolicySubject
    ingress: AdminIngressRules = ()
    egress: AdminEgressRules = ()


class AdminNetworkPolicy(Resource, frozen=True, kw_only=True):
    """Rules before those of namespaces."""

    kind: ClassVar[str] = "AdminNetworkPolicy"
    api_version: ClassVar[str] = "policy.networking.k8s.io/v1alpha1"
    spec: AdminNetworkPolicySpec
    status: Any = None


def check_admin_network_policy(policy: AdminNetworkPolicy) -> Iterator[Fault]:
    """Yield what is wrong with one policy."""
    yield from check_metadata(policy.metadata)
    yield from check_subject(policy.spec.subject)
    yield from check_admin_rules(policy.spec.ingress, policy.spec.egress)


_COLUMNS: Final[tuple[Column[AdminNetworkPolicy], ...]] = (
    Column("NAME", lambda policy, _: policy.name),
    Column("PRIORITY", lambda policy, _: str(policy.spec.priority)),
)

ADMIN_NETWORK_POLICY: Final[ResourceKind[AdminNetworkPolicy]] = ResourceKind(
    name="AdminNetworkPolicy",
    plural="adminnetworkpolicies",
    aliases=frozenset({"anp", "anps"}),
    type=AdminNetworkPolicy,
    narrow=_COLUMNS,
    wide=_COLUMNS,
    check=check_admin_network_policy,
)
