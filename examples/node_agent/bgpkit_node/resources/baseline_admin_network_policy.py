"""BaselineAdminNetworkPolicy, policy.networking.k8s.io/v1alpha1: rules after those of namespaces, one in a cluster."""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from bgpkit_node.resources.admin_policy_checks import check_admin_rules
from bgpkit_node.resources.admin_policy_fields import AdminAction, AdminEgressRules, AdminIngressRules
from bgpkit_node.resources.cluster_policy_checks import check_subject
from bgpkit_node.resources.cluster_policy_fields import PolicySubject
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import StrictPart

_ONLY_NAME: Final = "default"


class BaselineAdminNetworkPolicySpec(StrictPart, frozen=True, kw_only=True):
    """Whom the policy is for, and its rules; none of them has the action Pass."""

    subject: PolicySubject
    ingress: AdminIngressRules = ()
    egress: AdminEgressRules = ()


class BaselineAdminNetworkPolicy(Resource, frozen=True, kw_only=True):
    """Rules after those of namespaces."""

    kind: ClassVar[str] = "BaselineAdminNetworkPolicy"
    api_version: ClassVar[str] = "policy.networking.k8s.io/v1alpha1"
    spec: BaselineAdminNetworkPolicySpec
    status: Any = None


def check_baseline_admin_network_policy(policy: BaselineAdminNetworkPolicy) -> Iterator[Fault]:
    """Yield what is wrong with one policy."""
    yield from check_metadata(policy.metadata)
    if policy.name != _ONLY_NAME:
        yield Fault("metadata.name", f"must be {_ONLY_NAME}: there is one policy of this kind in a cluster")
    spec = policy.spec
    yield from check_subject(spec.subject)
    actions = {"ingress": [rule.action for rule in spec.ingress], "egress": [rule.action for rule in spec.egress]}
    for name, chosen in actions.items():
        for index, action in enumerate(chosen):
            if action is AdminAction.NEXT_TIER:
                text = "must be one of Allow, Deny, not 'Pass': no policy comes after this one"
                yield Fault(f"spec.{name}[{index}].action", text)
    yield from check_admin_rules(spec.ingress, spec.egress)


_COLUMNS: Final[tuple[Column[BaselineAdminNetworkPolicy], ...]] = (Column("NAME", lambda policy, _: policy.name),)

BASELINE_ADMIN_NETWORK_POLICY: Final[ResourceKind[BaselineAdminNetworkPolicy]] = ResourceKind(
    name="BaselineAdminNetworkPolicy",
    plural="baselineadminnetworkpolicies",
    aliases=frozenset({"banp", "banps"}),
    type=BaselineAdminNetworkPolicy,
    narrow=_COLUMNS,
    wide=_COLUMNS,
    check=check_baseline_admin_network_policy,
)
