"""StagedNetworkPolicy: a NetworkPolicy on trial, counted and not enforced."""

from typing import ClassVar, Final

from bgpkit_node.resources.kind import ResourceKind
from bgpkit_node.resources.policy_checks import check_namespaced_policy, check_policy_name
from bgpkit_node.resources.policy_columns import POLICY_NARROW, POLICY_WIDE
from bgpkit_node.resources.policy_fields import PolicySpec, StagedAction
from bgpkit_node.resources.policy_resource import PolicyResource


class StagedNetworkPolicySpec(PolicySpec, frozen=True, kw_only=True):
    """What the policy would say, and whether it is to come or to go."""

    staged_action: StagedAction = StagedAction.SET


class StagedNetworkPolicy(PolicyResource, frozen=True, kw_only=True):
    """A NetworkPolicy on trial."""

    kind: ClassVar[str] = "StagedNetworkPolicy"
    spec: StagedNetworkPolicySpec = StagedNetworkPolicySpec()


STAGED_NETWORK_POLICY: Final[ResourceKind[StagedNetworkPolicy]] = ResourceKind(
    name="StagedNetworkPolicy",
    plural="stagednetworkpolicies",
    aliases=frozenset({"snp", "snps"}),
    type=StagedNetworkPolicy,
    narrow=POLICY_NARROW,
    wide=POLICY_WIDE,
    namespaced=True,
    check=check_namespaced_policy,
    check_written=check_policy_name,
)
