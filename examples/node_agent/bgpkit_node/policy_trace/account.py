"""What is told of a packet: that a rule of a policy denied it, the end of a tier, or another hand than ours."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from bgpkit_node.nft.kernel_rules import KernelRule
from bgpkit_node.nft.rule_comments import ended_tier_in, rule_in, tier_in
from bgpkit_node.policy.model import Action, Direction
from bgpkit_node.policy_trace.head import Head
from bgpkit_node.policy_trace.rule_book import RuleBook
from bgpkit_node.policy_trace.step import Fate, Step
from bgpkit_node.policy_trace.trail import Trail

_WAYS: Final = {
    "senders": Direction.EGRESS,
    "other_senders": Direction.EGRESS,
    "to_node": Direction.EGRESS,
    "from_pods": Direction.EGRESS,
    "from_host": Direction.EGRESS,
    "leaving": Direction.EGRESS,
    "to_pods": Direction.INGRESS,
    "to_host": Direction.INGRESS,
    "closed_node": Direction.INGRESS,
    "coming": Direction.INGRESS,
    "arriving": Direction.INGRESS,
}
"""What the base chains ask about, where no chain of a policy says it."""


class What(Enum):
    """What has happened to a packet; the values are the words that are printed."""

    DENIED = "denied"
    LOGGED = "logged"
    STAGED = "would be denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What has happened to a packet, and by which rule of which policy; ``reason`` where there is none.

    ``direction`` is that of the endpoint at which it happened, None where another hand than ours did it.
    """

    what: What
    head: Head
    direction: Direction | None = None
    policy: str = ""
    rule: str = ""
    tier: str = ""
    reason: str = ""


class Account:
    """Turns trails into what is told of them."""

    def __init__(self, book: RuleBook) -> None:
        """Look rules up in ``book``."""
        self._book = book

    def happenings(self, trail: Trail) -> Iterator[Happening]:
        """Yield what has happened to a packet in a base chain: rules that log and that are staged, and a denial."""
        last = trail.steps[-1]
        if last.family != "inet" or last.table != self._book.table:
            if last.fate is Fate.DROP:
                yield Happening(what=What.DENIED, head=trail.head, reason=_foreign(last))
            return
        tier = ""
        before: Step | None = None
        for step in trail.steps:
            tier = tier_in(self._book.chain(step.chain)) or tier
            what = self._what(step)
            if what is not None:
                yield self._told(what, trail, tier, self._said(step, before))
            before = step

    def _what(self, step: Step) -> What | None:
        match step.fate:
            case Fate.DROP:
                return What.DENIED
            case Fate.ON if step.handle and self._rule(step).logs:
                return What.LOGGED
            case Fate.RETURN if step.handle:
                said = rule_in(self._rule(step).comment)
                return What.STAGED if said is not None and said.staged == Action.DENY.value else None
            case _:
                return None

    def _rule(self, step: Step) -> KernelRule:
        return self._book.rule(step.chain, step.handle)

    def _said(self, step: Step, before: Step | None) -> str:
        """Return what is written at a rule; at the one that led to it, or its chain, where it says nothing itself."""
        said = self._rule(step).comment if step.handle else ""
        if not said and before is not None and before.fate is Fate.GOTO:
            said = self._rule(before).comment
        return said or self._book.chain(step.chain) or f"chain {step.chain}"

    def _told(self, what: What, trail: Trail, tier: str, said: str) -> Happening:
        happening = Happening(what=what, head=trail.head, direction=_direction(trail), tier=tier)
        if rule := rule_in(said):
            return replace(happening, policy=rule.policy, rule=rule.rule)
        if ended := ended_tier_in(said):
            return replace(happening, tier=ended, reason=f"no rule matches before the end of tier {ended}")
        return replace(happening, reason=said)


def _direction(trail: Trail) -> Direction | None:
    for step in reversed(trail.steps):
        for direction in Direction:
            if step.chain.startswith(f"{direction.value.lower()}-"):
                return direction
    return _WAYS.get(trail.steps[0].chain)


def _foreign(step: Step) -> str:
    place = f"table {step.family} {step.table}, chain {step.chain}"
    return f"not by a policy: {place} drops it" if step.handle else f"not by a policy: the end of {place} drops it"
