"""The rules of a policy in one direction, as a chain that all its endpoints share."""

from collections.abc import Collection, Iterator
from typing import Final

from bgpkit_node.nft.chain import Chain, Leap, Verdict
from bgpkit_node.nft.conditions import conditions
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.naming import comment
from bgpkit_node.nft.settings import EnforcementSettings, Refusal
from bgpkit_node.policy.model import Action, Direction
from bgpkit_node.policy.program import PolicyProgram, RuleProgram

_LOG_PREFIX: Final = 100
"""Octets of what is written before a packet in the log; nft takes 127."""

_REJECTING: Final = Chain(
    "refused",
    "what policies deny is refused",
    ("meta l4proto tcp reject with tcp reset", "reject with icmpx admin-prohibited"),
)


def refusing(settings: EnforcementSettings, said: str) -> tuple[Leap, tuple[Chain, ...]]:
    """Return the rule that denies every packet, with a comment, and the chains that it leads to."""
    match settings.refusal:
        case Refusal.DROP:
            return Leap(Verdict.DROP, comment=said), ()
        case Refusal.REJECT:
            return Leap(Verdict.GOTO, _REJECTING.name, said), (_REJECTING,)


def passes_on(policy: PolicyProgram, direction: Direction) -> bool:
    """Tell whether a rule of the policy sends packets to the next tier, so that its chain depends on which that is."""
    return not policy.staged and any(rule.action is Action.NEXT_TIER for rule in policy.rules(direction))


def policy_chain(
    policy: PolicyProgram,
    direction: Direction,
    settings: EnforcementSettings,
    versions: Collection[int],
    following: Chain | None = None,
) -> Chain:
    """Return the chain of a policy; a packet that no rule decides returns from it.

    ``following`` is the chain of the next tier, which decides every packet. A staged policy only counts.
    """
    deny, calls = refusing(settings, "")
    verdicts = {Action.ALLOW: "accept", Action.DENY: f"{deny.verdict.value} {deny.chain}".rstrip()}
    if following is not None:
        verdicts[Action.NEXT_TIER] = f"goto {following.name}"
        calls = (*calls, following)
    rules = tuple(
        line for rule in policy.rules(direction) for line in _lines(policy, rule, settings, versions, verdicts)
    )
    used = tuple(chain for chain in calls if any(f"goto {chain.name} " in rule for rule in rules))
    word = f"{direction.value.lower()}-{'/'.join(part for part in policy.id[1:] if part)}"
    return Chain.holding(word, comment(f"{policy.id} {direction.value.lower()}"), rules, used)


def _lines(
    policy: PolicyProgram,
    rule: RuleProgram,
    settings: EnforcementSettings,
    versions: Collection[int],
    verdicts: dict[Action, str],
) -> Iterator[str]:
    said = f"{policy.id} {rule.name}"
    if policy.staged:
        action, said = "return", f"staged {rule.action.value}: {said}"
    elif rule.action is Action.LOG:
        action = _log(said, settings)
    elif rule.action in verdicts:
        action = verdicts[rule.action]
    else:
        raise NftError(f"{said}: only the rules of a tier can pass on, there is nothing after the profiles")
    for condition in conditions(rule, versions):
        yield " ".join(part for part in (condition, "counter", action, f'comment "{comment(said)}"') if part)


def _log(said: str, settings: EnforcementSettings) -> str:
    prefix = comment(said)[:_LOG_PREFIX]
    group = "" if settings.log_group is None else f" group {settings.log_group}"
    return f'log prefix "bgpkit {prefix}: "{group}'
