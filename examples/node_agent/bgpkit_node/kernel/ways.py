"""How this machine reaches addresses, asked of its routes; hand-packed, for thousands of addresses. rtnetlink(7)."""

import socket
import struct
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.values import Address

_GET_ROUTE: Final = 26
_NEW_ROUTE: Final = 24
_REQUEST: Final = 0x1
_LOCAL: Final = 2
_DESTINATION, _INTERFACE = 1, 4
_HEADER: Final = struct.Struct("=IHHII")
_ROUTE: Final = struct.Struct("=BBBBBBBBI")
_ATTRIBUTE: Final = struct.Struct("=HH")
_INDEX: Final = struct.Struct("=I")
_MOST: Final = 65536
_PATIENCE: Final = 5.0
_V4: Final = 4


class Ways:
    """The routes of the network namespace of the thread that makes it; each address is asked about once."""

    def __init__(self) -> None:
        """Know nothing yet; KernelError when the routes cannot be asked."""
        self._known: dict[Address, tuple[str, bool]] = {}
        self._number = 0
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        except OSError as error:
            raise KernelError("the routes cannot be asked", error.errno or 0) from error
        self._socket.settimeout(_PATIENCE)

    def __enter__(self) -> Self:
        """Return the ways."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ask no more."""
        self._socket.close()

    def to(self, address: Address) -> tuple[str, bool]:
        """Return the name of the interface by which a packet to ``address`` leaves, and whether it is this machine's.

        The name is empty when there is no route. KernelError when the kernel does not answer.
        """
        found = self._known.get(address)
        if found is None:
            try:
                found = self._known[address] = self._ask(address)
            except OSError as error:
                raise KernelError(f"the route to {address} cannot be asked", error.errno or 0) from error
        return found

    def _ask(self, address: Address) -> tuple[str, bool]:
        self._number += 1
        family = socket.AF_INET if address.version == _V4 else socket.AF_INET6
        body = _ROUTE.pack(family, address.max_prefixlen, 0, 0, 0, 0, 0, 0, 0)
        body += _ATTRIBUTE.pack(_ATTRIBUTE.size + len(address.packed), _DESTINATION) + address.packed
        self._socket.sendto(
            _HEADER.pack(_HEADER.size + len(body), _GET_ROUTE, _REQUEST, self._number, 0) + body, (0, 0)
        )
        while True:
            octets = self._socket.recv(_MOST)
            _, kind, _, number, _ = _HEADER.unpack_from(octets)
            if number == self._number:
                return _read(octets) if kind == _NEW_ROUTE else ("", False)


def _read(octets: bytes) -> tuple[str, bool]:
    """Read one route: the name of its interface, and whether it leads to this machine itself."""
    kind = _ROUTE.unpack_from(octets, _HEADER.size)[7]
    at, name = _HEADER.size + _ROUTE.size, ""
    while at + _ATTRIBUTE.size <= len(octets):
        length, attribute = _ATTRIBUTE.unpack_from(octets, at)
        if attribute == _INTERFACE:
            with suppress(OSError):  # it has gone meanwhile
                name = socket.if_indextoname(_INDEX.unpack_from(octets, at + _ATTRIBUTE.size)[0])
        at += max(length + -length % 4, _ATTRIBUTE.size)
    return name, kind == _LOCAL
