"""TCP for BGP: connecting, listening, and the options that peers want. RFC 4271, section 8.2.1."""

import asyncio
import errno
import socket
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.transport.device import bind_to_device, check_entry
from bgpkit.transport.doorkeeper import screened
from bgpkit.transport.hops import check_way, set_hops, set_listener_hops
from bgpkit.transport.kernel_option import TCP_USER_TIMEOUT, refusal, set_option
from bgpkit.transport.listener import TcpListener
from bgpkit.transport.md5 import set_md5_key
from bgpkit.transport.namespace import socket_in
from bgpkit.transport.network import MakeProtocol
from bgpkit.transport.options import DEFAULT_OPTIONS, DSCP_CS6, Dialer, TransportOptions
from bgpkit.transport.socket_address import host_of, socket_address, unmapped
from bgpkit.transport.tcp_ao import add_ao_keys

BGP_PORT: Final = 179
BACKLOG: Final = 512
_CURES: Final = MappingProxyType(
    {
        errno.EACCES: "ports below 1024 need root or CAP_NET_BIND_SERVICE",
        errno.EADDRINUSE: "stop the speaker that listens there, or take another address or port",
        errno.EADDRNOTAVAIL: "give an address that this machine has",
        errno.EAFNOSUPPORT: "this machine does not speak that version of IP",
        errno.ENODEV: "there is no such interface here",
    }
)


class TcpNetwork:
    """The kernel's TCP: what a speaker lives in unless told otherwise (`Network`)."""

    async def connect(
        self,
        make_protocol: MakeProtocol,
        *,
        remote: tuple[str, int],
        local: str | None,
        options: TransportOptions = DEFAULT_OPTIONS,
    ) -> None:
        """Connect to ``remote`` from the address ``local`` and attach a protocol; OSError, or ConfigError."""
        address, port = remote
        if options.dialer is not None:
            connection = await _dialed(options.dialer, address, port)
        else:
            connection = _new_socket(address, options)
        try:
            if options.dialer is None:
                place = socket_address(connection, address, port)
                if local is not None or options.source_port is not None:
                    _bind(connection, remote=address, local=local, port=options.source_port or 0)
                await asyncio.get_running_loop().sock_connect(connection, place)
            else:
                _set_alterable(connection, address, options)
            await asyncio.get_running_loop().create_connection(make_protocol, sock=connection)
        except BaseException:
            connection.close()
            raise

    async def listen(self, make_protocol: MakeProtocol, address: str, port: int) -> TcpListener:
        """Listen on ``address`` and ``port`` (0: one that is free); ConfigError says what stands in the way."""
        return await serve(make_protocol, listening_socket(address, port))

    def check(self, remote: str, local: str | None, options: TransportOptions) -> None:
        """See whether the kernel gives connections with ``remote`` these options; ConfigError when not."""
        del local  # an address may come and go
        if options.dialer is not None:
            return
        with _new_socket(remote, options) as connection:
            try:
                socket_address(connection, remote, BGP_PORT)
            except OSError as error:
                raise refusal(f"transport: the interface of {remote}", error, _CURES) from error

    def admit(self, transport: asyncio.BaseTransport, *, remote: str, options: TransportOptions) -> None:
        """Give a connection that ``remote`` opened its options, if it came the right way; else ConfigError."""
        with _socket_of(transport) as connection:
            if options.device is not None:
                check_entry(connection, options.device)
                bind_to_device(connection, options.device)
            if options.ttl_security is not None:
                check_way(connection, options.ttl_security)
            _set_alterable(connection, remote, options, keep_key=options.md5_key is None)

    def adapt(self, transport: asyncio.BaseTransport, *, remote: str, options: TransportOptions) -> None:
        """Give an open connection other keys, DSCP, user timeout and TTLs; ConfigError when it must be a new one."""
        with _socket_of(transport) as connection:
            _set_alterable(connection, remote, options)


def listening_socket(address: str, port: int, *, device: str | None = None, netns: str | None = None) -> socket.socket:
    """Return a socket that listens on ``address`` and ``port``, for ``Speaker(listen=...)``.

    ``device`` is the only interface through which it takes connections, ``netns`` the network namespace it is in: a
    name of ``ip netns`` or a path. An IPv6 link-local address has its interface with it. ConfigError says what stands
    in the way.
    """
    try:
        ip_address(address)
    except ValueError:
        raise ConfigError(f"listen address {address!r} is not an IPv4 or IPv6 address") from None
    if not 0 <= port <= 65535:
        raise ConfigError(f"listen {address}: port {port} is not between 0 and 65535")
    listener = socket_in(netns, lambda: _plain_socket(address))
    try:
        if device is not None:
            bind_to_device(listener, device)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(socket_address(listener, address, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise refusal(f"listen {address} port {port}", error, _CURES) from error
    except BaseException:
        listener.close()
        raise
    return listener


async def serve(make_protocol: MakeProtocol, listener: socket.socket) -> TcpListener:
    """Accept what comes to a bound socket, which is closed with what is returned; ConfigError when it cannot be."""
    try:
        if not _is_tcp(listener):
            raise ConfigError("listen: the socket given is no TCP socket")
        if not listener.getsockname()[1]:
            raise ConfigError("listen: the socket given is not bound; bind it to an address and a port")
        listener.setblocking(False)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        set_listener_hops(listener)
        _set_dscp(listener, 6 if listener.family == socket.AF_INET6 else 4, DSCP_CS6)
        listener = screened(listener, make_protocol)
        server = await asyncio.get_running_loop().create_server(make_protocol, sock=listener, backlog=BACKLOG)
    except BaseException:
        listener.close()
        raise
    return TcpListener(listener, server)


async def adopt(make_protocol: MakeProtocol, connection: socket.socket) -> None:
    """Attach a protocol to a connected socket; ConfigError, and the socket is left as it is, when it is none."""
    try:
        connection.getpeername()
    except OSError as error:
        raise refusal("the socket given is not connected", error) from error
    if not _is_tcp(connection):
        raise ConfigError("the socket given is no TCP socket")
    connection.setblocking(False)
    await asyncio.get_running_loop().create_connection(make_protocol, sock=connection)


def _is_tcp(given: socket.socket) -> bool:
    return given.type == socket.SOCK_STREAM and given.family in {socket.AF_INET, socket.AF_INET6}


async def _dialed(dialer: Dialer, address: str, port: int) -> socket.socket:
    try:
        connection = await dialer(address, port)
        connection.setblocking(False)
    except OSError:
        raise
    except Exception as error:  # whatever somebody else's function does, it is a failed attempt
        raise ConfigError(f"transport: the dialer failed: {type(error).__name__}: {error}") from error
    return connection


def _new_socket(remote: str, options: TransportOptions) -> socket.socket:
    """Return a socket that can be connected to ``remote`` and has its options."""
    made = socket_in(options.netns, lambda: _plain_socket(remote))
    try:
        if options.device is not None:
            bind_to_device(made, options.device)
        add_ao_keys(made, remote, options.ao_keys)
        _set_alterable(made, remote, options, keep_key=options.md5_key is None)
    except BaseException:
        made.close()
        raise
    return made


def _set_alterable(
    connection: socket.socket, remote: str, options: TransportOptions, *, keep_key: bool = False
) -> None:
    """Set what can change while a connection is open; ``keep_key`` leaves the key that it has."""
    version = unmapped(remote.partition("%")[0]).version
    set_hops(connection, version, options)
    _set_dscp(connection, version, options.dscp)
    timeout = round((options.user_timeout or 0) * 1000)
    set_option(connection, (socket.IPPROTO_TCP, TCP_USER_TIMEOUT), timeout, what="transport: user_timeout")
    if not keep_key:
        set_md5_key(connection, remote, options.md5_key)


def _set_dscp(connection: socket.socket, version: int, dscp: int) -> None:
    place = (socket.IPPROTO_IP, socket.IP_TOS) if version == 4 else (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)
    set_option(connection, place, dscp << 2, what="transport: dscp")


def _plain_socket(address: str) -> socket.socket:
    version = ip_address(address.partition("%")[0]).version
    made = socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    made.setblocking(False)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _bind(connection: socket.socket, *, remote: str, local: str | None, port: int) -> None:
    if port:  # a former connection from there may not be forgotten yet
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    zone = remote.partition("%")[2]
    connection.bind(("", port) if local is None else socket_address(connection, local, port, zone))


def _socket_of(transport: asyncio.BaseTransport) -> socket.socket:
    """Return a second hold on the socket of a transport; closing it leaves the first as it is."""
    held = transport.get_extra_info("socket")
    if held is None:
        raise ConfigError("transport: the connection is gone")
    duplicate: socket.socket = held.dup()
    return duplicate


def host_at(transport: asyncio.BaseTransport, which: str) -> str:
    """Return the address of one end of a transport, ``peername`` or ``sockname``; nothing when it is gone."""
    held = transport.get_extra_info("socket")
    return host_of(transport.get_extra_info(which), -1 if held is None else held.fileno())
