"""A policy by prefix: an ordered list of prefixes with length bounds, first match wins."""

from collections.abc import Iterable
from dataclasses import dataclass

from bgpkit.policy.verdict import Verdict
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
        if prefix.width != self.prefix.width or not self.prefix.contains(prefix):
            return False
        shortest = self.prefix.length if self.at_least is None else self.at_least
        longest = prefix.width if self.at_most is None else self.at_most
        return shortest <= prefix.length <= longest


@dataclass(frozen=True, slots=True)
class PrefixPolicy:
    """The first rule that matches decides; a route that matches none gets ``default``."""

    name: str
    rules: tuple[PrefixRule, ...]
    default: bool = False

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Divide ``keys`` by the first rule that matches each; families other than unicast get the default."""
        if family not in _WIDTHS:
            return ((Verdict(self.default, f"{self.name}: default"), keys),)
        width = _WIDTHS[family]
        groups: dict[int, list[bytes]] = {}
        for key in keys:
            prefix = Prefix.from_key(key, width)
            matching = (number for number, rule in enumerate(self.rules) if rule.matches(prefix))
            groups.setdefault(next(matching, -1), []).append(key)
        return tuple(
            (self._verdict(number), keys if len(group) == len(keys) else group) for number, group in groups.items()
        )

    def _verdict(self, number: int) -> Verdict:
        if number < 0:
            return Verdict(self.default, f"{self.name}: default")
        return Verdict(self.rules[number].accept, f"{self.name}: rule {number + 1} ({self.rules[number].prefix})")


_WIDTHS = {IPV4_UNICAST: 32, IPV6_UNICAST: 128}
