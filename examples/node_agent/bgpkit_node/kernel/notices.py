"""What the kernel tells of some interfaces by itself: that one, its addresses or its neighbours have changed."""

import socket
import struct
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from types import TracebackType
from typing import Final, NamedTuple, Self

from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.values import Address

_GROUPS: Final = 0x1 | 0x4 | 0x10 | 0x100
"""Interfaces, neighbours, addresses of IPv4 and of IPv6."""
_HEADER: Final = struct.Struct("=IHHII")
_INDEX: Final = struct.Struct("=i")
_INDEX_AT: Final = _HEADER.size + 4
"""Messages of all these groups begin alike: four octets of their own, then the index of the interface."""
_NEIGHBOURS: Final = frozenset({28, 29})
"""Kinds of messages: a neighbour is there, or has gone."""
_ADDRESSES: Final = frozenset({20, 21})
"""Kinds of messages: an address is there, or has gone."""
_FAMILIES: Final = frozenset({socket.AF_INET, socket.AF_INET6})
_ATTRIBUTE: Final = struct.Struct("=HH")
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_MOST: Final = 65536


class LinkNotices:
    """A socket in the network namespace of the thread that makes it; wait for :meth:`fileno` to become readable."""

    def __init__(self) -> None:
        """Listen from now on; KernelError when that cannot be."""
        try:
            self._socket = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE
            )
            self._socket.bind((0, _GROUPS))
        except OSError as error:
            raise KernelError("the interfaces cannot be followed", error.errno or 0) from error

    def __enter__(self) -> Self:
        """Return the notices."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Listen no longer."""
        self._socket.close()

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._socket.fileno()

    def concern(self, links: Collection[int], below: Collection[int] = (), addresses: Collection[Address] = ()) -> bool:
        """Read what has come; tell whether it is about an interface with one of these indexes, or may be.

        Of the interfaces ``below`` neighbours do not count: those of a network come and go all the time. Whether one of
        ``addresses`` has come or gone counts on any interface.
        """
        concerned = False
        while True:
            try:
                octets = self._socket.recv(_MOST)
            except BlockingIOError:
                return concerned
            except OSError:  # more has come than the socket holds
                concerned = True
                continue
            concerned = concerned or any(
                one.link in links
                or (one.link in below and one.kind not in _NEIGHBOURS)
                or (addresses and one.kind in _ADDRESSES and not one.addresses.isdisjoint(addresses))
                for one in _told(octets)
            )


class _Notice(NamedTuple):
    """One message: its kind, the index of the interface that it is about, and what comes after the header."""

    kind: int
    link: int
    octets: bytes

    @property
    def addresses(self) -> set[Address]:
        """The address, and where the kernel tells two, that of the other end."""
        if self.octets[0] not in _FAMILIES:
            return set()
        return {ip_address(each) for each in _addresses(self.octets[_INDEX_AT - _HEADER.size + _INDEX.size :])}


def _told(octets: bytes) -> Iterator[_Notice]:
    at = 0
    while at + _INDEX_AT + _INDEX.size <= len(octets):
        length, kind, *_ = _HEADER.unpack_from(octets, at)
        yield _Notice(kind, _INDEX.unpack_from(octets, at + _INDEX_AT)[0], octets[at + _HEADER.size : at + length])
        at += max(length + -length % 4, _HEADER.size)


def _addresses(octets: bytes) -> Iterator[bytes]:
    """Yield the attributes that are addresses."""
    at = 0
    while at + _ATTRIBUTE.size <= len(octets):
        length, kind = _ATTRIBUTE.unpack_from(octets, at)
        if kind in {_IFA_ADDRESS, _IFA_LOCAL}:
            yield octets[at + _ATTRIBUTE.size : at + length]
        at += max(length + -length % 4, _ATTRIBUTE.size)
