"""Keys of the TCP MD5 Signature Option. RFC 2385."""

import errno
import socket
import struct
from ipaddress import IPv4Address, IPv6Address, ip_network
from types import MappingProxyType
from typing import Final

from bgpkit.transport.kernel_option import SOCKADDR_STORAGE, TCP_MD5SIG, TCP_MD5SIG_EXT, set_option
from bgpkit.transport.secret import Secret
from bgpkit.transport.socket_address import unmapped

_SIGNATURE: Final = struct.Struct(f"={SOCKADDR_STORAGE}sBBHi80s")
"""struct tcp_md5sig: address, flags, prefix length, length of the key, interface, key."""
_PREFIX: Final = 1
"""TCP_MD5SIG_FLAG_PREFIX: the key is for all addresses of a prefix."""
_CURES: Final = MappingProxyType(
    {
        errno.ENOPROTOOPT: "this kernel has no TCP MD5 signatures (CONFIG_TCP_MD5SIG); leave md5_key out",
        errno.EPERM: "this kernel asks for CAP_NET_ADMIN to sign segments",
        errno.ENOMEM: "the socket has all the keys that net.core.optmem_max has room for; raise it",
    }
)


def set_md5_key(connection: socket.socket, remote: str, key: Secret | None) -> None:
    """Sign and check segments to and from ``remote``, an address or a prefix, with ``key``; None: no more.

    On a listener this is for connections to come, on an open connection from the next segment on. Of several
    prefixes the longest counts. ConfigError says what stands in the way.
    """
    address, length = _remote(remote)
    whole = length == address.max_prefixlen
    if connection.family == socket.AF_INET6 and address.version == 4:
        address = IPv6Address(f"::ffff:{address}")
    try:
        set_option(
            connection,
            (socket.IPPROTO_TCP, TCP_MD5SIG if whole else TCP_MD5SIG_EXT),
            _packed(address, None if whole else length, key),  # in no variable: see set_option
            what=f"transport: md5_key for {remote}",
            cures=_CURES,
        )
    except Exception as error:
        if key is None and isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.ENOENT:
            return  # there was none
        raise


def _packed(address: IPv4Address | IPv6Address, length: int | None, key: Secret | None) -> bytes:
    octets, flags = b"" if key is None else key.reveal(), 0 if length is None else _PREFIX
    return _SIGNATURE.pack(storage(address), flags, length or 0, len(octets), 0, octets)


def storage(address: IPv4Address | IPv6Address) -> bytes:
    """Return struct sockaddr_storage of an address, any port."""
    if isinstance(address, IPv4Address):
        packed = struct.pack("=HH4s", socket.AF_INET, 0, address.packed)
    else:
        packed = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, address.packed, 0)
    return packed.ljust(SOCKADDR_STORAGE, b"\0")


def _remote(remote: str) -> tuple[IPv4Address | IPv6Address, int]:
    """Return the address and the prefix length that ``remote`` says, its interface left out: keys know none."""
    host, _, length = remote.partition("/")
    address = unmapped(host.partition("%")[0])
    if not length:
        return address, address.max_prefixlen
    network = ip_network(f"{address}/{length}", strict=False)
    return network.network_address, network.prefixlen
