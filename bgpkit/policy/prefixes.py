"""A policy by prefix: an ordered list of prefixes with length bounds, first match wins."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from bgpkit.policy.prefix_range import PrefixRange
from bgpkit.policy.prefix_set import PrefixSet
from bgpkit.policy.route_policy import RoutePolicy
from bgpkit.policy.rule import Rule, Then
from bgpkit.policy.verdict import CommonVerdict, Verdict
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Path, Prefix


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """Routes inside ``prefix`` whose length lies within bounds, and what becomes of them."""

    prefix: Prefix
    accept: bool = True
    at_least: int | None = None
    """Shortest length that matches, in bits; None: that of ``prefix``."""
    at_most: int | None = None
    """Longest length that matches, in bits; None: every longer prefix of the address family."""

    def matches(self, prefix: Prefix) -> bool:
        """Tell whether ``prefix`` lies inside this rule's prefix and its length within the bounds."""
        return prefix in self.prefixes

    @property
    def prefixes(self) -> PrefixSet:
        """The prefixes that match."""
        width, length = self.prefix.width, self.prefix.length
        shortest = length if self.at_least is None else max(self.at_least, length)
        longest = width if self.at_most is None else min(self.at_most, width)
        inside = (PrefixRange(self.prefix, shortest, longest),) if shortest <= longest else ()
        return PrefixSet(inside, str(self.prefix))


@dataclass(frozen=True, slots=True)
class PrefixPolicy:
    """The first rule that matches decides; a route that matches none gets ``default``.

    It is for unicast; routes of other families get the default. `RoutePolicy` does more.
    """

    name: str
    rules: tuple[PrefixRule, ...]
    default: bool = False
    _policy: RoutePolicy = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Write the rules as those of a `RoutePolicy`."""
        rules = tuple(
            Rule(rule.prefixes, then=Then.ACCEPT if rule.accept else Then.REJECT, name=str(rule.prefix))
            for rule in self.rules
        )
        object.__setattr__(self, "_policy", RoutePolicy(self.name, rules, self.default))

    def by_destination(self, family: Family) -> Verdict | CommonVerdict | None:
        """Return what can be said of routes of whatever path; see `bgpkit.policy.by_destination`."""
        return self._policy.by_destination(family) if family in _UNICAST else None

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Divide ``keys`` by the first rule that matches each; families other than unicast get the default."""
        if family not in _UNICAST:
            return ((Verdict(self.default, f"{self.name}: default"), keys),)
        return self._policy.apply(family, path, keys)


_UNICAST: Final = frozenset({IPV4_UNICAST, IPV6_UNICAST})
