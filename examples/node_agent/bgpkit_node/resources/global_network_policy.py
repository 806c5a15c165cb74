"""GlobalNetworkPolicy: rules for endpoints of all namespaces and for interfaces of nodes."""

from typing import ClassVar, Final

from bgpkit_node.resources.kind import ResourceKind
from bgpkit_node.resources.policy_checks import check_global_policy, check_policy_name
from bgpkit_node.resources.policy_columns import POLICY_NARROW, POLICY_WIDE
from bgpkit_node.resources.policy_fields import GlobalPolicySpec
from bgpkit_node.resources.policy_resource import PolicyResource


class GlobalNetworkPolicySpec(GlobalPolicySpec, frozen=True, kw_only=True):
    """Which endpoints it is for, and its rules."""


class GlobalNetworkPolicy(PolicyResource, frozen=True, kw_only=True):
    """Rules for endpoints of all namespaces and for interfaces of nodes."""

    kind: ClassVar[str] = "GlobalNetworkPolicy"
    spec: GlobalNetworkPolicySpec = GlobalNetworkPolicySpec()


GLOBAL_NETWORK_POLICY: Final[ResourceKind[GlobalNetworkPolicy]] = ResourceKind(
    name="GlobalNetworkPolicy",
    plural="globalnetworkpolicies",
    aliases=frozenset({"gnp", "gnps"}),
    type=GlobalNetworkPolicy,
    narrow=POLICY_NARROW,
    wide=POLICY_WIDE,
    check=check_global_policy,
    check_written=check_policy_name,
)
