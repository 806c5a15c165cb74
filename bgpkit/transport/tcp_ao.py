"""Keys of the TCP Authentication Option. RFC 5925."""

import errno
import socket
import struct
import sys
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import Final

from bgpkit.transport.kernel_option import SOCKADDR_STORAGE, TCP_AO_ADD_KEY, TCP_AO_DEL_KEY, set_option
from bgpkit.transport.md5 import storage
from bgpkit.transport.options import AoKey
from bgpkit.transport.socket_address import unmapped

ADD: Final = struct.Struct(f"={SOCKADDR_STORAGE}s64siIHBBBBBB80s")
"""struct tcp_ao_add: address, algorithm, interface, what to use it for, reserved, prefix length, SendID, RecvID,
length of a signature, flags, length of the key, key."""
DELETE: Final = struct.Struct(f"={SOCKADDR_STORAGE}siIHBBBBBB")
"""struct tcp_ao_del: address, interface, flags, reserved, prefix length, SendID, RecvID, and three that stay 0."""
_USE_AT_ONCE: Final = 3 if sys.byteorder == "little" else 0xC0000000
"""The bits set_current and set_rnext."""
_SIGNATURE_LENGTH: Final = 12
"""Octets of a signature. RFC 5926, section 3.2."""
_CURES: Final = MappingProxyType(
    {
        errno.ENOPROTOOPT: "this kernel has no TCP-AO (CONFIG_TCP_AO, Linux 6.7 and later); use md5_key, or leave it",
        errno.ENOENT: "this kernel does not know the algorithm; RFC 5926 asks for hmac(sha1) and cmac(aes128)",
        errno.EKEYREJECTED: "the kernel refuses the key",
    }
)


def add_ao_keys(connection: socket.socket, remote: str, keys: tuple[AoKey, ...]) -> None:
    """Sign and check segments to and from the address ``remote`` with ``keys``, the first of them first.

    ConfigError says what stands in the way.
    """
    listening = bool(connection.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    for place, key in enumerate(keys):
        set_option(
            connection,
            (socket.IPPROTO_TCP, TCP_AO_ADD_KEY),
            packed(remote, key, at_once=not place and not listening, mapped=connection.family == socket.AF_INET6),
            what=f"transport: ao_keys for {remote}",
            cures=_CURES,
        )


def delete_ao_keys(listener: socket.socket, remote: str, keys: tuple[AoKey, ...]) -> None:
    """Take back ``keys`` that a listener has for ``remote``: open connections keep theirs; ConfigError as above."""
    address = _address(remote, mapped=listener.family == socket.AF_INET6)
    for key in keys:
        set_option(
            listener,
            (socket.IPPROTO_TCP, TCP_AO_DEL_KEY),
            DELETE.pack(storage(address), 0, 0, 0, address.max_prefixlen, key.send_id, key.receive_id, 0, 0, 0),
            what=f"transport: ao_keys for {remote}",
            cures=_CURES,
        )


def _address(remote: str, *, mapped: bool) -> IPv4Address | IPv6Address:
    address = unmapped(remote.partition("%")[0])
    return IPv6Address(f"::ffff:{address}") if mapped and address.version == 4 else address


def packed(remote: str, key: AoKey, *, at_once: bool, mapped: bool = False) -> bytes:
    """Return the structure that gives the kernel a key; ``mapped`` says that the socket speaks IPv6."""
    address = _address(remote, mapped=mapped)
    octets = key.secret.reveal()
    return ADD.pack(
        storage(address),
        key.algorithm.encode(),
        0,
        _USE_AT_ONCE if at_once else 0,
        0,
        address.max_prefixlen,
        key.send_id,
        key.receive_id,
        _SIGNATURE_LENGTH,
        0,
        len(octets),
        octets,
    )
