"""What the kernel holds, as values: links, routes, neighbours."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network


@dataclass(frozen=True, slots=True)
class Link:
    """One interface; ``kind`` is ``veth``, ``bridge``... or empty, ``alias`` its ifalias or empty."""

    index: int
    name: str
    kind: str
    mac: str
    mtu: int
    up: bool
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One IPv4 route of the main table; ``link`` is the index of its interface, 0 for a blackhole and the like."""

    destination: IPv4Network
    link: int
    gateway: IPv4Address | None = None
    on_link: bool = False
    """Scope link: the destination is reached on the interface itself, without a gateway."""
    protocol: int = 3
    """3 is ``boot``: a route made by hand or by a script."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One entry of the ARP table."""

    address: IPv4Address
    mac: str
    permanent: bool
