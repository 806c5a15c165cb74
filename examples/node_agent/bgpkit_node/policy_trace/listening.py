"""A socket that hears what the kernel tells of traced packets; each listener hears all of it. netlink(7)."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from errno import ENOBUFS, EPERM
from typing import Final, Self

from bgpkit_node.nft import NftError, uapi
from bgpkit_node.nft.answers import answers
from bgpkit_node.policy_trace.step import Step, step_of

_GROUP: Final = 1 << 8
"""NFNLGRP_NFTRACE as a bit of the groups that a socket is bound to."""
_BUFFER: Final = 32 << 20
_SO_RCVBUFFORCE: Final = 33
_DATAGRAM: Final = 1 << 16
NOT_ALLOWED: Final = "tracing what is denied needs the capability CAP_NET_ADMIN; run as root"


class TraceSocket:
    """It belongs to the network namespace of the thread that makes it, and hears of no other."""

    def __init__(self) -> None:
        """Begin to listen; NftError when that is not allowed, or the kernel has no nf_tables."""
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        try:
            self._socket = socket.socket(socket.AF_NETLINK, kind, uapi.NETLINK_NETFILTER)
        except OSError as error:
            raise NftError(f"this kernel cannot filter packets by nf_tables: {error.strerror}") from error
        try:
            self._socket.bind((0, _GROUP))
        except OSError as error:
            self._socket.close()
            said = NOT_ALLOWED if error.errno == EPERM else f"the kernel tells of no packets: {error.strerror}"
            raise NftError(said) from error
        with suppress(PermissionError):
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)

    def __enter__(self) -> Self:
        """Return the socket itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._socket.close()

    def fileno(self) -> int:
        """Return what a selector waits for."""
        return self._socket.fileno()

    def steps(self, at_most: int) -> Iterator[Step | None]:
        """Give what has been told, of ``at_most`` so many messages; None where the kernel told more than could be kept.

        NftError when nothing is told any more.
        """
        for _ in range(at_most):
            try:
                data = self._socket.recv(_DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != ENOBUFS:
                    raise NftError(f"the kernel tells no more: {os.strerror(error.errno or 0)}") from error
                yield None
                continue
            yield from (step for answer in answers(data) if (step := step_of(answer)) is not None)
