"""The rules of a policy in one direction, as a chain that all its endpoints share."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple, Self

from bgpkit_node.nft.chain import Chain, Leap, Verdict
from bgpkit_node.nft.conditions import conditions
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.log_prefix import log_prefix
from bgpkit_node.nft.naming import comment
from bgpkit_node.nft.rule_comments import of_rule
from bgpkit_node.nft.settings import EnforcementSettings, Refusal
from bgpkit_node.policy.model import Action, Direction
from bgpkit_node.policy.moments import Moment
from bgpkit_node.policy.program import PolicyProgram, RuleProgram

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


class Verdicts(NamedTuple):
    """What the rules of a policy do, in nft's words, and the chains that they lead to; ``tier`` is the policy's."""

    words: Mapping[Action, str]
    calls: tuple[Chain, ...] = ()
    tier: str = ""

    @classmethod
    def at(cls, moment: Moment, settings: EnforcementSettings, tier: str = "", following: Chain | None = None) -> Self:
        """Return those of a moment; ``following`` is the chain of the next tier, which decides every packet.

        Before connections are tracked, or destinations translated, a packet that is denied is dropped without a word.
        """
        deny, calls = refusing(settings, "")
        if moment.is_early:
            deny, calls = Leap(Verdict.DROP), ()
        remembering = f"meta mark set meta mark | {settings.mark:#010x} accept"
        allow = {Moment.UNTRACKED: f"notrack {remembering}", Moment.PRE_DNAT: remembering}.get(moment, "accept")
        words = {Action.ALLOW: allow, Action.DENY: f"{deny.verdict.value} {deny.chain}".rstrip()}
        if following is None:
            return cls(words, calls, tier)
        return cls({**words, Action.NEXT_TIER: f"goto {following.name}"}, (*calls, following), tier)


def passes_on(policy: PolicyProgram, direction: Direction) -> bool:
    """Tell whether a rule of the policy sends packets to the next tier, so that its chain depends on which that is."""
    return not policy.staged and any(rule.action is Action.NEXT_TIER for rule in policy.rules(direction))


def policy_chain(
    policy: PolicyProgram,
    direction: Direction,
    settings: EnforcementSettings,
    versions: Collection[int],
    verdicts: Verdicts,
) -> Chain:
    """Return the chain of a policy; a packet that no rule decides returns from it. A staged policy only counts."""
    rules = tuple(
        line for rule in policy.rules(direction) for line in _lines(policy, rule, settings, versions, verdicts)
    )
    used = tuple(chain for chain in verdicts.calls if any(f"goto {chain.name} " in rule for rule in rules))
    word = f"{direction.value.lower()}-{'/'.join(part for part in policy.id[1:] if part)}"
    return Chain.holding(word, comment(f"{policy.id} {direction.value.lower()}"), rules, used)


def _lines(
    policy: PolicyProgram,
    rule: RuleProgram,
    settings: EnforcementSettings,
    versions: Collection[int],
    verdicts: Verdicts,
) -> Iterator[str]:
    said = of_rule(policy.id, rule.name)
    if policy.staged:
        action, said = "return", of_rule(policy.id, rule.name, rule.action)
    elif rule.action is Action.LOG:
        action = _log(log_prefix(settings.log_prefix, policy.id, verdicts.tier, rule.name), settings)
    elif rule.action in verdicts.words:
        action = verdicts.words[rule.action]
    else:
        raise NftError(f"{said}: only the rules of a tier can pass on, there is nothing after the profiles")
    for condition in conditions(rule, versions):
        yield " ".join(part for part in (condition, "counter", action, f'comment "{comment(said)}"') if part)


def _log(prefix: str, settings: EnforcementSettings) -> str:
    group = "" if settings.log_group is None else f" group {settings.log_group}"
    limit = f"limit rate {settings.log_rate} burst {settings.log_burst} packets " if settings.log_rate else ""
    return f'{limit}log prefix "{prefix}"{group}'
