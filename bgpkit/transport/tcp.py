"""TCP for BGP: connecting, listening and the socket options that sessions want (RFC 4271, section 8.2.1)."""

import asyncio
import errno
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final

from bgpkit.errors import ConfigError

BGP_PORT: Final = 179
_BACKLOG: Final = 512
_DSCP_CS6: Final = 0xC0
"""Internetwork control, the usual marking of routing protocols. RFC 4594, section 3.1."""
_CURES: Final = {
    errno.EACCES: "ports below 1024 need root or CAP_NET_BIND_SERVICE",
    errno.EADDRINUSE: "stop the speaker that listens there, or take another address or port",
    errno.EADDRNOTAVAIL: "give an address that this machine has",
    errno.EAFNOSUPPORT: "this machine does not speak that version of IP",
}


async def connect(
    make_protocol: Callable[[], asyncio.BaseProtocol], *, remote: tuple[str, int], local: str | None
) -> None:
    """Open a TCP connection to ``remote`` from the address ``local`` and attach a protocol to it.

    Raises OSError when the connection cannot be made; the caller bounds the time.
    """
    loop = asyncio.get_running_loop()
    connection = _new_socket(remote[0])
    try:
        if local is not None:
            connection.bind((local, 0))
        await loop.sock_connect(connection, remote)
        await loop.create_connection(make_protocol, sock=connection)
    except BaseException:
        connection.close()
        raise


async def listen(make_protocol: Callable[[], asyncio.BaseProtocol], address: str, port: int) -> asyncio.Server:
    """Listen on ``address`` and ``port`` (0: one that is free); ConfigError says what stands in the way."""
    try:
        ip_address(address)
    except ValueError:
        raise ConfigError(f"listen address {address!r} is not an IPv4 or IPv6 address") from None
    if not 0 <= port <= 65535:
        raise ConfigError(f"listen {address}: port {port} is not between 0 and 65535")
    try:
        listener = _listener(address, port)
    except OSError as error:
        cure = _CURES.get(error.errno or 0, "the machine refuses it")
        raise ConfigError(f"listen {address} port {port}: {error.strerror or error}; {cure}") from error
    return await asyncio.get_running_loop().create_server(make_protocol, sock=listener, backlog=_BACKLOG)


def _listener(address: str, port: int) -> socket.socket:
    listener = _new_socket(address)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _new_socket(address: str) -> socket.socket:
    version = ip_address(address.partition("%")[0]).version
    made = socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    made.setblocking(False)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if version == 4:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _DSCP_CS6)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _DSCP_CS6)
    return made
