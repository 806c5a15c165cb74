"""The table ``[fib]``: the kernel's routes."""

import sys
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING

from bgpkit.errors import ConfigError
from bgpkit.transport import check_kinds
from bgpkit_rib import MultipathOptions

if TYPE_CHECKING:  # Linux only, and only where the file asks for it
    from collections.abc import Callable

    from bgpkit.fib import Fib, FibEvent


class FibUse(Enum):
    """What is done with the kernel's table."""

    OFF = "off"
    """Nothing."""
    READ_ONLY = "read-only"
    """It is read and watched, and what would be changed is shown; nothing is ever written. Needs no privilege."""
    INSTALL = "install"
    """The best routes of ipv4-unicast and ipv6-unicast are kept in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FibSettings:
    """The table ``[fib]``: the kernel's routes."""

    mode: FibUse = FibUse.OFF
    protocol: int | str = 186
    """Our number of the kernel's, or its name in rt_protos: 186 is ``bgp``; all routes of it in the table are ours."""
    table: int | None = None
    """The kernel's table; None: that of ``vrf``, else the main one, 254."""
    vrf: str | None = None
    """A VRF device, whose table it is."""
    netns: str | None = None
    """Another network namespace: a name of ``ip netns``, or a path."""
    next_hop_objects: bool = False
    """Routes share next-hop objects of the kernel's, where it has them."""
    check_interval: float = 30.0
    """Seconds between two comparisons of the whole table."""
    multipath: MultipathOptions | None = None
    """How many paths make one route; None: the best one."""
    link_bandwidth: bool = False
    """Paths of one route share the traffic as their link bandwidth communities tell."""
    sweep_time: float = 120.0
    """Seconds that routes of a former run wait for somebody to announce them again, at most."""
    track_next_hops: bool = False
    """Judge next hops by the kernel's routes: those it has no way to cannot be used, the closer path wins."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        check_kinds(self, "fib")
        if not 0 <= self.sweep_time < float("inf"):
            raise ConfigError(f"sweep_time {self.sweep_time} is not a number of seconds from 0")
        if self.link_bandwidth and self.multipath is None:
            raise ConfigError("link_bandwidth is of routes with several next hops; give multipath, too")
        if any(getattr(self, field.name) != field.default for field in fields(self)):
            if sys.platform != "linux":
                raise ConfigError("only Linux has a table that can be kept or read; leave [fib] out")
            self.fib()

    @property
    def protocol_number(self) -> int:
        """The number of ``protocol``; ConfigError for a name that nobody knows."""
        from bgpkit.fib import LOWEST_OWN, protocol_number

        return protocol_number(self.protocol, lowest=LOWEST_OWN)

    @property
    def place(self) -> str:
        """Where the routes are, for people: ``table 254``, ``vrf red in netns blue``."""
        table = f"vrf {self.vrf}" if self.vrf is not None else f"table {254 if self.table is None else self.table}"
        return table if self.netns is None else f"{table} in netns {self.netns}"

    def fib(self, on_event: "Callable[[FibEvent], None] | None" = None) -> "Fib":
        """Return what keeps or reads the table like this; ConfigError for what cannot be."""
        from bgpkit.fib import Fib, FibMode

        return Fib(
            protocol=self.protocol_number,
            table=self.table,
            vrf=self.vrf,
            netns=self.netns,
            mode=FibMode.READ_ONLY if self.mode is FibUse.READ_ONLY else FibMode.INSTALL,
            next_hop_objects=self.next_hop_objects,
            check_interval=self.check_interval,
            on_event=on_event,
        )
