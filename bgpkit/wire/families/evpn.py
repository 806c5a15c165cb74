"""The family of Ethernet VPNs (RFC 7432, RFC 9136)."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit.wire.families.ethernet_segment import EthernetSegmentIdentifier
from bgpkit.wire.families.evpn_framing import frame_evpn, join_evpn, split_opaque
from bgpkit.wire.families.evpn_values import (
    EthernetAutoDiscoveryRoute,
    EthernetSegmentRoute,
    EvpnRouteType,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    MacIpAdvertisementRoute,
    OpaqueEvpnRoute,
)
from bgpkit.wire.families.row import FamilyRow, Nlri
from bgpkit_fsm import Family
from bgpkit_rib import MacAddress, RouteDistinguisher


def _auto_discovery(key: bytes, rest: bytes) -> EthernetAutoDiscoveryRoute:
    return EthernetAutoDiscoveryRoute(
        route_distinguisher=RouteDistinguisher(key[1:9]),
        ethernet_segment=EthernetSegmentIdentifier(key[9:19]),
        ethernet_tag=_number(key[19:]),
        label=_number(rest),
    )


def _mac_ip(key: bytes, rest: bytes) -> MacIpAdvertisementRoute:
    return MacIpAdvertisementRoute(
        route_distinguisher=RouteDistinguisher(key[1:9]),
        ethernet_segment=_segment(rest),
        ethernet_tag=_number(key[9:13]),
        mac_address=MacAddress(key[14:20]),
        ip_address=_address(key[21:]) if key[20] else None,
        label=_number(rest[10:13]),
        second_label=_number(rest[13:]) if len(rest) > 13 else None,
    )


def _inclusive_multicast(key: bytes, rest: bytes) -> InclusiveMulticastRoute:
    del rest
    return InclusiveMulticastRoute(
        route_distinguisher=RouteDistinguisher(key[1:9]),
        ethernet_tag=_number(key[9:13]),
        originating_router=_address(key[14:]),
    )


def _ethernet_segment(key: bytes, rest: bytes) -> EthernetSegmentRoute:
    del rest
    return EthernetSegmentRoute(
        route_distinguisher=RouteDistinguisher(key[1:9]),
        ethernet_segment=EthernetSegmentIdentifier(key[9:19]),
        originating_router=_address(key[20:]),
    )


def _ip_prefix(key: bytes, rest: bytes) -> IpPrefixRoute:
    size = len(key) - 14
    return IpPrefixRoute(
        route_distinguisher=RouteDistinguisher(key[1:9]),
        ethernet_segment=_segment(rest),
        ethernet_tag=_number(key[9:13]),
        ip_prefix_length=key[13],
        ip_prefix=_address(key[14:]),
        gateway=_address(rest[10 : 10 + size].ljust(size, b"\0")),
        label=_number(rest[10 + size :]),
    )


def _opaque(key: bytes, rest: bytes) -> OpaqueEvpnRoute:
    return OpaqueEvpnRoute(EvpnRouteType(key[0]), join_evpn(key, rest)[2:])


_READERS: Final[dict[int, Callable[[bytes, bytes], Nlri]]] = {
    EvpnRouteType.ETHERNET_AUTO_DISCOVERY: _auto_discovery,
    EvpnRouteType.MAC_IP_ADVERTISEMENT: _mac_ip,
    EvpnRouteType.INCLUSIVE_MULTICAST_ETHERNET_TAG: _inclusive_multicast,
    EvpnRouteType.ETHERNET_SEGMENT: _ethernet_segment,
    EvpnRouteType.IP_PREFIX: _ip_prefix,
}


def _decode(key: bytes, rest: bytes) -> Nlri:
    """Return the route of a key and its rest; what an empty rest does not say is zero."""
    return _READERS.get(key[0], _opaque)(key, rest)


def _encode(value: Nlri) -> tuple[bytes, bytes]:
    match value:
        case EthernetAutoDiscoveryRoute():
            key = b"\1" + value.route_distinguisher.octets + value.ethernet_segment.octets + _tag(value.ethernet_tag)
            return key, _label(value.label)
        case MacIpAdvertisementRoute():
            address = b"\0" if value.ip_address is None else _with_length(value.ip_address)
            mac = b"\x30" + value.mac_address.octets
            key = b"\2" + value.route_distinguisher.octets + _tag(value.ethernet_tag) + mac + address
            second = b"" if value.second_label is None else _label(value.second_label)
            return key, value.ethernet_segment.octets + _label(value.label) + second
        case InclusiveMulticastRoute():
            router = _with_length(value.originating_router)
            return b"\3" + value.route_distinguisher.octets + _tag(value.ethernet_tag) + router, b""
        case EthernetSegmentRoute():
            router = _with_length(value.originating_router)
            return b"\4" + value.route_distinguisher.octets + value.ethernet_segment.octets + router, b""
        case IpPrefixRoute():
            prefix = bytes((value.ip_prefix_length,)) + value.ip_prefix.packed
            key = b"\5" + value.route_distinguisher.octets + _tag(value.ethernet_tag) + prefix
            return key, value.ethernet_segment.octets + value.gateway.packed + _label(value.label)
        case OpaqueEvpnRoute():
            return split_opaque(value.route_type, value.octets)
        case _:
            raise ValueError(f"{value} is not an EVPN route")


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


def _tag(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _label(number: int) -> bytes:
    return number.to_bytes(3, "big")


def _segment(rest: bytes) -> EthernetSegmentIdentifier:
    return EthernetSegmentIdentifier(rest[:10].ljust(10, b"\0"))


def _address(octets: bytes) -> IPv4Address | IPv6Address:
    return IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets)


def _with_length(address: IPv4Address | IPv6Address) -> bytes:
    """Return an address behind its length in bits."""
    return bytes((address.max_prefixlen,)) + address.packed


EVPN_ROWS: Final = (
    FamilyRow(
        family=Family(25, 70),
        frame=frame_evpn,
        decode=_decode,
        encode=_encode,
        values=(
            EthernetAutoDiscoveryRoute,
            MacIpAdvertisementRoute,
            InclusiveMulticastRoute,
            EthernetSegmentRoute,
            IpPrefixRoute,
            OpaqueEvpnRoute,
        ),
        next_hop_lengths=frozenset({4, 16}),
        join=join_evpn,
    ),
)
"""The next hop is an IPv4 or an IPv6 address. RFC 7432, section 9.2.1."""
