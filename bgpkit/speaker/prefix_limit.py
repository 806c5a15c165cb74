"""How many routes a peer may send or be sent, and what happens beyond that."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.transport import check_kinds
from bgpkit_fsm import Family

MAXIMUM: Final = 2**32 - 1
"""The highest bound: it has four octets in the NOTIFICATION. RFC 4486, section 4."""


class MaxPrefixesAction(Enum):
    """What happens when there are more routes for a peer than it is to be sent."""

    WARN = "warn"
    """A warning is logged, once; all routes are sent."""
    CLOSE = "close"
    """The session is closed, before the first route beyond the bound is sent."""


class PrefixLimitAction(Enum):
    """What happens when a peer sends more routes of a family than it may."""

    WARN = "warn"
    """It is told, once for each session; all routes are taken."""
    RESTART = "restart"
    """The session is closed, all routes of the peer are dropped, and after some seconds it may come back."""
    SHUTDOWN = "shutdown"
    """The same, but it may not come back until an operator says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixLimit:
    """A bound on the routes of each family that a peer may send. ConfigError names what cannot be.

    Every route counts that is held from the peer, whether or not a policy accepts it; with ADD-PATH each path does.
    RFC 4271, section 6.7; RFC 4486, section 4.
    """

    maximum: int
    """The most routes of a family, 1 to 4294967295."""
    of_family: tuple[tuple[Family, int], ...] = ()
    """Families with another bound."""
    warning_percent: int = 75
    """From how much of the bound on it is told that the bound is near, 1 to 100 percent."""
    action: PrefixLimitAction = PrefixLimitAction.RESTART
    restart_seconds: float = 300.0
    """How long the peer stays away with RESTART."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        check_kinds(self, "prefix limit")
        for bound in (self.maximum, *(bound for _, bound in self.of_family)):
            if not 1 <= bound <= MAXIMUM:
                raise ConfigError(f"prefix limit: {bound} routes are not between 1 and {MAXIMUM}")
        if len({family for family, _ in self.of_family}) < len(self.of_family):
            raise ConfigError("prefix limit: of_family names a family twice; name each once")
        if not 1 <= self.warning_percent <= 100:
            raise ConfigError(f"prefix limit: warning_percent {self.warning_percent} is not between 1 and 100")
        if self.restart_seconds <= 0:
            raise ConfigError(f"prefix limit: restart_seconds {self.restart_seconds} is not more than 0")

    def of(self, family: Family) -> int:
        """Return the bound for ``family``."""
        return dict(self.of_family).get(family, self.maximum)

    def __str__(self) -> str:
        """Return the bound as ``1000, at 75 percent a warning, beyond it restart after 300 s``."""
        others = "".join(f", {family} {bound}" for family, bound in self.of_family)
        then = f" after {self.restart_seconds:g} s" if self.action is PrefixLimitAction.RESTART else ""
        warning = f"at {self.warning_percent} percent a warning"
        return f"{self.maximum}{others}, {warning}, beyond it {self.action.value}{then}"
