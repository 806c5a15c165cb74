"""A table to be read only, now and then: nothing is heard of what changes in between. Linux only."""

from bgpkit.fib.netlink.reader import NetlinkReader


class TableReader(NetlinkReader):
    """A socket for dumps beside that of the work, which must not be disturbed. Anybody may open one."""

    def __init__(self, table: int, *, protocol: int = 0, netns: str | None = None) -> None:
        """Open it, in the network namespace ``netns``; FibError when there is no netlink, ConfigError no way in."""
        super().__init__(table, protocol=protocol, netns=netns)
        self._listening.close()  # nobody would read what comes
