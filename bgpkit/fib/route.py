"""Routes as a caller states them."""

import re
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from bgpkit.fib.encap import Encap, Seg6Encap, Seg6Mode
from bgpkit.fib.wrong_kinds import refuse_wrong_kinds
from bgpkit_rib import Prefix

Address: TypeAlias = IPv4Address | IPv6Address

_DEVICE: Final = re.compile(r"[^\s/]{1,15}")
_LEAST_MTU: Final = 68
_LARGEST_MTU: Final = 65_520
"""Linux takes more, and keeps this: the largest IPv4 packet less room for a link header."""
_IPV4_GROUPS: Final = 0xE
"""The first four bits of multicast addresses, RFC 5771, section 3,"""
_IPV6_GROUPS: Final = 0xFF
"""and the first octet of those of IPv6, RFC 4291, section 2.7."""


class RouteKind(Enum):
    """What the kernel does with packets for a prefix."""

    UNICAST = "unicast"
    """Forwards them to a next hop."""
    BLACKHOLE = "blackhole"
    """Drops them silently."""
    UNREACHABLE = "unreachable"
    """Drops them and answers that the host cannot be reached."""
    PROHIBIT = "prohibit"
    """Drops them and answers that communication is forbidden."""


@dataclass(frozen=True, slots=True)
class NextHop:
    """One next hop: a gateway, a device, or both; ValueError for what cannot be one."""

    gateway: Address | None = None
    """None: the destination is on the device's own link."""
    device: str | None = None
    """Name of the outgoing interface; None: the kernel finds it from the gateway."""
    onlink: bool = False
    """Take the gateway for a neighbour on ``device`` though no address of the device covers it."""
    weight: int = 1
    """Share of the flows among several next hops, 1 to 256."""
    encap: Encap | None = None
    """What packets are wrapped in before they leave."""

    def __post_init__(self) -> None:
        """Refuse what the kernel would refuse with less clear words."""
        refuse_wrong_kinds(self, "next hop")
        if self.gateway is None and self.device is None:
            raise ValueError("a next hop needs a gateway, a device or both")
        if self.gateway is not None and not is_gateway(self.gateway.packed):
            raise ValueError(f"gateway {self.gateway} is no host's address; name one, or only a device")
        if self.device is not None and not _DEVICE.fullmatch(self.device):
            raise ValueError(f"device {self.device!r} is not an interface name: 1 to 15 characters, no space, no slash")
        if self.onlink and (self.gateway is None or self.device is None):
            raise ValueError("an onlink next hop needs both a gateway and a device")
        if not 1 <= self.weight <= 256:
            raise ValueError(f"weight {self.weight} is not within 1 to 256")
        if isinstance(self.gateway, IPv6Address) and self.gateway.scope_id is not None:
            raise ValueError(f"gateway {self.gateway} names a zone; name the interface as device instead")


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRoute:
    """One route wanted in the kernel; ValueError for what cannot be one."""

    prefix: Prefix
    kind: RouteKind = RouteKind.UNICAST
    next_hops: tuple[NextHop, ...] = ()
    """At least one for unicast, none for the other kinds. An IPv4 prefix may have IPv6 gateways (RFC 8950)."""
    metric: int = 0
    """The smallest metric wins. 0 stands for the kernel's own: 0 for IPv4, 1024 for IPv6."""
    source: Address | None = None
    """Source address that the kernel suggests to local programs."""
    mtu: int = 0
    """Largest packet in octets on this route; 0: what the device says."""

    def __post_init__(self) -> None:
        """Refuse what the kernel would refuse, or silently change."""
        if not self._looks_right():
            refuse_wrong_kinds(self, f"route {self.prefix}")
        if (self.kind is RouteKind.UNICAST) != bool(self.next_hops):
            need = "at least one next hop" if self.kind is RouteKind.UNICAST else "no next hop"
            raise ValueError(f"route {self.prefix}: {self.kind.value} needs {need}")
        if not 0 <= self.metric < 1 << 32:
            raise ValueError(f"route {self.prefix}: metric {self.metric} is not an unsigned 32-bit number")
        if self.mtu and not _LEAST_MTU <= self.mtu <= _LARGEST_MTU:
            bound = f"below {_LEAST_MTU}, the least that IPv4 allows"
            bound = bound if self.mtu < _LEAST_MTU else f"above {_LARGEST_MTU}, the most that the kernel keeps"
            raise ValueError(f"route {self.prefix}: MTU {self.mtu} is {bound}")
        if self.source is not None and self.source.max_prefixlen != self.prefix.width:
            raise ValueError(f"route {self.prefix}: source {self.source} is of the other address family")
        if self.source is not None and self.source.is_unspecified:
            raise ValueError(f"route {self.prefix}: source {self.source} is no address; leave it out for none")
        places = {(hop.gateway, hop.device, hop.encap) for hop in self.next_hops}
        if len(places) != len(self.next_hops):
            raise ValueError(f"route {self.prefix}: the same next hop twice; give one of them a weight instead")
        if self.prefix.width == 128 and any(isinstance(hop.gateway, IPv4Address) for hop in self.next_hops):
            raise ValueError(f"route {self.prefix}: an IPv6 prefix cannot have an IPv4 gateway")
        if self.prefix.width == 32 and any(_inserts(hop.encap) for hop in self.next_hops):
            raise ValueError(f"route {self.prefix}: segments are inserted into IPv6 only; use the mode encap")

    def _looks_right(self) -> bool:
        """Tell whether all is of the usual kinds: the short way, since there may be a million routes."""
        return (
            type(self.prefix) is Prefix
            and type(self.kind) is RouteKind
            and type(self.next_hops) is tuple
            and type(self.metric) is type(self.mtu) is int
            and self.source is None
            and set(map(type, self.next_hops)) <= {NextHop}
        )


@dataclass(slots=True, eq=False, weakref_slot=True)
class Spec:
    """All of a wanted route but its prefix, which many share; an entity: it compares and hashes by identity."""

    kind: RouteKind
    next_hops: tuple[NextHop, ...]
    """Changed by ``Wanted.move`` alone; none for unicast: there is no way at present."""
    metric: int = 0
    source: Address | None = None
    mtu: int = 0

    @property
    def leads(self) -> bool:
        """Whether there is a route to be had: not for unicast while it has no next hop."""
        return bool(self.next_hops) or self.kind is not RouteKind.UNICAST

    def route(self, prefix: Prefix) -> KernelRoute:
        """Return the whole route of ``prefix``; ValueError while there is none to be had."""
        return KernelRoute(
            prefix=prefix,
            kind=self.kind,
            next_hops=self.next_hops,
            metric=self.metric,
            source=self.source,
            mtu=self.mtu,
        )


def is_gateway(packed: bytes) -> bool:
    """Tell whether an address of 4 or 16 octets can be a gateway's: not when it is all zero or that of a group."""
    if not any(packed):
        return False
    return packed[0] != _IPV6_GROUPS if len(packed) > 4 else packed[0] >> 4 != _IPV4_GROUPS


def _inserts(encap: Encap | None) -> bool:
    """Tell whether segments get into the packet itself."""
    return isinstance(encap, Seg6Encap) and encap.mode is Seg6Mode.INLINE
