"""The extended communities of VPNs: route target and origin, OSPF, multicast, VPLS."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from bgpkit_rib.extended_communities.address_fields import Ipv4
from bgpkit_rib.extended_communities.administrator import (
    IPV4,
    LONG,
    SHORT,
    TWO_OCTET_AS,
    four_octet_as,
    ipv4,
    two_octet_as,
)
from bgpkit_rib.extended_communities.fields import Number, Reserved
from bgpkit_rib.extended_communities.row import Row


@dataclass(frozen=True, slots=True)
class RouteTarget:
    """One of the sets of sites that the route is meant for. RFC 4360, section 4."""

    administrator: int | IPv4Address | IPv6Address
    """Who assigned the number: an AS number or an address."""
    number: int
    """32 bits beside a two-octet AS number, otherwise 16."""
    four_octet_as: bool = False
    """Whether an AS number below 65536 stands in four octets all the same. RFC 5668, section 2."""


@dataclass(frozen=True, slots=True)
class RouteOrigin:
    """The site that the route comes from; the fields are those of `RouteTarget`. RFC 4360, section 5."""

    administrator: int | IPv4Address | IPv6Address
    number: int
    four_octet_as: bool = False


@dataclass(frozen=True, slots=True)
class OspfDomainIdentifier:
    """The OSPF domain that the route comes from.

    Its former type 8005 is read as 0005. RFC 4577, sections 4.2.4 and 4.2.6.
    """

    administrator: int | IPv4Address
    number: int
    four_octet_as: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfRouteType:
    """The area and the kind of the OSPF route; its former type 8000 is read as 0306. RFC 4577, section 4.2.6."""

    area: IPv4Address
    route_type: int
    """1 or 2: intra-area, 3: inter-area, 5: external, 7: NSSA, 129: sham link."""
    options: int = 0
    """The least significant bit tells a type 2 metric of an external route."""


@dataclass(frozen=True, slots=True)
class OspfRouterId:
    """The OSPF Router ID of the PE; its former type 8001 is read as 0107. RFC 4577, section 4.2.6."""

    router_id: IPv4Address
    reserved: int = 0
    """The last two octets."""


@dataclass(frozen=True, slots=True)
class BgpDataCollection:
    """What kind of route this is, for those who collect routes. RFC 4384."""

    administrator: int
    number: int
    four_octet_as: bool = False


@dataclass(frozen=True, slots=True)
class SourceAs:
    """The AS that a multicast VPN's source is in. RFC 6514, section 6."""

    asn: int
    four_octet_as: bool = False
    """Whether an AS number below 65536 stands in four octets all the same."""
    reserved: int = 0
    """The local administrator field, which is to be zero."""


@dataclass(frozen=True, slots=True)
class VrfRouteImport:
    """The PE and the VRF that the route was exported from. RFC 6514, section 7; IPv6: RFC 6515."""

    administrator: IPv4Address | IPv6Address
    """An address of the PE."""
    number: int
    """The PE's number for the VRF."""


@dataclass(frozen=True, slots=True)
class L2vpnIdentifier:
    """The layer 2 VPN that the route belongs to. RFC 6074."""

    administrator: int | IPv4Address
    number: int
    four_octet_as: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer2Info:
    """How the pseudowires of a VPLS are set up. RFC 4761, section 3.2.4."""

    encapsulation: int
    """19: VPLS."""
    control_flags: int = 0
    """2: a control word is required, 1: frames are numbered in sequence."""
    mtu: int = 0
    """Octets of the layer 2 MTU."""
    preference: int = 0
    """The last two octets, reserved in RFC 4761; later used as the preference of a multihomed site."""


@dataclass(frozen=True, slots=True)
class MupSegment:
    """The direct segment identifier of mobile user plane routes: 16 and 32 bits. draft-mpmz-bess-mup-safi."""

    high: int
    low: int


VpnValue: TypeAlias = (
    RouteTarget
    | RouteOrigin
    | OspfDomainIdentifier
    | OspfRouteType
    | OspfRouterId
    | BgpDataCollection
    | SourceAs
    | VrfRouteImport
    | L2vpnIdentifier
    | Layer2Info
    | MupSegment
)

_RT: Final = ("rt", "target", "route-target")
_RO: Final = ("ro", "origin", "route-origin", "soo")
_ROUTE_TYPE: Final = (Ipv4("area", 16), Number("route_type", 8, 8), Number("options", 0, 8))
_ROUTER_ID: Final = (Ipv4("router_id", 16), Reserved(0xFFFF))
_LARGE_SOURCE_AS: Final = (Number("asn", 16, 32, low=1 << 16), Reserved(0xFFFF))
_SMALL_SOURCE_AS: Final = (Number("asn", 16, 32, high=(1 << 16) - 1), Reserved(0xFFFF))
_LAYER2_INFO: Final = (
    Number("encapsulation", 40, 8),
    Number("control_flags", 32, 8),
    Number("mtu", 16, 16),
    Number("preference", 0, 16),
)

VPN_ROWS: Final[tuple[Row[VpnValue], ...]] = (
    two_octet_as(0x0002, RouteTarget, *_RT),
    ipv4(0x0102, RouteTarget, *_RT),
    *four_octet_as(0x0202, RouteTarget, *_RT),
    two_octet_as(0x0003, RouteOrigin, *_RO),
    ipv4(0x0103, RouteOrigin, *_RO),
    *four_octet_as(0x0203, RouteOrigin, *_RO),
    two_octet_as(0x0005, OspfDomainIdentifier, "ospf-domain"),
    ipv4(0x0105, OspfDomainIdentifier, "ospf-domain"),
    *four_octet_as(0x0205, OspfDomainIdentifier, "ospf-domain"),
    Row(b"\x80\x05", OspfDomainIdentifier, TWO_OCTET_AS, fixed=SHORT),
    Row(b"\x03\x06", OspfRouteType, _ROUTE_TYPE, "ospf-route-type"),
    Row(b"\x80\x00", OspfRouteType, _ROUTE_TYPE),
    Row(b"\x01\x07", OspfRouterId, _ROUTER_ID, "ospf-router-id"),
    Row(b"\x80\x01", OspfRouterId, _ROUTER_ID),
    two_octet_as(0x0008, BgpDataCollection, "data-collection"),
    *four_octet_as(0x0208, BgpDataCollection, "data-collection"),
    Row(b"\x00\x09", SourceAs, (Number("asn", 32, 16), Reserved(0xFFFFFFFF)), "source-as", fixed=SHORT),
    Row(b"\x02\x09", SourceAs, _LARGE_SOURCE_AS, "source-as", fixed=SHORT),
    Row(b"\x02\x09", SourceAs, _SMALL_SOURCE_AS, fixed=LONG),
    Row(b"\x01\x0b", VrfRouteImport, IPV4, "vrf-route-import"),
    two_octet_as(0x000A, L2vpnIdentifier, "l2vpn"),
    ipv4(0x010A, L2vpnIdentifier, "l2vpn"),
    Row(b"\x80\x0a", Layer2Info, _LAYER2_INFO, "layer2-info", ("l2info",)),
    Row(b"\x0c\x00", MupSegment, (Number("high", 32, 16), Number("low", 0, 32)), "mup"),
)
"""A row for each form; a former type comes after the present one, which is the one that is written."""
