"""Conditions on attributes that are numbers: MULTI_EXIT_DISC, LOCAL_PREF, ORIGIN."""

from dataclasses import dataclass

from bgpkit.policy.condition import PathCondition
from bgpkit.policy.number_range import NumberRange
from bgpkit.policy.path_facts import PathFacts
from bgpkit.wire import AttributeCode
from bgpkit_rib import DEFAULT_LOCAL_PREF, Origin


@dataclass(frozen=True, slots=True)
class MedIn(PathCondition):
    """MULTI_EXIT_DISC lies in a range. RFC 4271, section 5.1.4."""

    values: NumberRange | None
    """None: the route has none; a route without one is in no range."""

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the MED is such a number."""
        med = facts.number(AttributeCode.MULTI_EXIT_DISC)
        if self.values is None:
            return med is None
        return med is not None and med in self.values

    def __str__(self) -> str:
        """Return ``MED 1-10`` or ``no MED``."""
        return "no MED" if self.values is None else f"MED {self.values}"


@dataclass(frozen=True, slots=True)
class LocalPrefIn(PathCondition):
    """LOCAL_PREF lies in a range; a route without one counts as 100. RFC 4271, section 5.1.5."""

    values: NumberRange

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the local preference is such a number."""
        found = facts.number(AttributeCode.LOCAL_PREF)
        return (DEFAULT_LOCAL_PREF if found is None else found) in self.values

    def __str__(self) -> str:
        """Return ``local preference 100-200``."""
        return f"local preference {self.values}"


@dataclass(frozen=True, slots=True)
class OriginIs(PathCondition):
    """ORIGIN has a certain value. RFC 4271, section 5.1.1."""

    value: Origin

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the route came into BGP that way."""
        return facts.number(AttributeCode.ORIGIN) == self.value

    def __str__(self) -> str:
        """Return ``origin igp``."""
        return f"origin {self.value.name.lower()}"
