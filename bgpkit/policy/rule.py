"""One rule of a policy: which routes, what becomes of them, and whether that is the last word."""

from dataclasses import dataclass
from enum import Enum

from bgpkit.errors import ConfigError
from bgpkit.policy.actions import Action
from bgpkit.policy.change import Change
from bgpkit.policy.condition import ANY_ROUTE, Condition


class Then(Enum):
    """What happens to a route after a rule that matches it."""

    ACCEPT = "accept"
    REJECT = "reject"
    NEXT = "next"
    """The rules behind decide; what this one has changed stays."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Routes for which a condition holds, what is changed of them, and what happens then.

    ConfigError for a rule without any effect, and for one that changes a route only to reject it.
    """

    match: Condition = ANY_ROUTE
    actions: tuple[Action, ...] = ()
    then: Then = Then.NEXT
    name: str = ""
    """What people call it; without a name its condition is shown."""

    def __post_init__(self) -> None:
        """Refuse a rule that cannot be meant."""
        if self.then is Then.REJECT and self.actions:
            raise ConfigError("a rule that rejects routes changes them to no effect; leave out the changes")
        if self.then is Then.NEXT and not self.actions:
            raise ConfigError("a rule without changes and without a last word has no effect; say accept or reject")

    @property
    def change(self) -> Change | None:
        """What the rule changes; None for nothing."""
        return Change(self.actions) if self.actions else None

    def __str__(self) -> str:
        """Return the name, or else the condition."""
        return self.name or str(self.match)
