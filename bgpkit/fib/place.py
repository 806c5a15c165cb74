"""Where a table is: the network namespace, and the VRF that it belongs to. Linux only."""

import os
import re
from dataclasses import dataclass
from typing import Final

from bgpkit.errors import ConfigError, FibError
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.decode import decode_refusal, messages
from bgpkit.fib.netlink.opening import open_socket
from bgpkit.fib.netlink.vrf import Link, encode_link_request, read_link
from bgpkit.transport import check_kinds

_DEVICE: Final = re.compile(r"[^\s/]{1,15}")
_ANSWER: Final = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One table of one network namespace, as its user names it; ConfigError for what cannot be."""

    table: int | None = None
    """None: that of ``vrf``, else the main one."""
    vrf: str | None = None
    """Name of a VRF device."""
    netns: str | None = None
    """A name of ``ip netns`` or a path; None: where the sockets are opened."""

    def __post_init__(self) -> None:
        """Refuse what names no table."""
        check_kinds(self, "kernel table")
        if self.table is not None and not 0 < self.table < 1 << 32:
            raise ConfigError(f"table {self.table} cannot be read; choose 1 to 4294967295")
        if self.table is not None and self.vrf is not None:
            raise ConfigError(f"table {self.table} and vrf {self.vrf}: a VRF has a table of its own; name one of them")
        if self.vrf is not None and not _DEVICE.fullmatch(self.vrf):
            raise ConfigError(f"vrf {self.vrf!r} is not an interface name: 1 to 15 characters, no space, no slash")
        if self.netns is not None and not self.netns:
            raise ConfigError("netns is empty; give a name of 'ip netns' or a path, or leave it out")

    def find_table(self) -> int:
        """Return the number of the table, for a VRF as its device has it now.

        ConfigError when there is no such namespace or VRF, FibError when there is no netlink.
        """
        if self.vrf is None:
            return uapi.RT_TABLE_MAIN if self.table is None else self.table
        link = self._ask(self.vrf)
        if link.table is None:
            kind = f"is of kind {link.kind}" if link.kind else "is no virtual interface"
            raise ConfigError(f"vrf {self.vrf}{self._where()} is no VRF, it {kind}; see 'ip link show type vrf'")
        return link.table

    def _ask(self, name: str) -> Link:
        try:
            with open_socket(self.netns) as asking:
                asking.send(encode_link_request(name, 1))
                data = asking.recv(_ANSWER)
        except OSError as error:
            raise FibError(f"vrf {name} cannot be looked up: {error.strerror}", error.errno or 0) from error
        for message in messages(data):
            if message.kind == uapi.RTM_NEWLINK:
                return read_link(data, message)
            refusal = decode_refusal(data, message) if message.kind == uapi.NLMSG_ERROR else None
            if refusal is not None:
                raise ConfigError(
                    f"vrf {name}{self._where()}: {os.strerror(refusal.errno)}; "
                    f"make it first, with 'ip link add {name} type vrf table NUMBER'"
                )
        raise FibError(f"vrf {name} cannot be looked up: the kernel does not answer")

    def _where(self) -> str:
        return f" of netns {self.netns}" if self.netns is not None else ""
