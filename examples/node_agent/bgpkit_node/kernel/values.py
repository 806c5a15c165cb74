"""What the kernel holds, as values: links, routes, neighbours, of either family."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Interface: TypeAlias = IPv4Interface | IPv6Interface
"""An address with its prefix length."""
Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Link:
    """One interface; ``kind`` is ``veth``, ``bridge``... or empty, ``alias`` its ifalias or empty.

    ``master`` is the index of the bridge or the like that it is a port of, or 0.
    """

    index: int
    name: str
    kind: str
    mac: str
    mtu: int
    up: bool
    alias: str
    master: int = 0
    vxlan: "Vxlan | None" = None
    """How it wraps packets; None when it is no VXLAN device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vxlan:
    """What of a VXLAN device cannot be changed while it lives."""

    identifier: int
    """The VNI. RFC 7348, section 5."""
    port: int
    local: Address | None
    """Source address of what it sends; None: that of the interface by which it goes."""
    learning: bool = False
    """Whether it believes what comes in about who is where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VethPair:
    """A pair to be made: ``name`` with ``mac`` here, ``peer`` in another namespace."""

    name: str
    mac: str
    peer: str
    peer_namespace: int
    """File descriptor of that namespace."""
    peer_mac: str = ""
    """Empty: the kernel's choice."""
    mtu: int
    queues: int = 1
    """Transmit and receive queues of either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route of the main table; ``link`` is the index of its interface, 0 for a blackhole and the like."""

    destination: Network
    link: int
    gateway: Address | None = None
    on_link: bool = False
    """Scope link: the destination is reached on the interface itself, without a gateway; IPv6 has no scopes."""
    protocol: int = 3
    """3 is ``boot``: a route made by hand or by a script."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One entry of the ARP table, or of IPv6's neighbours."""

    address: Address
    mac: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Forwarding:
    """One entry of a VXLAN device's forwarding database: frames to ``mac`` go to the machine ``remote``."""

    mac: str
    remote: Address
