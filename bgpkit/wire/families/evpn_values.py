"""The routes of Ethernet VPNs (RFC 7432, section 7; RFC 9136, section 3.1)."""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit.wire.families.ethernet_segment import SINGLE_HOMED, EthernetSegmentIdentifier
from bgpkit_rib import MacAddress, Prefix, RouteDistinguisher


class EvpnRouteType(IntEnum):
    """The EVPN route types that are assigned. RFC 7432, section 7; RFC 9136; RFC 9251; RFC 9572."""

    ETHERNET_AUTO_DISCOVERY = 1
    MAC_IP_ADVERTISEMENT = 2
    INCLUSIVE_MULTICAST_ETHERNET_TAG = 3
    ETHERNET_SEGMENT = 4
    IP_PREFIX = 5
    SELECTIVE_MULTICAST_ETHERNET_TAG = 6
    MULTICAST_MEMBERSHIP_REPORT_SYNCH = 7
    MULTICAST_LEAVE_SYNCH = 8
    PER_REGION_I_PMSI_AD = 9
    S_PMSI_AD = 10
    LEAF_AD = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class EthernetAutoDiscoveryRoute:
    """Route type 1: a provider edge reaches an Ethernet segment. RFC 7432, section 7.1."""

    route_distinguisher: RouteDistinguisher
    ethernet_segment: EthernetSegmentIdentifier
    ethernet_tag: int = 0
    """32 bits; all ones for the route of the segment as a whole. RFC 7432, section 8.2.1."""
    label: int = 0
    """The three octets of the MPLS Label field as a number, as in every EVPN route.

    With MPLS the label is its upper 20 bits (RFC 7432, section 7.1, erratum 5554), with VXLAN the number is the VNI
    (RFC 8365, section 5.1.3).
    """

    def __post_init__(self) -> None:
        """Refuse what does not fit its field."""
        _check(self.ethernet_tag, self.label)

    def __str__(self) -> str:
        """Return ``[1]:[0]:[00:11:...:99] rd 64512:1 label 101(mpls 6)``."""
        key = f"[1]:[{self.ethernet_tag}]:[{self.ethernet_segment}]"
        return f"{key} rd {self.route_distinguisher} {_label_text(self.label)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MacIpAdvertisementRoute:
    """Route type 2: where a MAC address is, and the IP address that goes with it. RFC 7432, section 7.2."""

    route_distinguisher: RouteDistinguisher
    ethernet_segment: EthernetSegmentIdentifier = SINGLE_HOMED
    ethernet_tag: int = 0
    mac_address: MacAddress
    ip_address: IPv4Address | IPv6Address | None = None
    label: int = 0
    """MPLS Label1, a number of 24 bits."""
    second_label: int | None = None
    """MPLS Label2, if it is there: that of the IP-VRF. RFC 9135, section 5.1."""

    def __post_init__(self) -> None:
        """Refuse what does not fit its field."""
        _check(self.ethernet_tag, self.label, self.second_label or 0)

    def __str__(self) -> str:
        """Return ``[2]:[0]:[48]:[02:42:ac:11:00:02]:[32]:[10.0.0.1] rd 64512:1 label 101(mpls 6)``."""
        key = f"[2]:[{self.ethernet_tag}]:[48]:[{self.mac_address}]"
        if self.ip_address is not None:
            key += f":[{self.ip_address.max_prefixlen}]:[{self.ip_address}]"
        second = "" if self.second_label is None else f" second {_label_text(self.second_label)}"
        segment = _segment_text(self.ethernet_segment)
        return f"{key} rd {self.route_distinguisher}{segment} {_label_text(self.label)}{second}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusiveMulticastRoute:
    """Route type 3, Inclusive Multicast Ethernet Tag: who wants the broadcasts of an Ethernet tag.

    RFC 7432, section 7.3.
    """

    route_distinguisher: RouteDistinguisher
    ethernet_tag: int = 0
    originating_router: IPv4Address | IPv6Address

    def __post_init__(self) -> None:
        """Refuse what does not fit its field."""
        _check(self.ethernet_tag)

    def __str__(self) -> str:
        """Return ``[3]:[0]:[32]:[192.0.2.1] rd 64512:1``."""
        router = self.originating_router
        return f"[3]:[{self.ethernet_tag}]:[{router.max_prefixlen}]:[{router}] rd {self.route_distinguisher}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EthernetSegmentRoute:
    """Route type 4: a provider edge takes part in an Ethernet segment. RFC 7432, section 7.4."""

    route_distinguisher: RouteDistinguisher
    ethernet_segment: EthernetSegmentIdentifier
    originating_router: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return ``[4]:[00:11:...:99]:[32]:[192.0.2.1] rd 64512:1``."""
        router = self.originating_router
        return f"[4]:[{self.ethernet_segment}]:[{router.max_prefixlen}]:[{router}] rd {self.route_distinguisher}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IpPrefixRoute:
    """Route type 5: an IP prefix behind an Ethernet VPN. RFC 9136, section 3.1.

    ValueError when prefix and gateway are of different families, or the length is beyond the address.
    """

    route_distinguisher: RouteDistinguisher
    ethernet_segment: EthernetSegmentIdentifier = SINGLE_HOMED
    ethernet_tag: int = 0
    ip_prefix_length: int
    """Leading bits of ``ip_prefix`` that count."""
    ip_prefix: IPv4Address | IPv6Address
    """The whole field, even what is set beyond the length."""
    gateway: IPv4Address | IPv6Address
    """The overlay index, or all zero."""
    label: int = 0

    def __post_init__(self) -> None:
        """Refuse what does not fit its field."""
        _check(self.ethernet_tag, self.label)
        if self.ip_prefix.version != self.gateway.version:
            raise ValueError(f"prefix {self.ip_prefix} and gateway {self.gateway} are not of one address family")
        if not 0 <= self.ip_prefix_length <= self.ip_prefix.max_prefixlen:
            raise ValueError(f"a prefix of {self.ip_prefix_length} bits is longer than the address {self.ip_prefix}")

    @property
    def prefix(self) -> Prefix:
        """The prefix, without what is set beyond its length."""
        address, length = self.ip_prefix, self.ip_prefix_length
        spare = address.max_prefixlen - length
        octets = (int(address) >> spare << spare).to_bytes(address.max_prefixlen // 8, "big")
        return Prefix(bytes((length,)) + octets[: (length + 7) // 8], address.max_prefixlen)

    def contradiction(self, *, router_mac: bool) -> str | None:
        """Return why the route is to be treated as withdrawn where it would be used, or None.

        ``router_mac`` tells whether an EVPN Router's MAC extended community is with it. Speakers that only pass the
        route on do not ask. RFC 9136, sections 3.1 and 3.2, table 1.
        """
        segment, gateway = self.ethernet_segment != SINGLE_HOMED, int(self.gateway) != 0
        if segment and gateway:
            return "both the Ethernet segment and the gateway are given"
        if not (self.label or segment or gateway or router_mac):
            return "no label and no overlay index"
        return None

    def __str__(self) -> str:
        """Return ``[5]:[0]:[24]:[10.0.0.0] rd 64512:1 gateway 10.1.1.1 label 101(mpls 6)``."""
        key = f"[5]:[{self.ethernet_tag}]:[{self.ip_prefix_length}]:[{self.ip_prefix}] rd {self.route_distinguisher}"
        gateway = f" gateway {self.gateway}" if int(self.gateway) else ""
        return f"{key}{_segment_text(self.ethernet_segment)}{gateway} {_label_text(self.label)}"


OPAQUE_TYPES: Final = range(EvpnRouteType.SELECTIVE_MULTICAST_ETHERNET_TAG, EvpnRouteType.LEAF_AD + 1)
"""The route types that are carried octet for octet."""


@dataclass(frozen=True, slots=True)
class OpaqueEvpnRoute:
    """A route of one of the types 6 to 11, which is carried octet for octet.

    RFC 9251, section 9; RFC 9572, section 3.
    """

    route_type: EvpnRouteType
    octets: bytes
    """The field whose form the type tells, at most 255 octets."""

    def __post_init__(self) -> None:
        """Refuse other types, and more octets than the length can tell."""
        if self.route_type not in OPAQUE_TYPES:
            raise ValueError(f"EVPN route type {self.route_type} is not one of 6 to 11")
        if len(self.octets) > 255:
            raise ValueError(f"{len(self.octets)} octets do not fit an EVPN route")

    def __str__(self) -> str:
        """Return type and octets: ``[6] selective-multicast-ethernet-tag 0x0000fc00...``."""
        return f"[{self.route_type.value}] {self.route_type.name.lower().replace('_', '-')} 0x{self.octets.hex()}"


def _check(ethernet_tag: int, *labels: int) -> None:
    if not 0 <= ethernet_tag < 1 << 32:
        raise ValueError(f"Ethernet tag {ethernet_tag} does not fit 32 bits")
    for label in labels:
        if not 0 <= label < 1 << 24:
            raise ValueError(f"label {label} does not fit 24 bits")


def _label_text(label: int) -> str:
    """Return the number, which a VNI is, and the label that it is to MPLS."""
    return f"label {label}(mpls {label >> 4})" if label else "label 0"


def _segment_text(segment: EthernetSegmentIdentifier) -> str:
    return "" if segment == SINGLE_HOMED else f" esi {segment}"
