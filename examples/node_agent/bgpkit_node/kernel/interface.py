"""What the kernel tells of one interface by its name, without a netlink socket: microseconds, for who waits.

As with sysctls, the interfaces are those of the network namespace of the calling thread.
"""

import socket
import struct
from fcntl import ioctl
from typing import Final

from bgpkit_node.kernel.error import KernelError

_SIOCGIFMTU: Final = 0x8921
_SIOCGIFHWADDR: Final = 0x8927
_REQUEST: Final = struct.Struct("16s24x")
_INTEGER: Final = struct.Struct("=i")
_LONGEST_NAME: Final = 15


def interface_index(name: str) -> int:
    """Return the index of the interface called ``name``, 0 when there is none."""
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0


def interface_mtu(name: str) -> int:
    """Return the MTU of the interface called ``name``; KernelError when there is none."""
    return int(_INTEGER.unpack_from(_ask(name, _SIOCGIFMTU), 16)[0])


def interface_mac(name: str) -> str:
    """Return the MAC address of the interface called ``name``, as the kernel prints it; KernelError: there is none."""
    return _ask(name, _SIOCGIFHWADDR)[18:24].hex(":")


def _ask(name: str, question: int) -> bytes:
    request = _REQUEST.pack(name.encode()[:_LONGEST_NAME])
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anyone:
            return ioctl(anyone, question, request)
    except OSError as error:
        msg = f"cannot read the interface {name}"
        raise KernelError(msg, error.errno or 0) from error
