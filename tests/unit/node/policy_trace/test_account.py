"""What is told of trails through our table and past it."""

from ipaddress import ip_address
from typing import Any

import pytest

from bgpkit_node.nft.kernel_rules import KernelRule
from bgpkit_node.policy.model import Direction
from bgpkit_node.policy_trace.account import Account, Happening, What
from bgpkit_node.policy_trace.head import Head
from bgpkit_node.policy_trace.rule_book import RuleBook
from bgpkit_node.policy_trace.step import Fate, Step
from bgpkit_node.policy_trace.trail import Trail

HEAD = Head(ip_address("10.0.0.1"), ip_address("10.0.0.2"), 6, 1024, 80)
CHAINS = {
    "ingress-tier-default-1": "tier default, Ingress",
    "ingress-tier-security-1": "tier security, Ingress",
    "ingress-a/p-1": "NetworkPolicy(a/p) ingress",
    "invalid": "packets that belong to nothing",
    "refused": "what policies deny is refused",
}
COMMENTS = {
    1: "NetworkPolicy(a/p) ingress[0]",
    2: "end of tier default: Deny",
    3: "end of tier security: Pass",
    4: "staged Deny: StagedNetworkPolicy(a/s) ingress[0].from[1]",
    5: "staged Allow: StagedNetworkPolicy(a/s) ingress[1]",
    6: "no policy and no profile has decided",
    7: "interface of no known pod",
}


class _Book(RuleBook):
    def __init__(self) -> None:
        self.table = "bgpkit"

    def rule(self, chain: str, handle: int) -> KernelRule:
        return KernelRule(chain, handle, COMMENTS.get(handle, ""), logs=chain == "ingress-a/p-1")

    def chain(self, name: str) -> str:
        return CHAINS.get(name, "")


def step(chain: str, fate: Fate, handle: int = 99, *, table: str = "bgpkit", family: str = "inet") -> Step:
    """Return a step; rules of the handle 99 have no comment."""
    return Step(1, family, table, chain, handle, fate)


def told(*steps: Step) -> list[Happening]:
    """Return what is told of a trail."""
    return list(Account(_Book()).happenings(Trail(HEAD, steps)))


def happening(what: What = What.DENIED, direction: Direction | None = Direction.INGRESS, **fields: Any) -> Happening:
    """Return a happening to the packet."""
    return Happening(what=what, head=HEAD, direction=direction, **fields)


INTO = (step("to_pods", Fate.GOTO), step("ingress-tier-default-1", Fate.JUMP))


def test_a_rule_that_denies_is_told_with_its_policy_and_tier() -> None:
    """Also where denied packets are refused, by a chain that all rules share."""
    expected = happening(policy="NetworkPolicy(a/p)", rule="ingress[0]", tier="default")
    assert told(*INTO, step("ingress-a/p-1", Fate.DROP, 1)) == [expected]
    assert told(*INTO, step("ingress-a/p-1", Fate.GOTO, 1), step("refused", Fate.DROP)) == [expected]


def test_the_end_of_a_tier_is_told_as_that_of_the_last_one() -> None:
    """Whichever tiers have passed the packet on before."""
    passed = (step("to_pods", Fate.GOTO), step("ingress-tier-security-1", Fate.GOTO, 3))
    reason = "no rule matches before the end of tier default"
    ended = told(*passed, step("ingress-tier-default-1", Fate.DROP, 2))
    assert ended == [happening(tier="default", reason=reason)]


def test_rules_that_log_or_would_deny_are_told_before_what_decides() -> None:
    """A staged rule that would allow is no news, nor is an accept, nor a rule that only counts."""
    steps = (
        *INTO,
        step("ingress-s-1", Fate.RETURN, 4),
        step("ingress-s-1", Fate.RETURN, 5),
        step("ingress-a/p-1", Fate.ON, 1),
        step("elsewhere", Fate.ON, 1),
        step("ingress-a/p-1", Fate.ACCEPT, 99),
    )
    assert told(*steps) == [
        happening(What.STAGED, policy="StagedNetworkPolicy(a/s)", rule="ingress[0].from[1]", tier="default"),
        happening(What.LOGGED, policy="NetworkPolicy(a/p)", rule="ingress[0]", tier="default"),
    ]


@pytest.mark.parametrize(
    ("steps", "direction", "reason"),
    [
        ((step("from_pods", Fate.DROP, 7),), Direction.EGRESS, "interface of no known pod"),
        ((step("to_pods", Fate.JUMP), step("invalid", Fate.DROP)), Direction.INGRESS, "packets that belong to nothing"),
        ((step("egress-profiles-1", Fate.DROP, 6),), Direction.EGRESS, "no policy and no profile has decided"),
        ((step("other_senders", Fate.DROP),), Direction.EGRESS, "chain other_senders"),
        ((step("coming", Fate.DROP),), Direction.INGRESS, "chain coming"),
        ((step("odd", Fate.DROP),), None, "chain odd"),
    ],
)
def test_where_no_policy_denied_the_rule_or_its_chain_says_why(
    steps: tuple[Step, ...], direction: Direction | None, reason: str
) -> None:
    """And what was asked there."""
    assert told(*steps) == [happening(direction=direction, reason=reason)]


@pytest.mark.parametrize(("table", "family"), [("other", "inet"), ("bgpkit", "ip")])
def test_what_another_table_drops_is_told_as_that(table: str, family: str) -> None:
    """By a rule or at the end of a base chain; what it accepts is no news."""
    place = f"table {family} {table}, chain c"
    by_rule, at_end = (told(step("c", Fate.DROP, handle, table=table, family=family)) for handle in (5, 0))
    assert by_rule == [happening(direction=None, reason=f"not by a policy: {place} drops it")]
    assert at_end == [happening(direction=None, reason=f"not by a policy: the end of {place} drops it")]
    assert told(step("c", Fate.ACCEPT, table=table, family=family)) == []
