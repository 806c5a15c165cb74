"""What policies of Calico say when they leave something out."""

from math import inf

import pytest

from bgpkit_node.resources.network_policy import NetworkPolicySpec
from bgpkit_node.resources.policy_fields import PolicyType, types_of
from bgpkit_node.resources.policy_rule import PolicyRule, RuleAction

_RULES = (PolicyRule(action=RuleAction.ALLOW),)
_BOTH = (PolicyType.INGRESS, PolicyType.EGRESS)


@pytest.mark.parametrize(
    ("ingress", "egress", "types"),
    [
        (False, False, (PolicyType.INGRESS,)),
        (True, False, (PolicyType.INGRESS,)),
        (False, True, (PolicyType.EGRESS,)),
        (True, True, _BOTH),
    ],
)
def test_the_directions_follow_from_the_rules(ingress: bool, egress: bool, types: tuple[PolicyType, ...]) -> None:
    """Ingress unless there are rules for egress alone."""
    assert types_of(ingress=ingress, egress=egress) == types
    spec = NetworkPolicySpec(ingress=_RULES if ingress else (), egress=_RULES if egress else ())
    assert spec.types == types


def test_directions_that_are_given_stay() -> None:
    """Whatever rules there are."""
    assert NetworkPolicySpec(types=(PolicyType.EGRESS,), ingress=_RULES).types == (PolicyType.EGRESS,)


def test_the_tier_is_default_and_the_place_in_it_the_last() -> None:
    """An empty tier is none."""
    assert NetworkPolicySpec().tier == NetworkPolicySpec(tier="").tier == "default"
    assert NetworkPolicySpec().effective_order == inf
    assert NetworkPolicySpec(order=10).effective_order == 10.0
