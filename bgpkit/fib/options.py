"""How a kernel table is kept: what :class:`bgpkit.fib.Fib` is started with."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from bgpkit.errors import ConfigError
from bgpkit.fib.events import FibEvent
from bgpkit.fib.netlink import uapi
from bgpkit.fib.place import Place
from bgpkit.fib.protocol_names import LOWEST_OWN
from bgpkit.fib.wrong_kinds import check_callable, checked_interval
from bgpkit.transport import check_kinds


class FibMode(Enum):
    """What may be done to the kernel."""

    INSTALL = "install"
    """Routes are written; needs the capability CAP_NET_ADMIN."""
    READ_ONLY = "read-only"
    """The table is read and watched, and what differs is shown; nothing is ever written. Needs no privilege."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FibOptions:
    """One owner of one table; ConfigError for what cannot be."""

    protocol: int
    table: int | None = None
    """None: that of ``vrf``, else the main one."""
    vrf: str | None = None
    netns: str | None = None
    mode: FibMode = FibMode.INSTALL
    next_hop_objects: bool = False
    check_interval: float = 30
    on_event: Callable[[FibEvent], None] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        checked_interval(self.check_interval)
        check_kinds(self, "fib")
        if self.on_event is not None:
            check_callable("on_event", self.on_event)
        if not LOWEST_OWN <= self.protocol <= 255:
            raise ConfigError(
                f"protocol {self.protocol} cannot be owned; choose one from {LOWEST_OWN} to 255 that is yours alone"
            )
        if self.table is not None and (not 0 < self.table < 1 << 32 or self.table == uapi.RT_TABLE_LOCAL):
            raise ConfigError(f"table {self.table} cannot be kept; choose 1 to 4294967295 but 255, the kernel's own")
        self.place()

    def place(self) -> Place:
        """Return where the table is; ConfigError for what names no table."""
        return Place(table=self.table, vrf=self.vrf, netns=self.netns)
