"""Addresses as people write them and as sockets want them: IPv6 link-local ones have their interface with them.

The interface's number is asked of the socket itself: only its network namespace knows which one is meant.
"""

import socket
import struct
import sys
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

_REQUEST: Final = struct.Struct("=16si20x")
"""struct ifreq with an interface's name and number."""
_SIOCGIFNAME: Final = 0x8910
_SIOCGIFINDEX: Final = 0x8933
_SCOPE: Final = 3
"""Where the tuple of an IPv6 socket address has the interface's number."""


def interface_index(connection: socket.socket | int, name: str) -> int:
    """Return the number of an interface in the namespace of a socket; OSError when there is none."""
    return int(_REQUEST.unpack(_asked(connection, _SIOCGIFINDEX, name.encode(), 0))[1])


def interface_name(connection: socket.socket | int, index: int) -> str:
    """Return the name of an interface in the namespace of a socket; OSError when there is none."""
    name: bytes = _REQUEST.unpack(_asked(connection, _SIOCGIFNAME, b"", index))[0]
    return name.partition(b"\0")[0].decode()


def socket_address(connection: socket.socket, address: str, port: int, zone: str = "") -> tuple[Any, ...]:
    """Return an address as ``connection`` takes it; ``zone`` is the interface of a link-local one that names none.

    OSError when there is no such interface.
    """
    host, _, own_zone = address.partition("%")
    if connection.family != socket.AF_INET6:
        return (host, port)
    known = ip_address(host)
    if known.version == 4:
        return (f"::ffff:{host}", port, 0, 0)
    name = own_zone or (zone if known.is_link_local else "")
    return (host, port, 0, interface_index(connection, name) if name else 0)


def host_of(name: tuple[Any, ...] | None, connection: int) -> str:
    """Return the address of a socket address; ``connection`` is the descriptor of the socket that it is of.

    A link-local one has its interface with it; an IPv4 one in IPv6's clothes is IPv4. Nothing for no address.
    """
    if not name:
        return ""
    host = str(name[0])
    if ":" not in host:
        return host
    if len(name) > _SCOPE and name[_SCOPE] and "%" not in host:
        try:
            return f"{host}%{interface_name(connection, name[_SCOPE])}"
        except OSError:  # the interface is gone
            return host
    return str(unmapped(host))


def unmapped(host: str) -> IPv4Address | IPv6Address:
    """Return an address; an IPv4-mapped IPv6 one as IPv4. ValueError for none."""
    known = ip_address(host)
    return (known.ipv4_mapped or known) if isinstance(known, IPv6Address) else known


def _asked(connection: socket.socket | int, request: int, name: bytes, index: int) -> bytes:
    if sys.platform == "win32":
        raise OSError("interfaces cannot be asked for here")
    from fcntl import ioctl

    return ioctl(connection, request, _REQUEST.pack(name, index))
