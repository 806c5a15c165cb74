"""The extended communities of EVPN."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from bgpkit_rib.extended_communities.address_fields import Mac
from bgpkit_rib.extended_communities.fields import Flag, Number, Reserved
from bgpkit_rib.extended_communities.row import Row
from bgpkit_rib.mac_address import MacAddress


@dataclass(frozen=True, slots=True)
class MacMobility:
    """How often the MAC address has moved. RFC 7432, section 7.7."""

    sequence: int
    """32 bits; the highest is the latest place."""
    sticky: bool = False
    """Whether the address is static and must not move."""
    reserved: int = 0
    """The other bits of the Flags octet and the octet after it, in place."""


@dataclass(frozen=True, slots=True)
class EsiLabel:
    """The split-horizon label of an Ethernet segment. RFC 7432, section 7.5."""

    label: int
    """20 bits."""
    single_active: bool = False
    """Whether the segment is in single-active redundancy mode; otherwise all are active."""
    reserved: int = 0
    """The other bits of the Flags octet, the two octets after it and the last four bits, in place."""


@dataclass(frozen=True, slots=True)
class EsImportRouteTarget:
    """The route target of an Ethernet segment, made of its identifier. RFC 7432, section 7.6."""

    mac_address: MacAddress


@dataclass(frozen=True, slots=True)
class RouterMac:
    """The MAC address of the PE that routes between subnets. RFC 9135, section 8.1."""

    mac_address: MacAddress


@dataclass(frozen=True, slots=True)
class DefaultGateway:
    """The address of the route is that of a default gateway. RFC 7432, section 7.8."""

    reserved: int = 0
    """All six octets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer2Attributes:
    """What a PE of an EVPN with VPWS asks for. RFC 8214, section 3.1."""

    mtu: int = 0
    """Octets of the layer 2 MTU; 0 is not checked."""
    primary: bool = False
    """The P bit: the PE is the primary one."""
    backup: bool = False
    """The B bit: the PE is the backup."""
    control_word: bool = False
    """The C bit: a control word must stand in front of frames."""
    reserved: int = 0
    """The other bits of the Control Flags and the last two octets, in place."""


@dataclass(frozen=True, slots=True)
class ETree:
    """The leaf side of an E-Tree. RFC 8317, section 5.1."""

    label: int
    """The leaf label, 20 bits."""
    leaf: bool = False
    """Whether the MAC address is that of a leaf."""
    reserved: int = 0
    """The other bits of the Flags octet, the two octets after it and the last four bits, in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DfElection:
    """How the designated forwarder of an Ethernet segment is elected. RFC 8584, section 2.2."""

    algorithm: int
    """0: modulus, 1: highest random weight, 2: highest preference."""
    capabilities: int = 0
    """The bitmap of 16 bits, the first bit the most significant."""
    preference: int = 0
    """The last two octets. RFC 9785, section 3."""
    reserved: int = 0
    """The three bits before the algorithm and the octet before the preference, in place."""


EvpnValue: TypeAlias = (
    MacMobility | EsiLabel | EsImportRouteTarget | RouterMac | DefaultGateway | Layer2Attributes | ETree | DfElection
)

_LABEL: Final = Number("label", 4, 20)
_SMALL_FLAGS: Final = 0xFEFFFF00000F
_LAYER2: Final = (
    Flag("primary", 33, "primary"),
    Flag("backup", 32, "backup"),
    Flag("control_word", 34, "control-word"),
    Number("mtu", 16, 16),
    Reserved(0xFFF80000FFFF),
)
_DF: Final = (
    Number("algorithm", 40, 5),
    Number("capabilities", 24, 16),
    Number("preference", 0, 16),
    Reserved(0xE00000FF0000),
)

EVPN_ROWS: Final[tuple[Row[EvpnValue], ...]] = (
    Row(
        b"\x06\x00",
        MacMobility,
        (Flag("sticky", 40, "sticky"), Number("sequence", 0, 32), Reserved(0xFEFF00000000)),
        "mac-mobility",
        ("mm",),
    ),
    Row(
        b"\x06\x01", EsiLabel, (Flag("single_active", 40, "single-active"), _LABEL, Reserved(_SMALL_FLAGS)), "esi-label"
    ),
    Row(b"\x06\x02", EsImportRouteTarget, (Mac("mac_address"),), "es-import", ("es-import-rt",)),
    Row(b"\x06\x03", RouterMac, (Mac("mac_address"),), "router-mac", ("rmac",)),
    Row(b"\x03\x0d", DefaultGateway, (Reserved(0xFFFFFFFFFFFF),), "default-gateway"),
    Row(b"\x06\x04", Layer2Attributes, _LAYER2, "layer2-attributes"),
    Row(b"\x06\x05", ETree, (Flag("leaf", 40, "leaf"), _LABEL, Reserved(_SMALL_FLAGS)), "e-tree"),
    Row(b"\x06\x06", DfElection, _DF, "df-election"),
)
"""A row for each kind."""
