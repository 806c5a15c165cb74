"""Socket options that Python's standard library has no names for, and what to say when the kernel refuses one."""

import errno
import os
import socket
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bgpkit.errors import ConfigError

# Numbers of Linux: include/uapi/linux/in.h, in6.h, tcp.h and asm-generic/socket.h.
IP_PKTOPTIONS: Final = 9
IP_PKTINFO: Final = 8
IP_MINTTL: Final = 21
IPV6_2292PKTINFO: Final = 2
IPV6_2292PKTOPTIONS: Final = 6
IPV6_MINHOPCOUNT: Final = 73
SO_BINDTODEVICE: Final = 25
TCP_MD5SIG: Final = 14
TCP_USER_TIMEOUT: Final = 18
TCP_SAVE_SYN: Final = 27
TCP_SAVED_SYN: Final = 28
TCP_MD5SIG_EXT: Final = 32
TCP_AO_ADD_KEY: Final = 38
TCP_AO_DEL_KEY: Final = 39
SOCKADDR_STORAGE: Final = 128
"""Octets of the structure that any address fits in."""

_USUAL: Final = MappingProxyType(
    {
        errno.EPERM: "it needs root or CAP_NET_ADMIN",
        errno.EINVAL: "the kernel takes no such value",
        errno.ENOPROTOOPT: "this kernel has no such option",
    }
)


def set_option(
    connection: socket.socket,
    place: tuple[int, int],
    value: int | bytes,
    *,
    what: str,
    cures: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Set a socket option; ``place`` is its level and its number. ConfigError says ``what`` is refused, and the cure.

    ``cures`` are by error number, where there is more to say than usual.
    """
    try:
        connection.setsockopt(*place, value)
    except OSError as error:
        value = 0  # a traceback that shows the values of variables shows no key
        raise refusal(what, error, cures) from error


def refusal(what: str, error: OSError, cures: Mapping[int, str] = MappingProxyType({})) -> ConfigError:
    """Return the error that says in one sentence what the kernel refused, why, and what to do."""
    number = error.errno or 0
    cure = cures.get(number) or _USUAL.get(number) or "the kernel refuses it"
    return ConfigError(f"{what}: {os.strerror(number) if number else error}; {cure}")
