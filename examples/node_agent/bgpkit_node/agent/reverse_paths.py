"""Interfaces on which the kernel does not ask whether a packet's source is reached by them.

Whom a pod may send as is decided by its rules, packet by packet and exactly. The kernel's own test, which a pod's
interface has besides, knows nothing of what a pod may send as beside its own addresses, and drops it. Linux only;
blocks.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from bgpkit_node.kernel import KernelError, write_sysctl
from bgpkit_node.policy.model import Endpoint

_IPV4: Final = 4


class ReversePaths:
    """The interfaces of pods that may send from other addresses than their own; only IPv4 has such a test."""

    def __init__(self) -> None:
        """Know of none."""
        self._open: set[str] = set()

    def settle(self, endpoints: Iterable[Endpoint], *, spoofing: bool) -> None:
        """Let the test be off where a pod of these may send so, with ``spoofing``, and on again where it was off."""
        wanted = {
            each.interface
            for each in endpoints
            if spoofing and not each.host and any(net.version == _IPV4 for net in each.spoofable)
        }
        for names, value in ((wanted - self._open, "0"), (self._open - wanted, "1")):
            for name in names:
                with suppress(KernelError):  # an interface that has gone
                    write_sysctl(f"ipv4/conf/{name}/rp_filter", value)
        self._open = wanted
