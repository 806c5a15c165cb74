"""What is written at rules is what is read from them."""

import pytest

from bgpkit_node.nft.rule_comments import (
    UNDECIDED,
    SaidOfRule,
    ended_tier_in,
    of_rule,
    of_tier_end,
    rule_in,
    tier_in,
)
from bgpkit_node.policy.model import Action, PolicyId

POLICIES = [
    PolicyId("NetworkPolicy", "default", "db"),
    PolicyId("GlobalNetworkPolicy", "", "all"),
    PolicyId("Profile", "", "kns.default"),
]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_rule_is_read_as_it_was_written(policy: PolicyId) -> None:
    """With what it would do, if it is staged."""
    assert rule_in(of_rule(policy, "ingress[0].from[1]")) == SaidOfRule(str(policy), "ingress[0].from[1]")
    staged = SaidOfRule(str(policy), "egress[2]", "Deny")
    assert rule_in(of_rule(policy, "egress[2]", Action.DENY)) == staged


def test_tiers_and_their_ends_are_told_apart() -> None:
    """And from rules."""
    assert ended_tier_in(of_tier_end("a.b", Action.DENY)) == "a.b"
    assert tier_in("tier a.b, Ingress") == "a.b"
    for other in (UNDECIDED, of_rule(POLICIES[0], "ingress[0]"), "profiles, Ingress", ""):
        assert (ended_tier_in(other), tier_in(other)) == ("", "")
    for other in (UNDECIDED, of_tier_end("a", Action.DENY), "tier a, Ingress", "not an address of the pod", ""):
        assert rule_in(other) is None
