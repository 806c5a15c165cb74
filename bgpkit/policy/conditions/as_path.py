"""Conditions on AS_PATH: by pattern, by its ends, by what it contains, by its length."""

from dataclasses import dataclass
from typing import Final, Self

from bgpkit.policy.as_path_pattern import AsPathPattern
from bgpkit.policy.condition import PathCondition
from bgpkit.policy.number_range import NumberRange
from bgpkit.policy.path_facts import PathFacts

_ASN_MAXIMUM: Final = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class AsPathMatches(PathCondition):
    """A pattern is found in the path; see `AsPathPattern`."""

    pattern: AsPathPattern

    @classmethod
    def of(cls, text: str) -> "AsPathMatches":
        """Return the condition for a pattern as text: ``^65001_``; ConfigError as `AsPathPattern`."""
        return cls(AsPathPattern(text))

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the pattern is found."""
        return self.pattern.matches(facts.asns)

    def __str__(self) -> str:
        """Return ``AS path ^65001_``."""
        return f"AS path {self.pattern}"


@dataclass(frozen=True, slots=True)
class AsnCondition(PathCondition):
    """One AS of the path, or any, lies in one of several ranges."""

    asns: tuple[NumberRange, ...]

    @classmethod
    def of(cls, *asns: int | str) -> Self:
        """Return the condition for AS numbers and ranges: ``65001``, ``"64512-65534"``; ConfigError otherwise."""
        return cls(tuple(NumberRange.parse(str(asn), _ASN_MAXIMUM, "AS number") for asn in asns))

    def covers(self, asn: int | None) -> bool:
        """Tell whether an AS is one of those meant; None never is."""
        return asn is not None and any(asn in each for each in self.asns)

    def numbers(self) -> str:
        """Return the ranges as text."""
        return ", ".join(map(str, self.asns))


@dataclass(frozen=True, slots=True)
class OriginAs(AsnCondition):
    """The rightmost AS of the path, which originated the route, is one of several; never after an AS_SET."""

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the path comes from such an AS."""
        return self.covers(facts.origin_as)

    def __str__(self) -> str:
        """Return ``origin AS 65001``."""
        return f"origin AS {self.numbers()}"


@dataclass(frozen=True, slots=True)
class NeighborAs(AsnCondition):
    """The leftmost AS outside our confederation, from which the route was heard, is one of several."""

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the path was heard from such an AS."""
        return self.covers(facts.neighbor_as)

    def __str__(self) -> str:
        """Return ``neighbor AS 65001``."""
        return f"neighbor AS {self.numbers()}"


@dataclass(frozen=True, slots=True)
class AsPathContains(AsnCondition):
    """At least one of several ASes stands in the path, in a segment of any kind."""

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether such an AS is in the path."""
        return any(map(self.covers, facts.asns))

    def __str__(self) -> str:
        """Return ``AS path contains 65001``."""
        return f"AS path contains {self.numbers()}"


@dataclass(frozen=True, slots=True)
class AsPathLength(PathCondition):
    """The path has so many ASes, as the decision process counts them. RFC 4271, section 9.1.2.2 (a)."""

    lengths: NumberRange

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the length lies in the range."""
        return facts.as_path_length in self.lengths

    def __str__(self) -> str:
        """Return ``AS path length 1-5``."""
        return f"AS path length {self.lengths}"
