"""StagedGlobalNetworkPolicy: a GlobalNetworkPolicy on trial, counted and not enforced."""

from typing import ClassVar, Final

from bgpkit_node.resources.kind import ResourceKind
from bgpkit_node.resources.policy_checks import check_global_policy, check_policy_name
from bgpkit_node.resources.policy_columns import POLICY_NARROW, POLICY_WIDE
from bgpkit_node.resources.policy_fields import GlobalPolicySpec, StagedAction
from bgpkit_node.resources.policy_resource import PolicyResource


class StagedGlobalNetworkPolicySpec(GlobalPolicySpec, frozen=True, kw_only=True):
    """What the policy would say, and whether it is to come or to go."""

    staged_action: StagedAction = StagedAction.SET


class StagedGlobalNetworkPolicy(PolicyResource, frozen=True, kw_only=True):
    """A GlobalNetworkPolicy on trial."""

    kind: ClassVar[str] = "StagedGlobalNetworkPolicy"
    spec: StagedGlobalNetworkPolicySpec = StagedGlobalNetworkPolicySpec()


STAGED_GLOBAL_NETWORK_POLICY: Final[ResourceKind[StagedGlobalNetworkPolicy]] = ResourceKind(
    name="StagedGlobalNetworkPolicy",
    plural="stagedglobalnetworkpolicies",
    aliases=frozenset({"sgnp", "sgnps"}),
    type=StagedGlobalNetworkPolicy,
    narrow=POLICY_NARROW,
    wide=POLICY_WIDE,
    check=check_global_policy,
    check_written=check_policy_name,
)
