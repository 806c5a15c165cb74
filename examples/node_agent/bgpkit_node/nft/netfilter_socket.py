"""A socket to the kernel's packet filter and connection tracking. Linux only; blocks. netlink(7)."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from errno import EINTR, ENOENT, EPERM
from typing import Final

from bgpkit_node.nft import uapi
from bgpkit_node.nft.answers import Answer, Attributes, answers
from bgpkit_node.nft.error import NftError

NOT_ALLOWED: Final = "programming policies needs the capability CAP_NET_ADMIN; run as root"
_BUFFER: Final = 8 << 20
_DATAGRAM: Final = 1 << 18
_PATIENCE: Final = 30
"""Seconds for one answer."""
_SO_SNDBUFFORCE: Final = 32
_SO_RCVBUFFORCE: Final = 33
_TRIES: Final = 5


class NetfilterSocket:
    """It belongs to the network namespace of the thread that makes it."""

    def __init__(self) -> None:
        """Open it; NftError when the kernel has none."""
        self._sequence = 0
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        try:
            self._socket = socket.socket(socket.AF_NETLINK, kind, uapi.NETLINK_NETFILTER)
        except OSError as error:
            raise NftError(f"this kernel cannot filter packets by nf_tables: {error.strerror}") from error
        self._socket.bind((0, 0))
        self._socket.settimeout(_PATIENCE)
        for option in (_SO_SNDBUFFORCE, _SO_RCVBUFFORCE):
            with suppress(PermissionError):
                self._socket.setsockopt(socket.SOL_SOCKET, option, _BUFFER)

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def next(self, count: int = 1) -> int:
        """Return the first of as many numbers of requests."""
        first = self._sequence + 1
        self._sequence += count
        return first

    def send(self, data: bytes) -> None:
        """Send requests; the kernel carries them out before this returns."""
        try:
            self._socket.send(data)
        except OSError as error:
            raise NftError(f"the kernel's packet filter cannot be asked: {error.strerror}") from error

    def answers(self, first: int, last: int) -> Iterator[Answer]:
        """Give what is answered to the requests of these numbers, for as long as it is asked for."""
        while True:
            try:
                data = self._socket.recv(_DATAGRAM)
            except OSError as error:
                reason = error.strerror or str(error)
                raise NftError(f"the kernel's packet filter has not answered: {reason}") from error
            yield from (answer for answer in answers(data) if first <= answer.sequence <= last)

    def dump(self, request: Callable[[int], bytes]) -> list[Attributes]:
        """Return all objects that a request, made with its number, asks for; none where there is no such thing."""
        for _ in range(_TRIES):
            number = self.next()
            self.send(request(number))
            found: list[Attributes] = []
            whole = True
            for answer in self.answers(number, number):
                whole = whole and not answer.flags & uapi.INTERRUPTED
                if answer.kind in {uapi.NLMSG_ERROR, uapi.NLMSG_DONE}:
                    if answer.errno not in {0, ENOENT, EINTR}:
                        raise refused("it cannot be read", answer.errno)
                    break
                found.append(answer.attributes)
            if whole:
                return found
        raise NftError("the kernel's packet filter cannot be read: it changes all the time; try again")

    def drain(self) -> None:
        """Throw away what else has been answered."""
        self._socket.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self._socket.recv(_DATAGRAM)
        self._socket.settimeout(_PATIENCE)


def refused(what: str, errno: int) -> NftError:
    """Return the error for a request that the kernel has refused."""
    if errno == EPERM:
        return NftError(NOT_ALLOWED)
    return NftError(f"the kernel refused the rules, those of before are in force: {what}: {os.strerror(errno)}")
