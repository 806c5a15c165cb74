"""What is written at the rules of policies and at the ends of tiers, and what it says to whoever reads it again."""

import re
from typing import Final, NamedTuple

from bgpkit_node.policy.model import Action, PolicyId

UNDECIDED: Final = "no policy and no profile has decided"
"""Written at the rule that denies what is left."""
_OF_RULE: Final = re.compile(r"(?:staged (?P<staged>\w+): )?(?P<policy>[A-Za-z]+\(.+\)) (?P<rule>\S+)")
_OF_END: Final = re.compile(r"end of tier (?P<tier>.+): \w+")
_OF_TIER: Final = re.compile(r"tier (?P<tier>.+), \w+")


class SaidOfRule(NamedTuple):
    """A rule of a policy; ``staged`` is what it would do if it did anything."""

    policy: str
    rule: str
    staged: str = ""


def of_rule(policy: PolicyId, rule: str, staged: Action | None = None) -> str:
    """Return what is written at a rule; ``staged`` is the action of a rule that does nothing."""
    return f"{policy} {rule}" if staged is None else f"staged {staged.value}: {policy} {rule}"


def of_tier_end(tier: str, action: Action) -> str:
    """Return what is written at the end of a tier."""
    return f"end of tier {tier}: {action.value}"


def rule_in(comment: str) -> SaidOfRule | None:
    """Read what is written at a rule; None for anything else."""
    found = _OF_RULE.fullmatch(comment)
    return None if found is None else SaidOfRule(found["policy"], found["rule"], found["staged"] or "")


def ended_tier_in(comment: str) -> str:
    """Return the tier at whose end a rule is; empty for any other rule."""
    found = _OF_END.fullmatch(comment)
    return "" if found is None else found["tier"]


def tier_in(comment: str) -> str:
    """Return the tier whose chain it is; empty for any other chain."""
    found = _OF_TIER.fullmatch(comment)
    return "" if found is None else found["tier"]
