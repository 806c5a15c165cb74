"""What happens to a kernel table that is worth telling, each thing once: frozen values."""

from dataclasses import dataclass
from typing import TypeAlias

from bgpkit_rib import Prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteConflict:
    """A wanted route's prefix and metric are taken by another program's route, which is left alone."""

    prefix: Prefix
    protocol: int
    """The other program's routing protocol number, as in /etc/iproute2/rt_protos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFailed:
    """The kernel refuses a route; it is tried again, and told again only when the reason is another."""

    prefix: Prefix
    errno: int
    reason: str


FibEvent: TypeAlias = RouteConflict | RouteFailed
