"""The way of one packet past the policies of one endpoint."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from bgpkit_node.policy.address_book import AddressBook
from bgpkit_node.policy.model import Action, Direction, Endpoint, Policy, PolicyId, Rule
from bgpkit_node.policy.precedence import tier_called
from bgpkit_node.policy.rule_match import matches
from bgpkit_node.policy.state import PolicyState
from bgpkit_node.policy.verdict import Consideration, Packet, Reason, SideVerdict

_FINAL: Final = (Action.ALLOW, Action.DENY)


class Walk:
    """The way of one packet past the policies of one endpoint."""

    def __init__(self, endpoint: Endpoint, direction: Direction, packet: Packet, book: AddressBook) -> None:
        """Begin with nobody asked."""
        self._endpoint = endpoint
        self._direction = direction
        self._packet = packet
        self._book = book
        self._considered: list[Consideration] = []

    def early(self, policies: Sequence[Policy]) -> SideVerdict | None:
        """Ask what is asked before connections are tracked or translated: only a rule can decide there."""
        seen = self._packet.untranslated()
        for tier, group in groupby(policies, lambda policy: policy.tier):
            action = self._tier(tier, group, seen)
            if action in _FINAL:
                return self._decide(action, Reason.RULE, tier)
        return None

    def tiers(self, policies: Sequence[Policy], state: PolicyState) -> SideVerdict | None:
        """Ask one tier after the other; None when each of them passes the packet on."""
        for tier, group in groupby(policies, lambda policy: policy.tier):
            asked = tuple(group)
            action = self._tier(tier, asked, self._packet)
            if action in _FINAL:
                return self._decide(action, Reason.RULE, tier)
            default = tier_called(tier, state.tiers).default
            if action is None and default in _FINAL and not all(policy.staged for policy in asked):
                return self._decide(default, Reason.END_OF_TIER, tier)
        return None

    def profiles(self, policies: Sequence[Policy], state: PolicyState) -> SideVerdict:
        """Ask the profiles, after which all is denied; without policy and profile a pod is open."""
        endpoint = self._endpoint
        if not endpoint.profiles and not endpoint.host and all(policy.staged for policy in policies):
            return self._decide(Action.ALLOW, Reason.NO_POLICY)
        for name in endpoint.profiles:
            if name not in state.profiles:
                continue
            profile = state.profiles[name]
            rules = profile.ingress if self._direction is Direction.INGRESS else profile.egress
            action = self._ask(rules, PolicyId("Profile", "", name), self._packet)
            if action in _FINAL:
                return self._decide(action, Reason.PROFILE)
            if action is Action.NEXT_TIER:
                break
        return self._decide(Action.DENY, Reason.NO_PROFILE)

    def failsafe(self) -> SideVerdict:
        """Let the packet pass by a port that no policy shuts."""
        return self._decide(Action.ALLOW, Reason.FAILSAFE)

    def forwarded(self) -> SideVerdict:
        """Let the packet pass that a node forwards and no policy decides over."""
        return self._decide(Action.ALLOW, Reason.FORWARDED)

    def _tier(self, tier: str, policies: Iterable[Policy], packet: Packet) -> Action | None:
        for policy in policies:
            action = self._ask(policy.rules(self._direction), policy.id, packet, tier, staged=policy.staged)
            if action is not None and not policy.staged:
                return action
        return None

    def _ask(
        self, rules: Iterable[Rule], policy: PolicyId, packet: Packet, tier: str = "", *, staged: bool = False
    ) -> Action | None:
        """Return what the first rule that matches does, Log aside, and note what was found."""
        last: Rule | None = None
        for rule in self._matching(rules, packet):
            last = rule
            self._considered.append(
                Consideration(policy=policy, tier=tier, rule=rule.name, action=rule.action, staged=staged)
            )
            if rule.action is not Action.LOG:
                return rule.action
        if last is None:
            self._considered.append(Consideration(policy=policy, tier=tier, staged=staged))
        return None

    def _matching(self, rules: Iterable[Rule], packet: Packet) -> Iterator[Rule]:
        return (rule for rule in rules if matches(rule, packet, self._book))

    def _decide(self, action: Action | None, reason: Reason, tier: str = "") -> SideVerdict:
        return SideVerdict(
            endpoint=self._endpoint.key,
            direction=self._direction,
            allowed=action is Action.ALLOW,
            reason=reason,
            tier=tier,
            considered=tuple(self._considered),
        )
