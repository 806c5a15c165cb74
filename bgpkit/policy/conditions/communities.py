"""Conditions on communities of all kinds."""

from dataclasses import dataclass
from enum import Enum

from bgpkit.policy.community_pattern import AnyCommunity, CommunityPattern
from bgpkit.policy.condition import PathCondition
from bgpkit.policy.path_facts import PathFacts


class Quantifier(Enum):
    """How many of several patterns must find a community."""

    ANY = "any"
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Communities(PathCondition):
    """Any, all or none of several patterns find a community of the route."""

    patterns: tuple[CommunityPattern, ...]
    quantifier: Quantifier = Quantifier.ANY
    name: str = ""
    """What people call the patterns."""

    @classmethod
    def of(
        cls, *communities: str | AnyCommunity | CommunityPattern, quantifier: Quantifier = Quantifier.ANY
    ) -> "Communities":
        """Return the condition for communities, patterns, or texts of either; ConfigError as `CommunityPattern`."""
        return cls(tuple(map(pattern_of, communities)), quantifier)

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether as many patterns find a community as are to."""
        found = (_finds(pattern, facts) for pattern in self.patterns)
        match self.quantifier:
            case Quantifier.ANY:
                return any(found)
            case Quantifier.ALL:
                return all(found)
            case Quantifier.NONE:
                return not any(found)

    def __str__(self) -> str:
        """Return ``any community of 64512:100, 64512:*``."""
        return f"{self.quantifier.value} community of {self.name or ', '.join(map(str, self.patterns))}"


def pattern_of(community: str | AnyCommunity | CommunityPattern) -> CommunityPattern:
    """Return the pattern that a community, a text or a pattern stands for."""
    match community:
        case str():
            return CommunityPattern.parse(community)
        case CommunityPattern():
            return community
        case _:
            return CommunityPattern.of(community)


def _finds(pattern: CommunityPattern, facts: PathFacts) -> bool:
    members = facts.members(pattern.kind.code, pattern.kind.size)
    if pattern.exact is not None:
        return pattern.exact in members
    return any(map(pattern.matches, members))
