"""NetworkPolicy of Calico: rules for the pods of one namespace."""

from typing import ClassVar, Final

from bgpkit_node.resources.kind import ResourceKind
from bgpkit_node.resources.policy_checks import check_namespaced_policy, check_policy_name
from bgpkit_node.resources.policy_columns import POLICY_NARROW, POLICY_WIDE
from bgpkit_node.resources.policy_fields import PolicySpec
from bgpkit_node.resources.policy_resource import PolicyResource


class NetworkPolicySpec(PolicySpec, frozen=True, kw_only=True):
    """Which pods of the namespace it is for, and its rules."""


class NetworkPolicy(PolicyResource, frozen=True, kw_only=True):
    """Rules for the pods of one namespace."""

    kind: ClassVar[str] = "NetworkPolicy"
    spec: NetworkPolicySpec = NetworkPolicySpec()


NETWORK_POLICY: Final[ResourceKind[NetworkPolicy]] = ResourceKind(
    name="NetworkPolicy",
    plural="networkpolicies",
    aliases=frozenset({"policy", "policies", "np", "nps", "pol", "pols"}),
    type=NetworkPolicy,
    narrow=POLICY_NARROW,
    wide=POLICY_WIDE,
    namespaced=True,
    check=check_namespaced_policy,
    check_written=check_policy_name,
)
