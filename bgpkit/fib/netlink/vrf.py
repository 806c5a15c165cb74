"""VRF devices: which table one stands for. Pure.

Linux keeps the routes of a VRF in a table of its own, and the VRF's device says which. linux/if_link.h;
Documentation/networking/vrf.rst of the kernel's sources.
"""

import os
import sys
from typing import Final, NamedTuple

from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.attributes import attribute, attributes
from bgpkit.fib.netlink.decode import Message
from bgpkit.fib.netlink.encode import HEADER

_INTERFACE: Final = 16
"""Octets of the header of an interface, struct ifinfomsg."""
_VRF: Final = b"vrf"


class Link(NamedTuple):
    """An interface, by what matters of it to a VRF."""

    name: str
    kind: str
    """``vrf``, ``veth`` and so on; empty for hardware."""
    table: int | None
    """That of a VRF; None for any other kind."""


def encode_link_request(name: str, sequence: int) -> bytes:
    """Return the request for the interface ``name``."""
    body = bytes(_INTERFACE) + attribute(uapi.IFLA_IFNAME, os.fsencode(name) + b"\0")
    return HEADER.pack(16 + len(body), uapi.RTM_GETLINK, uapi.NLM_F_REQUEST, sequence, 0) + body


def read_link(data: bytes, message: Message) -> Link:
    """Return the interface that an RTM_NEWLINK tells of."""
    found = _values(data, message.start + _INTERFACE, message.end)
    told = found.get(uapi.IFLA_LINKINFO, b"")
    information = _values(told, 0, len(told))
    kind = information.get(uapi.IFLA_INFO_KIND, b"").rstrip(b"\0")
    table = None
    if kind == _VRF:
        details = information.get(uapi.IFLA_INFO_DATA, b"")
        table = int.from_bytes(_values(details, 0, len(details)).get(uapi.IFLA_VRF_TABLE, b""), sys.byteorder)
    name = found.get(uapi.IFLA_IFNAME, b"").rstrip(b"\0")
    return Link(os.fsdecode(name), kind.decode("ascii", "replace"), table)


def _values(data: bytes, start: int, end: int) -> dict[int, bytes]:
    return {kind: data[at:stop] for kind, at, stop in attributes(data, start, end)}
