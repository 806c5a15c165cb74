"""A stage of the decision over a packet: a tier's policies one after another, then what is done at its end.

A stage decides every packet. So Pass is a plain ``goto`` the next one, and needs no mark on packets.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from bgpkit_node.nft.chain import Chain, Leap, Verdict
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.groups import Group, grouped
from bgpkit_node.nft.host_maps import Hook
from bgpkit_node.nft.naming import comment, network_set
from bgpkit_node.nft.policy_chain import Verdicts, passes_on, policy_chain, refusing
from bgpkit_node.nft.rule_comments import UNDECIDED, of_tier_end
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.policy.model import Action, Direction, PolicyId
from bgpkit_node.policy.moments import Moment
from bgpkit_node.policy.program import PolicyProgram, TierProgram

OPEN = Chain("open", "endpoints without a policy in a direction", ("counter accept",))
SHUT = Chain("shut", "what cannot be enforced as it is written", ("counter drop",))
_UNDECIDED = {
    Moment.UNTRACKED: Chain("undecided", "early policies that have not decided", ("accept",)),
    Moment.PRE_DNAT: Chain("undecided", "early policies that have not decided", ("accept",)),
    Moment.FORWARD: Chain("forwarded", "what no policy has decided is forwarded", ("counter accept",)),
}


_IP = {4: "ip", 6: "ip6"}


class Stages:
    """The chains of stages and of policies; each is made once for all endpoints that ask the same."""

    def __init__(
        self, policies: Mapping[PolicyId, PolicyProgram], settings: EnforcementSettings, versions: Collection[int]
    ) -> None:
        """Read ``policies`` whenever a chain is to be made; ``forget`` those that change."""
        self._policies = policies
        self._settings = settings
        self._versions = versions
        self._stages: dict[tuple[Hook, tuple[TierProgram, ...], tuple[PolicyId, ...]], Chain] = {}
        self._shared: dict[PolicyId, dict[tuple[Hook, str, str], Chain]] = {}

    def forget(self, changed: Collection[PolicyId]) -> None:
        """Make the chains of these policies, and those that call them, anew when they are asked for."""
        for policy in changed:
            self._shared.pop(policy, None)
        self._stages.clear()

    def stage(self, hook: Hook, tiers: tuple[TierProgram, ...], profiles: tuple[PolicyId, ...]) -> Chain:
        """Return the chain that decides by these tiers, then by these profiles; what is left is denied.

        At other moments than the normal one profiles are not asked, and what is left passes.
        """
        key = hook, tiers, profiles
        found = self._stages.get(key)
        if found is None:
            made = self._tier(hook, tiers, profiles) if tiers else self._last(hook, profiles)
            found = self._stages[key] = made
        return found

    def _tier(self, hook: Hook, tiers: tuple[TierProgram, ...], profiles: tuple[PolicyId, ...]) -> Chain:
        tier, rest = tiers[0], tiers[1:]
        policies = [self._policy(each) for each in tier.policies]
        passing = any(passes_on(policy, hook.direction) for policy in policies)
        goes_on = tier.default is Action.NEXT_TIER
        following = self.stage(hook, rest, profiles) if passing or goes_on else None
        end, called = self._end(tier, following)
        word = f"{hook.direction.value.lower()}-tier-{tier.name}"
        said = comment(f"tier {tier.name}, {hook.direction.value}")
        groups = list(grouped(policies, hook.direction))
        unions = tuple(each.union for each in groups if each.union is not None)
        asked = [self._group(each, hook, tier.name, following) for each in groups]
        chains = (*(chain for _, each in asked for chain in each), *called)
        if not unions:
            return Chain.leaping(word, said, (*(leap for leaps, _ in asked for leap in leaps), end), chains)
        rules = [
            rule for group, (leaps, _) in zip(groups, asked, strict=True) for rule in self._guarded(group, leaps, hook)
        ]
        return Chain.holding(word, said, (*rules, str(end)), chains, unions)

    def _group(
        self, group: Group, hook: Hook, tier: str, following: Chain | None
    ) -> tuple[tuple[Leap, ...], tuple[Chain, ...]]:
        """Return the rules by which a group is asked, and the chains that they lead to."""
        chains = tuple(self._chain(policy, hook, tier, following) for policy in group.policies)
        if group.union is not None:
            first, last = (comment(str(group.policies[place].id)) for place in (0, -1))
            word = f"{hook.direction.value.lower()}-group-{tier}"
            chains = (Chain.leaping(word, comment(f"{first} to {last}"), _jumps(chains), chains),)
        return _jumps(chains), chains

    def _guarded(self, group: Group, leaps: Iterable[Leap], hook: Hook) -> Iterator[str]:
        """Give the rules of a group, for those packets alone that it may be about."""
        side = "saddr" if hook.direction is Direction.INGRESS else "daddr"
        for leap in leaps:
            if group.union is None:
                yield str(leap)
                continue
            for version in sorted(self._versions):
                yield f"{_IP[version]} {side} @{network_set(group.union.id, version)} {leap}"

    def _end(self, tier: TierProgram, following: Chain | None) -> tuple[Leap, tuple[Chain, ...]]:
        """Return what is done at the end of a tier, and the chain that it leads to."""
        said = comment(of_tier_end(tier.name, tier.default))
        match tier.default:
            case Action.NEXT_TIER if following is not None:
                return Leap(Verdict.GOTO, following.name, said), (following,)
            case Action.ALLOW:
                return Leap(Verdict.ACCEPT, comment=said), ()
            case _:
                return refusing(self._settings, said)

    def _last(self, hook: Hook, profiles: tuple[PolicyId, ...]) -> Chain:
        """Return the chain for what no tier has decided."""
        if hook.moment is not Moment.NORMAL:
            return _UNDECIDED[hook.moment]
        chains = [self._chain(self._policy(each), hook, "", None) for each in profiles]
        end, called = refusing(self._settings, UNDECIDED)
        leaps = (*_jumps(chains), end)
        word = f"{hook.direction.value.lower()}-profiles"
        return Chain.leaping(word, comment(f"profiles, {hook.direction.value}"), leaps, (*chains, *called))

    def _chain(self, policy: PolicyProgram, hook: Hook, tier: str, following: Chain | None) -> Chain:
        after = following if passes_on(policy, hook.direction) else None
        shared = self._shared.setdefault(policy.id, {})
        key = hook, tier, after.name if after else ""
        chain = shared.get(key)
        if chain is None:
            verdicts = Verdicts.at(hook.moment, self._settings, tier, after)
            chain = shared[key] = policy_chain(policy, hook.direction, self._settings, self._versions, verdicts)
        return chain

    def _policy(self, policy_id: PolicyId) -> PolicyProgram:
        policy = self._policies.get(policy_id)
        if policy is None:
            raise NftError(f"{policy_id}: an endpoint names this policy, but there are no rules for it")
        return policy


def _jumps(chains: Iterable[Chain]) -> tuple[Leap, ...]:
    """Return the rules that lead to chains one after the other."""
    return tuple(Leap(Verdict.JUMP, chain.name, chain.comment, counted=False) for chain in chains)
