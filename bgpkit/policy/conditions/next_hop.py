"""Conditions on the next hop."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.policy.condition import PathCondition
from bgpkit.policy.path_facts import PathFacts
from bgpkit.policy.prefix_range import PrefixRange
from bgpkit.policy.prefix_set import PrefixSet
from bgpkit_rib import Prefix

_GLOBAL: Final = 16


@dataclass(frozen=True, slots=True)
class NextHopIn(PathCondition):
    """The next hop, of two the global one, lies in a set of prefixes; a route without one is in none."""

    prefixes: PrefixSet

    @classmethod
    def of(cls, *prefixes: str) -> "NextHopIn":
        """Return the condition for addresses and prefixes that hold addresses; ConfigError otherwise."""
        return cls(addresses(prefixes))

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the next hop is such an address."""
        return holds_address(self.prefixes, facts.path.next_hop[:_GLOBAL])

    def __str__(self) -> str:
        """Return ``next hop in 192.0.2.0/24``."""
        return f"next hop in {self.prefixes.name or ', '.join(str(each.prefix) for each in self.prefixes.ranges)}"


def addresses(texts: tuple[str, ...]) -> PrefixSet:
    """Return the set of all addresses that are written, as such or as prefixes; ConfigError when one is neither."""
    return PrefixSet(tuple(PrefixRange.inside(_prefix(text)) for text in texts))


def holds_address(prefixes: PrefixSet, packed: bytes) -> bool:
    """Tell whether a set of prefixes has an address, 4 or 16 octets; anything else is in none."""
    width = 8 * len(packed)
    return width in {32, 128} and prefixes.table(width).contains(bytes((width,)) + packed)


def _prefix(text: str) -> Prefix:
    try:
        if "/" in text:
            return Prefix.parse(text)
        address = ip_address(text)
        return Prefix.parse(f"{address}/{address.max_prefixlen}")
    except ValueError as error:
        raise ConfigError(f"{text!r} is neither an address nor a prefix: {error}") from error
