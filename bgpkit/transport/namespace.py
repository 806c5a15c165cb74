"""Sockets of other network namespaces."""

import ctypes
import errno
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bgpkit.transport.kernel_option import refusal

_NAMED: Final = Path("/run/netns")
"""Where ``ip netns`` keeps the namespaces that it names."""
_CLONE_NEWNET: Final = 0x40000000
_CURES: Final = MappingProxyType(
    {
        errno.ENOENT: "there is no such namespace; 'ip netns' shows those that have a name",
        errno.EPERM: "entering a network namespace needs root or CAP_SYS_ADMIN",
        errno.EACCES: "this user may not open it",
        errno.EINVAL: "that is no network namespace",
    }
)


def socket_in(netns: str | None, make: Callable[[], socket.socket], *, who: str = "transport") -> socket.socket:
    """Return the socket that ``make`` opens inside a network namespace: a name of ``ip netns``, or a path.

    A thread of its own, which ends at once, goes there: this one, and whoever runs in it, stays where it is.
    ConfigError, of what ``who`` has asked for, when there is no way in; what ``make`` raises comes through.
    """
    if netns is None:
        return make()
    path = Path(netns) if "/" in netns else _NAMED / netns

    def inside() -> socket.socket:
        try:
            _enter(path)
        except OSError as error:
            raise refusal(f"{who}: netns {netns}", error, _CURES) from error
        return make()

    with ThreadPoolExecutor(1, thread_name_prefix="bgpkit-netns") as thread:
        return thread.submit(inside).result()


def _enter(path: Path) -> None:
    """Move this thread into a network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with path.open("rb") as namespace:
        if libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
