"""The extended communities that say what to do with the traffic of a flow specification. RFC 8955, section 7."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from bgpkit_rib.extended_communities.address_fields import Ipv4
from bgpkit_rib.extended_communities.administrator import four_octet_as, ipv4, two_octet_as
from bgpkit_rib.extended_communities.fields import Flag, Number, Reserved
from bgpkit_rib.extended_communities.rate_field import Rate
from bgpkit_rib.extended_communities.row import Row


@dataclass(frozen=True, slots=True)
class TrafficRateBytes:
    """Let so many octets per second pass. RFC 8955, section 7.1."""

    asn: int
    """Two octets, for information only."""
    rate: float
    """0 discards all. A negative rate is read as 0 and never written; the nearest IEEE number of 32 bits is."""


@dataclass(frozen=True, slots=True)
class TrafficRatePackets:
    """Let so many packets per second pass; the fields are those of `TrafficRateBytes`. RFC 8955, section 7.2."""

    asn: int
    rate: float


@dataclass(frozen=True, slots=True)
class TrafficAction:
    """Further treatment. RFC 8955, section 7.3."""

    terminal_action: bool = False
    """The T bit: set, the later flow specifications apply as well; clear, this one is the last."""
    sample: bool = False
    """The S bit: sample the traffic and log it."""
    reserved: int = 0
    """The other 46 bits, in place."""


@dataclass(frozen=True, slots=True)
class RtRedirect:
    """Redirect to a VRF that imports the route target; the fields are those of `RouteTarget`.

    RFC 8955, section 7.4; with an IPv6 address: RFC 8956, section 6.1.
    """

    administrator: int | IPv4Address | IPv6Address
    number: int
    four_octet_as: bool = False


@dataclass(frozen=True, slots=True)
class TrafficMarking:
    """Set the DSCP. RFC 8955, section 7.5."""

    dscp: int
    """Six bits."""
    reserved: int = 0
    """The other 42 bits, in place."""


@dataclass(frozen=True, slots=True)
class RedirectToIp:
    """Redirect to an address, or send a copy there. draft-ietf-idr-flowspec-redirect-ip."""

    address: IPv4Address | IPv6Address
    copy: bool = False
    """The C bit: only a copy is redirected."""
    reserved: int = 0
    """The other 15 bits of the last two octets."""


@dataclass(frozen=True, slots=True)
class RedirectToNextHop:
    """Redirect to the route's next hop, or send a copy there. draft-simpson-idr-flowspec-redirect."""

    copy: bool = False
    """The last bit: only a copy is redirected."""
    reserved: int = 0
    """The other 47 bits, in place."""


FlowspecValue: TypeAlias = (
    TrafficRateBytes
    | TrafficRatePackets
    | TrafficAction
    | RtRedirect
    | TrafficMarking
    | RedirectToIp
    | RedirectToNextHop
)

_RATE: Final = (Number("asn", 32, 16), Rate("rate", negative_is_zero=True))
_ACTION: Final = (Flag("terminal_action", 0, "terminal"), Flag("sample", 1, "sample"), Reserved(0xFFFFFFFFFFFC))
_MARKING: Final = (Number("dscp", 0, 6), Reserved(0xFFFFFFFFFFC0))
_TO_IP: Final = (Flag("copy", 0, "copy"), Ipv4("address", 16), Reserved(0xFFFE))
_TO_NEXT_HOP: Final = (Flag("copy", 0, "copy"), Reserved(0xFFFFFFFFFFFE))

FLOWSPEC_ROWS: Final[tuple[Row[FlowspecValue], ...]] = (
    Row(b"\x80\x06", TrafficRateBytes, _RATE, "flowspec-rate", ("flowspec-rate-bytes",)),
    Row(b"\x80\x0c", TrafficRatePackets, _RATE, "flowspec-rate-packets"),
    Row(b"\x80\x07", TrafficAction, _ACTION, "flowspec-action"),
    two_octet_as(0x8008, RtRedirect, "redirect"),
    ipv4(0x8108, RtRedirect, "redirect"),
    *four_octet_as(0x8208, RtRedirect, "redirect"),
    Row(b"\x80\x09", TrafficMarking, _MARKING, "flowspec-marking"),
    Row(b"\x01\x0c", RedirectToIp, _TO_IP, "redirect-to-ip"),
    Row(b"\x08\x00", RedirectToNextHop, _TO_NEXT_HOP, "redirect-to-next-hop", ("redirect-to-nexthop",)),
)
"""A row for each form."""
