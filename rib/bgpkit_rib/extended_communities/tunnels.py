"""The extended communities that say how to forward: tunnel, colour, bandwidth; and those that weigh a route."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

from bgpkit_rib.extended_communities.fields import BinaryDigits, Code, Number, Reserved
from bgpkit_rib.extended_communities.rate_field import Rate
from bgpkit_rib.extended_communities.row import Row


class TunnelType(IntEnum):
    """The BGP Tunnel Encapsulation Attribute Tunnel Types in use, of the IANA registry. RFC 9012."""

    L2TPV3 = 1
    GRE = 2
    IP_IN_IP = 7
    VXLAN = 8
    NVGRE = 9
    MPLS = 10
    MPLS_IN_GRE = 11
    VXLAN_GPE = 12
    MPLS_IN_UDP = 13
    IPV6_TUNNEL = 14
    SR_POLICY = 15
    BARE = 16
    GENEVE = 19
    ANY_ENCAPSULATION = 20
    GTP = 21


@dataclass(frozen=True, slots=True)
class Encapsulation:
    """The kind of tunnel to the next hop. RFC 9012, section 4.1."""

    tunnel_type: int
    """A `TunnelType`, or the number of another one."""
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class Color:
    """The colour of the tunnel or SR policy that the route is to take. RFC 9012, section 4.3."""

    color: int
    """32 bits."""
    color_only: int = 0
    """The two CO bits: how far the endpoint of an SR policy may differ from the next hop. RFC 9830, section 3."""
    reserved: int = 0
    """The other bits of the Flags field, in place."""


@dataclass(frozen=True, slots=True)
class LinkBandwidth:
    """The bandwidth of the link to the neighbouring AS. draft-ietf-idr-link-bandwidth.

    What is negative or no number is no bandwidth: such a community has no value.
    """

    asn: int
    """16 bits; AS_TRANS stands for a larger number."""
    bandwidth: float
    """Octets per second; written as the nearest IEEE number of 32 bits."""
    transitive: bool = False


class OriginValidationState(IntEnum):
    """What the RPKI says of a route's origin. RFC 8097, section 2."""

    VALID = 0
    NOT_FOUND = 1
    INVALID = 2


@dataclass(frozen=True, slots=True)
class OriginValidation:
    """The origin validation state that a router of the own AS found.

    A community with a state above 2 has no value: it is an error and is to be discarded. RFC 8097, section 2.
    """

    state: OriginValidationState
    reserved: int = 0
    """The five octets before the state, in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCommunity:
    """A cost that is compared at a given step of the decision. draft-ietf-idr-custom-decision."""

    point_of_insertion: int
    """128 for before all steps, or the code of the attribute whose step it comes after."""
    community_id: int
    """Breaks a tie between equal costs; the most significant bit says that the cost replaces the step's value."""
    cost: int
    """32 bits; the lower wins."""
    transitive: bool = False


TunnelValue: TypeAlias = Encapsulation | Color | LinkBandwidth | OriginValidation | CostCommunity

_TRANSITIVE: Final = (("transitive", True),)
_NON_TRANSITIVE: Final = (("transitive", False),)
_ENCAPSULATION: Final = (Code("tunnel_type", 0, 16, TunnelType), Reserved(0xFFFFFFFF0000))
_COLOR: Final = (BinaryDigits("color_only", 46, 2), Number("color", 0, 32), Reserved(0x3FFF00000000))
_BANDWIDTH: Final = (Number("asn", 32, 16), Rate("bandwidth", negative_is_zero=False))
_VALIDATION: Final = (Code("state", 0, 8, OriginValidationState, closed=True), Reserved(0xFFFFFFFFFF00))
_COST: Final = (Number("point_of_insertion", 40, 8), Number("community_id", 32, 8), Number("cost", 0, 32))

TUNNEL_ROWS: Final[tuple[Row[TunnelValue], ...]] = (
    Row(b"\x03\x0c", Encapsulation, _ENCAPSULATION, "encapsulation", ("encap", "et")),
    Row(b"\x03\x0b", Color, _COLOR, "color", ("colour",)),
    Row(b"\x40\x04", LinkBandwidth, _BANDWIDTH, "link-bandwidth", ("bandwidth", "lb"), _NON_TRANSITIVE),
    Row(b"\x00\x04", LinkBandwidth, _BANDWIDTH, "transitive-link-bandwidth", fixed=_TRANSITIVE),
    Row(b"\x43\x00", OriginValidation, _VALIDATION, "origin-validation", ("ovs",)),
    Row(b"\x43\x01", CostCommunity, _COST, "cost", fixed=_NON_TRANSITIVE),
    Row(b"\x03\x01", CostCommunity, _COST, "transitive-cost", fixed=_TRANSITIVE),
)
"""A row for each form."""
