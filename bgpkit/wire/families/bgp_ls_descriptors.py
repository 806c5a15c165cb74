"""The descriptors that tell nodes, links and prefixes of BGP-LS apart (RFC 9552, section 5.2; RFC 9086; RFC 9514)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from bgpkit.wire.tlv import Tlv
from bgpkit_rib import Prefix


@dataclass(frozen=True, slots=True)
class AutonomousSystem:
    """The AS of a node, type 512. RFC 9552, section 5.2.1.4."""

    asn: int

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        _check("AS number", self.asn, 32)

    def __str__(self) -> str:
        """Return ``as 65000``."""
        return f"as {self.asn}"


@dataclass(frozen=True, slots=True)
class BgpLsIdentifier:
    """The BGP-LS identifier of a node, type 513, which is deprecated. RFC 9552, section 5.2.1.4."""

    identifier: int

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        _check("BGP-LS identifier", self.identifier, 32)

    def __str__(self) -> str:
        """Return ``ls-id 0``."""
        return f"ls-id {self.identifier}"


@dataclass(frozen=True, slots=True)
class OspfAreaId:
    """The OSPF area of a node, type 514. RFC 9552, section 5.2.1.4."""

    area: IPv4Address

    def __str__(self) -> str:
        """Return ``area 0.0.0.1``."""
        return f"area {self.area}"


@dataclass(frozen=True, slots=True)
class IgpRouterId:
    """The identifier that a routing protocol gives a node, type 515. RFC 9552, section 5.2.1.4."""

    octets: bytes
    """IS-IS: system ID, 6 octets, with a pseudonode number 7. OSPF: router ID, 4, with that of the interface of a
    designated router 8. Direct and static: an address, 4 or 16."""

    def __str__(self) -> str:
        """Return ``router 0000.0000.0003`` with ``-02`` for a pseudonode, ``router 192.0.2.1``, or hexadecimals."""
        octets = self.octets
        match len(octets):
            case 4:
                text = str(IPv4Address(octets))
            case 6 | 7:
                text = octets[:6].hex(".", 2) + "".join(f"-{number:02x}" for number in octets[6:])
            case 8:
                text = f"{IPv4Address(octets[:4])}:{IPv4Address(octets[4:])}"
            case 16:
                text = str(IPv6Address(octets))
            case _:
                text = f"0x{octets.hex()}"
        return f"router {text}"


@dataclass(frozen=True, slots=True)
class BgpRouterId:
    """The BGP identifier of a node, type 516. RFC 9086, section 4.1."""

    router_id: IPv4Address

    def __str__(self) -> str:
        """Return ``bgp-router 192.0.2.1``."""
        return f"bgp-router {self.router_id}"


@dataclass(frozen=True, slots=True)
class MemberAs:
    """The AS of a node within its confederation, type 517. RFC 9086, section 4.1."""

    asn: int

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        _check("AS number", self.asn, 32)

    def __str__(self) -> str:
        """Return ``member-as 65000``."""
        return f"member-as {self.asn}"


NodeDescriptor: TypeAlias = AutonomousSystem | BgpLsIdentifier | OspfAreaId | IgpRouterId | BgpRouterId | MemberAs | Tlv


@dataclass(frozen=True, slots=True)
class NodeDescriptors:
    """What tells a node apart: the local one, type 256, or the remote one of a link, type 257.

    RFC 9552, sections 5.2.1.2 and 5.2.1.3.
    """

    descriptors: tuple[NodeDescriptor, ...]
    """In ascending order of their types, each once."""
    remote: bool = False

    def __str__(self) -> str:
        """Return ``local(as 65000 router 0000.0000.0003)``."""
        return f"{'remote' if self.remote else 'local'}({' '.join(map(str, self.descriptors))})"


@dataclass(frozen=True, slots=True)
class LinkIdentifiers:
    """The numbers that both ends have given a link, type 258. RFC 9552, section 5.2.2; RFC 5307, section 1.1."""

    local: int
    remote: int

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        _check("link local identifier", self.local, 32)
        _check("link remote identifier", self.remote, 32)

    def __str__(self) -> str:
        """Return ``link-ids 1:2``."""
        return f"link-ids {self.local}:{self.remote}"


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """The address of the local end of a link, type 259 for IPv4, 261 for IPv6. RFC 9552, section 5.2.2."""

    address: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return ``interface 192.0.2.1``."""
        return f"interface {self.address}"


@dataclass(frozen=True, slots=True)
class NeighborAddress:
    """The address of the remote end of a link, type 260 for IPv4, 262 for IPv6. RFC 9552, section 5.2.2."""

    address: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return ``neighbor 192.0.2.2``."""
        return f"neighbor {self.address}"


@dataclass(frozen=True, slots=True)
class MultiTopologyId:
    """The topologies of a link or prefix, type 263; one of them in an NLRI. RFC 9552, section 5.2.2.1."""

    topologies: tuple[int, ...]
    """12 bits each."""

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        for topology in self.topologies:
            _check("topology", topology, 12)

    def __str__(self) -> str:
        """Return ``topology 2``."""
        return f"topology {','.join(map(str, self.topologies))}"


@dataclass(frozen=True, slots=True)
class OspfRouteTypeDescriptor:
    """How OSPF came by a prefix, type 264. RFC 9552, section 5.2.3.1."""

    route_type: int
    """1 intra-area, 2 inter-area, 3 external 1, 4 external 2, 5 NSSA 1, 6 NSSA 2."""

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        _check("OSPF route type", self.route_type, 8)

    def __str__(self) -> str:
        """Return ``ospf-intra-area``, or ``ospf-route-type 7`` for one without a name."""
        names = ("", "intra-area", "inter-area", "external-1", "external-2", "nssa-1", "nssa-2")
        known = 0 < self.route_type < len(names)
        return f"ospf-{names[self.route_type]}" if known else f"ospf-route-type {self.route_type}"


@dataclass(frozen=True, slots=True)
class IpReachability:
    """The prefix that an NLRI is about, type 265. RFC 9552, section 5.2.3.2."""

    prefix: Prefix

    def __str__(self) -> str:
        """Return ``prefix 192.0.2.0/24``."""
        return f"prefix {self.prefix}"


@dataclass(frozen=True, slots=True)
class Srv6Sid:
    """The SRv6 segment identifier that an NLRI is about, type 518. RFC 9514, section 6.1."""

    sid: IPv6Address

    def __str__(self) -> str:
        """Return ``sid 2001:db8::1``."""
        return f"sid {self.sid}"


LinkStateDescriptor: TypeAlias = (
    NodeDescriptors
    | LinkIdentifiers
    | InterfaceAddress
    | NeighborAddress
    | MultiTopologyId
    | OspfRouteTypeDescriptor
    | IpReachability
    | Srv6Sid
    | Tlv
)
"""A TLV of an NLRI; a `Tlv` where the type is not known, or the value is not of the form that the type has."""


def _check(name: str, number: int, bits: int) -> None:
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{name} {number} does not fit {bits} bits")
