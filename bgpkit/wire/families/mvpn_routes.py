"""The values of multicast VPN routes (RFC 6514, section 4)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit_rib import RouteDistinguisher

MulticastAddress: TypeAlias = IPv4Address | IPv6Address | None
"""A source or group; None where its length is 0, which stands for any (RFC 6625)."""


@dataclass(frozen=True, slots=True)
class MvpnIntraAsPmsi:
    """An Intra-AS I-PMSI A-D route, type 1: a PE that has sites of a VPN. RFC 6514, section 4.1."""

    route_distinguisher: RouteDistinguisher
    originating_router: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return ``intra-as-pmsi rd 65000:1 from 192.0.2.1``."""
        return f"intra-as-pmsi rd {self.route_distinguisher} from {self.originating_router}"


@dataclass(frozen=True, slots=True)
class MvpnInterAsPmsi:
    """An Inter-AS I-PMSI A-D route, type 2: an AS that has sites of a VPN. RFC 6514, section 4.2."""

    route_distinguisher: RouteDistinguisher
    source_as: int

    def __post_init__(self) -> None:
        """Refuse an AS that does not fit."""
        _check_as(self.source_as)

    def __str__(self) -> str:
        """Return ``inter-as-pmsi rd 65000:1 as 65000``."""
        return f"inter-as-pmsi rd {self.route_distinguisher} as {self.source_as}"


@dataclass(frozen=True, slots=True)
class MvpnSelectivePmsi:
    """An S-PMSI A-D route, type 3: a tunnel for some flows. RFC 6514, section 4.3; RFC 6625."""

    route_distinguisher: RouteDistinguisher
    source: MulticastAddress
    group: MulticastAddress
    originating_router: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return ``s-pmsi rd 65000:1 (10.0.0.1, 232.1.1.1) from 192.0.2.1``."""
        return f"s-pmsi rd {self.route_distinguisher} {_flow(self.source, self.group)} from {self.originating_router}"


@dataclass(frozen=True, slots=True)
class MvpnLeaf:
    """A Leaf A-D route, type 4: an answer to the route that is its key. RFC 6514, section 4.4."""

    route_key: MvpnInterAsPmsi | MvpnSelectivePmsi | OpaqueNlri
    """The NLRI that is answered."""
    originating_router: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return ``leaf [s-pmsi rd 65000:1 (10.0.0.1, 232.1.1.1) from 192.0.2.1] from 192.0.2.2``."""
        return f"leaf [{self.route_key}] from {self.originating_router}"


@dataclass(frozen=True, slots=True)
class MvpnSourceActive:
    """A Source Active A-D route, type 5: a source that sends to a group. RFC 6514, section 4.5."""

    route_distinguisher: RouteDistinguisher
    source: MulticastAddress
    group: MulticastAddress

    def __str__(self) -> str:
        """Return ``source-active rd 65000:1 (10.0.0.1, 239.1.1.1)``."""
        return f"source-active rd {self.route_distinguisher} {_flow(self.source, self.group)}"


@dataclass(frozen=True, slots=True)
class MvpnSharedTreeJoin:
    """A Shared Tree Join route, type 6: a site that listens to a group. RFC 6514, section 4.6."""

    route_distinguisher: RouteDistinguisher
    source_as: int
    rendezvous_point: MulticastAddress
    group: MulticastAddress

    def __post_init__(self) -> None:
        """Refuse an AS that does not fit."""
        _check_as(self.source_as)

    def __str__(self) -> str:
        """Return ``shared-tree-join rd 65000:1 as 65000 (rp 10.0.0.9, 239.1.1.1)``."""
        point = "*" if self.rendezvous_point is None else self.rendezvous_point
        group = "*" if self.group is None else self.group
        return f"shared-tree-join rd {self.route_distinguisher} as {self.source_as} (rp {point}, {group})"


@dataclass(frozen=True, slots=True)
class MvpnSourceTreeJoin:
    """A Source Tree Join route, type 7: a site that listens to a source and group. RFC 6514, section 4.6."""

    route_distinguisher: RouteDistinguisher
    source_as: int
    source: MulticastAddress
    group: MulticastAddress

    def __post_init__(self) -> None:
        """Refuse an AS that does not fit."""
        _check_as(self.source_as)

    def __str__(self) -> str:
        """Return ``source-tree-join rd 65000:1 as 65000 (10.0.0.1, 239.1.1.1)``."""
        flow = _flow(self.source, self.group)
        return f"source-tree-join rd {self.route_distinguisher} as {self.source_as} {flow}"


MvpnRoute: TypeAlias = (
    MvpnIntraAsPmsi
    | MvpnInterAsPmsi
    | MvpnSelectivePmsi
    | MvpnLeaf
    | MvpnSourceActive
    | MvpnSharedTreeJoin
    | MvpnSourceTreeJoin
)


def _check_as(number: int) -> None:
    if not 0 <= number < 1 << 32:
        raise ValueError(f"source AS {number} does not fit 4 octets")


def _flow(source: MulticastAddress, group: MulticastAddress) -> str:
    return f"({'*' if source is None else source}, {'*' if group is None else group})"
