"""What stands in the place of a policy that cannot be read: nobody may be open because of it."""

from collections.abc import Iterable
from dataclasses import replace
from math import inf
from typing import Final

from bgpkit_node import resources
from bgpkit_node.policy import scope
from bgpkit_node.policy.conversion import POLICY_TYPES
from bgpkit_node.policy.from_kubernetes import ORDER
from bgpkit_node.policy.model import Action, Direction, Policy, PolicyId, Rule, Tier
from bgpkit_node.policy.state import StateChange
from bgpkit_node.resources import Selector, Unreadable, parse_selector

CLOSED_TIER: Final = Tier(name="unreadable.", order=-inf)
"""Comes before all others; no tier that someone writes can have a dot in its name."""
_DENIED: Final = (Rule(name="(cannot be read)", action=Action.DENY),)
_BOTH_WAYS: Final = frozenset(Direction)
_STAGED: Final = frozenset(
    kind.kind
    for kind in (
        resources.StagedNetworkPolicy,
        resources.StagedGlobalNetworkPolicy,
        resources.StagedKubernetesNetworkPolicy,
    )
)
_KINDS: Final = frozenset(kind.kind for kind in POLICY_TYPES) - _STAGED


class ClosedPolicies:
    """Puts policies that cannot be read, as they should be until they can, into changes of what decides."""

    def __init__(self) -> None:
        """Begin with none."""
        self._closed: dict[PolicyId, Policy] = {}

    def amend(self, change: StateChange, unreadable: Iterable[Unreadable]) -> StateChange:
        """Return a change in which all that is ``unreadable`` now is closed, and what was and is gone is not there."""
        policies = {policy.id: policy for policy in map(closed_policy, unreadable) if policy is not None}
        ended: dict[PolicyId, Policy | None] = {each: None for each in self._closed if each not in policies}
        coming = {key: one for key, one in policies.items() if key in change.policies or key not in self._closed}
        self._closed = policies
        if not ended and not coming:
            return change
        tiers = {**change.tiers, CLOSED_TIER.name: CLOSED_TIER}
        return replace(change, policies={**ended, **change.policies, **coming}, tiers=tiers)


def closed_policy(unreadable: Unreadable) -> Policy | None:
    """Return what is enforced of a policy of which only the place is known; None for staged ones and other kinds.

    It is for all pods of its namespace, or of all namespaces. NetworkPolicies of Kubernetes only ever allow, so one of
    them isolates the pods and allows nothing; one of any other kind might deny what others allow, so all is denied. The
    interfaces of nodes are left alone: who is to mend the policy must be able to reach the datastore.
    """
    policy_id = PolicyId(*unreadable[:3])
    if policy_id.kind not in _KINDS:
        return None
    selector = scope.in_namespace(policy_id.namespace) if policy_id.namespace else _all_pods()
    if policy_id.kind == resources.KubernetesNetworkPolicy.kind:
        return Policy(id=policy_id, selector=scope.pods(selector), directions=_BOTH_WAYS, order=ORDER)
    return Policy(
        id=policy_id,
        selector=selector,
        directions=_BOTH_WAYS,
        tier=CLOSED_TIER.name,
        ingress=_DENIED,
        egress=_DENIED,
    )


def _all_pods() -> Selector:
    return scope.in_namespaces(parse_selector("all()"))
