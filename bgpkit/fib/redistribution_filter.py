"""Which of the kernel's routes are redistributed: frozen values."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.fib.protocol_names import protocol_number
from bgpkit.fib.route import Address, RouteKind
from bgpkit.fib.wrong_kinds import check_all, check_callable
from bgpkit.policy import PrefixSet
from bgpkit.transport import check_kinds
from bgpkit_rib import Prefix

LOCAL: Final = "local"
"""Stands among protocols for the addresses of interfaces."""
_HIGHEST_METRIC: Final = (1 << 32) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRoute:
    """A route of the kernel's, as a function is asked about it."""

    prefix: Prefix
    protocol: int
    """Its routing protocol number, as in /etc/iproute2/rt_protos."""
    kind: RouteKind | None
    """None: an address of an interface."""
    interfaces: tuple[str, ...]
    """Those that it leads to and that are up with carrier."""
    gateways: tuple[Address, ...]
    metric: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RedistributionFilter:
    """The routes that pass: all that is said must hold; ConfigError for what cannot be.

    Some never pass, whatever is said: loopback, multicast and IPv6 link-local prefixes, those that the kernel makes
    of addresses for itself, and routes of our own.
    """

    protocols: tuple[str | int, ...]
    """Routing protocols by name or number: ``connected``, ``static``, ``ospf``, 188.

    ``local`` stands for the addresses of interfaces, as prefixes of 32 and 128 bits.
    """
    interfaces: tuple[str, ...] = ()
    """Patterns of names, ``eth*``, or with ``!`` before them of names that are left out; none: all interfaces.

    A route that leads to no interface, such as a blackhole, passes only without any.
    """
    prefixes: PrefixSet | None = None
    """None: every prefix."""
    kinds: frozenset[RouteKind] = frozenset({RouteKind.UNICAST})
    lowest_metric: int = 0
    highest_metric: int = _HIGHEST_METRIC
    default: bool = False
    """The default route passes, too."""
    link_local: bool = False
    """IPv4 prefixes inside 169.254.0.0/16 pass, too."""
    accept: Callable[[FoundRoute], bool] | None = None
    """Asked last, of what has passed all else; a pure function."""

    def __post_init__(self) -> None:
        """Refuse what cannot be, and what lets nothing pass."""
        check_kinds(self, "filter")
        if self.accept is not None:
            check_callable("accept", self.accept)
        if not self.protocols:
            raise ConfigError("protocols is empty; name at least one, such as 'connected' or 'static'")
        try:
            _ = self.numbers
        except ConfigError as error:
            raise ConfigError(f"protocols: {error}") from None
        for pattern in self.interfaces:
            if not pattern.removeprefix("!"):
                raise ConfigError(f"interfaces: {pattern!r} is no pattern of names; write it like 'eth*' or '!eth9'")
        if not self.kinds:
            raise ConfigError("kinds is empty; name at least one, such as 'unicast'")
        check_all("kinds", self.kinds, RouteKind)
        if not 0 <= self.lowest_metric <= self.highest_metric <= _HIGHEST_METRIC:
            raise ConfigError(
                f"lowest_metric {self.lowest_metric} and highest_metric {self.highest_metric} are no range of metrics; "
                f"both are 0 to {_HIGHEST_METRIC}, the lowest first"
            )

    @property
    def numbers(self) -> frozenset[int]:
        """The routing protocol numbers that pass."""
        return frozenset(protocol_number(each) for each in self.protocols if each != LOCAL)

    @property
    def local(self) -> bool:
        """Whether addresses of interfaces pass."""
        return LOCAL in self.protocols

    def takes_interface(self, name: str) -> bool:
        """Tell whether an interface is one of those that are named, and none that is left out."""
        wanted = [pattern for pattern in self.interfaces if not pattern.startswith("!")]
        return (not wanted or any(fnmatchcase(name, pattern) for pattern in wanted)) and not any(
            fnmatchcase(name, pattern[1:]) for pattern in self.interfaces if pattern.startswith("!")
        )
