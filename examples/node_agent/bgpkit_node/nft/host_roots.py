"""The chains that decide over the packets of an interface of a node, at each hook where there is something to ask.

What a policy allows early is remembered in one bit of the packet's mark until it has passed the later policies of the
interface, which it is spared.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.host_chains import ESTABLISHED, alive
from bgpkit_node.nft.host_maps import HOOKS, Hook
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.policy.model import Action, Direction, PolicyId
from bgpkit_node.policy.moments import Moment, is_asked_at
from bgpkit_node.policy.program import EndpointProgram, PolicyProgram, TierProgram

Decide = Callable[[Hook, tuple[TierProgram, ...]], Chain]
"""Gives the chain that asks these tiers at a hook."""
_Policies = Mapping[PolicyId, PolicyProgram]


def host_roots(
    program: EndpointProgram, policies: _Policies, settings: EnforcementSettings, decide: Decide
) -> dict[Hook, Chain]:
    """Return the chains by hook; where there is none, all passes."""
    asked = {hook: tiers_at(hook, program, policies) for hook in HOOKS}
    found = {hook: decide(hook, tiers) for hook, tiers in asked.items() if tiers or hook.moment is Moment.NORMAL}
    early = {hook for hook in found if hook.moment.is_early}
    roots: dict[Hook, Chain] = {}
    for hook in HOOKS:
        chain = found.get(hook)
        if hook in early and chain is not None:
            roots[hook] = _early(hook, chain, early, settings)
        elif not hook.moment.is_early:
            rules = (*_sparing(hook, early, settings), *_dropping(chain, settings))
            if rules:
                roots[hook] = _before(hook, rules, chain)
            elif chain is not None:
                roots[hook] = chain
    return roots


def tiers_at(hook: Hook, program: EndpointProgram, policies: _Policies) -> tuple[TierProgram, ...]:
    """Return the tiers of a program with those policies that are asked at a hook; others are left out."""
    found: list[TierProgram] = []
    for tier in program.tiers(hook.direction):
        asked = [each for each in tier.policies if each not in policies or is_asked_at(hook.moment, policies[each])]
        decides = not hook.moment.is_early and any(each not in policies or not policies[each].staged for each in asked)
        if asked:
            default = tier.default if decides else Action.NEXT_TIER
            found.append(replace(tier, policies=tuple(asked), default=default))
    return tuple(found)


def _sparing(hook: Hook, early: Collection[Hook], settings: EnforcementSettings) -> tuple[str, ...]:
    """Return the rule that lets pass what has been allowed early, where that comes by: not out, if it is forwarded."""
    forwarded_out = hook == Hook(Moment.FORWARD, Direction.EGRESS)
    if forwarded_out or all(each.direction is not hook.direction for each in early):
        return ()
    return (f'{_is_set(settings)} {_forgetting(settings)} counter accept comment "allowed before"',)


def _dropping(chain: Chain | None, settings: EnforcementSettings) -> tuple[str, ...]:
    """Return the rule for what belongs to no connection and begins none, where policies are asked at all."""
    dropped = settings.drop_invalid and chain is not None
    return ('ct state invalid counter drop comment "belongs to no connection"',) if dropped else ()


def _early(hook: Hook, chain: Chain, early: Collection[Hook], settings: EnforcementSettings) -> Chain:
    """Return the chain for a hook before the normal ones: what keeps a node alive first, then the policies."""
    untracked = hook.moment is Moment.UNTRACKED
    rules = list(alive(settings, hook.direction, untracked=untracked))
    if untracked or Hook(Moment.UNTRACKED, hook.direction) not in early:
        rules.insert(0, _forgetting(settings))
    else:
        rules.insert(0, f"{_is_set(settings)} accept")
    if not untracked:
        rules.insert(0, ESTABLISHED)
    word = f"{hook.direction.value.lower()}-{hook.moment.name.lower()}"
    said = f"policies {hook.moment.value}, {hook.direction.value}"
    return Chain.holding(word, said, (*rules, f"goto {chain.name}"), (chain,))


def _before(hook: Hook, rules: tuple[str, ...], chain: Chain | None) -> Chain:
    """Return the chain that goes by these rules before ``chain``; without one all others pass."""
    rest = (f"goto {chain.name}",) if chain is not None else ()
    word = f"{hook.direction.value.lower()}-before-policies"
    return Chain.holding(word, "what no policy is asked about", (*rules, *rest), (chain,) if chain else ())


def _is_set(settings: EnforcementSettings) -> str:
    return f"meta mark & {settings.mark:#x} == {settings.mark:#x}"


def _forgetting(settings: EnforcementSettings) -> str:
    return f"meta mark set meta mark & {~settings.mark & 0xFFFFFFFF:#010x}"
