"""The sub-TLVs of a tunnel that tell where it ends and how packets are put into it (RFC 9012, section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar, Final, TypeAlias

from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.prefix_sid import PrefixSidTlv, read_prefix_sid_tlvs, write_prefix_sid_tlvs
from bgpkit_rib import MacAddress

_COLOR_HEAD: Final = b"\x03\x0b"
_NO_MAC: Final = MacAddress(bytes(6))
_ADDRESSES: Final[Mapping[tuple[int, int], type[IPv4Address] | type[IPv6Address]]] = {
    (1, 4): IPv4Address,
    (2, 16): IPv6Address,
}
"""The classes of the addresses of an endpoint, by address family number and length. RFC 9012, section 3.1."""


class TunnelParameterCode(IntEnum):
    """Sub-TLVs whose value is one number. RFC 9012, sections 3.3 to 3.5; RFC 5640."""

    PROTOCOL_TYPE = 2
    LOAD_BALANCING_BLOCK = 5
    DS_FIELD = 7
    UDP_DESTINATION_PORT = 8
    EMBEDDED_LABEL_HANDLING = 9


_PARAMETERS: Final[Mapping[int, tuple[int, range]]] = {
    TunnelParameterCode.PROTOCOL_TYPE: (2, range(0xFFFF)),
    TunnelParameterCode.LOAD_BALANCING_BLOCK: (2, range(1 << 16)),
    TunnelParameterCode.DS_FIELD: (1, range(1 << 8)),
    TunnelParameterCode.UDP_DESTINATION_PORT: (2, range(1, 1 << 16)),
    TunnelParameterCode.EMBEDDED_LABEL_HANDLING: (1, range(1, 3)),
}
"""Octets of each number, and what it may be. RFC 9012, sections 3.3.1, 3.3.2, 3.4.1 and 3.5; RFC 5640."""


def _whole(octets: bytes, length: int, what: str) -> bytes:
    """Return a value that has the one length that is allowed; ValueError for another."""
    if len(octets) != length:
        raise ValueError(f"{what} of {len(octets)} octets does not have {length}")
    return octets


def _fit(number: int, size: int, what: str) -> None:
    """Refuse a number that does not fit its field."""
    if not 0 <= number < 1 << 8 * size:
        raise ValueError(f"{what} {number} does not fit {size} octets")


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualNetworkEncapsulation:
    """How VXLAN and NVGRE tunnels encapsulate. RFC 9012, sections 3.2.1 and 3.2.2."""

    code: ClassVar[int] = 1
    flags: int
    """0x80 says that ``vn_id`` counts, 0x40 that ``mac_address`` does."""
    vn_id: int = 0
    mac_address: MacAddress = _NO_MAC
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _fit(self.flags, 1, "flags")
        _fit(self.vn_id, 3, "virtual network identifier")
        _fit(self.reserved, 2, "reserved field")

    @classmethod
    def of(cls, octets: bytes) -> "VirtualNetworkEncapsulation":
        """Read the value; ValueError when its length is wrong."""
        _whole(octets, 12, "a VXLAN or NVGRE encapsulation")
        return cls(
            flags=octets[0],
            vn_id=int.from_bytes(octets[1:4], "big"),
            mac_address=MacAddress(octets[4:10]),
            reserved=int.from_bytes(octets[10:], "big"),
        )

    def octets(self) -> bytes:
        """Return the value in octets."""
        head = bytes((self.flags,)) + self.vn_id.to_bytes(3, "big")
        return head + self.mac_address.octets + self.reserved.to_bytes(2, "big")

    def __str__(self) -> str:
        """Return what counts: ``vn-id 100 mac 02:42:ac:11:00:02``."""
        words = ["encapsulation"]
        if self.flags & 0x80:
            words.append(f"vn-id {self.vn_id}")
        if self.flags & 0x40:
            words.append(f"mac {self.mac_address}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class L2tpv3Encapsulation:
    """How L2TPv3 tunnels encapsulate. RFC 9012, section 3.2.3."""

    code: ClassVar[int] = 1
    session_id: int
    cookie: bytes = b""

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _fit(self.session_id, 4, "session ID")

    @classmethod
    def of(cls, octets: bytes) -> "L2tpv3Encapsulation":
        """Read the value; ValueError when it is too short."""
        session_id = _whole(octets[:4], 4, "an L2TPv3 session ID")
        return cls(int.from_bytes(session_id, "big"), octets[4:])

    def octets(self) -> bytes:
        """Return the value in octets."""
        return self.session_id.to_bytes(4, "big") + self.cookie

    def __str__(self) -> str:
        """Return session ID and cookie."""
        return f"session-id {self.session_id} cookie 0x{self.cookie.hex()}"


@dataclass(frozen=True, slots=True)
class GreEncapsulation:
    """The key of GRE and MPLS-in-GRE tunnels. RFC 9012, sections 3.2.4 and 3.2.5."""

    code: ClassVar[int] = 1
    key: int

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _fit(self.key, 4, "GRE key")

    @classmethod
    def of(cls, octets: bytes) -> "GreEncapsulation":
        """Read the value; ValueError when its length is wrong."""
        return cls(int.from_bytes(_whole(octets, 4, "a GRE key"), "big"))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return self.key.to_bytes(4, "big")

    def __str__(self) -> str:
        """Return ``gre-key 7``."""
        return f"gre-key {self.key}"


@dataclass(frozen=True, slots=True)
class TunnelEgressEndpoint:
    """Where the tunnel ends. RFC 9012, section 3.1."""

    code: ClassVar[int] = 6
    address: IPv4Address | IPv6Address | None
    """None for the next hop of the route."""
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _fit(self.reserved, 4, "reserved field")

    @classmethod
    def of(cls, octets: bytes) -> "TunnelEgressEndpoint":
        """Read the value; ValueError when family and length do not belong together."""
        family, packed = int.from_bytes(octets[4:6], "big"), octets[6:]
        address = _ADDRESSES.get((family, len(packed)))
        if len(octets) < 6 or (address is None and (family or packed)):
            raise ValueError(f"a tunnel egress endpoint of family {family} does not have {len(octets)} octets")
        return cls(address(packed) if address else None, int.from_bytes(octets[:4], "big"))

    def octets(self) -> bytes:
        """Return the value in octets."""
        head = self.reserved.to_bytes(4, "big")
        if self.address is None:
            return head + b"\0\0"
        return head + (b"\0\1" if self.address.version == 4 else b"\0\2") + self.address.packed

    def __str__(self) -> str:
        """Return ``endpoint 192.0.2.1``."""
        return f"endpoint {self.address or 'next-hop'}"


@dataclass(frozen=True, slots=True)
class TunnelColor:
    """The colour of a tunnel, as the extended community writes it. RFC 9012, sections 3.4.2 and 4.3."""

    code: ClassVar[int] = 4
    color: int
    flags: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _fit(self.color, 4, "color")
        _fit(self.flags, 2, "flags")

    @classmethod
    def of(cls, octets: bytes) -> "TunnelColor":
        """Read the value; ValueError when it is no Color extended community."""
        _whole(octets, 8, "a color")
        if octets[:2] != _COLOR_HEAD:
            raise ValueError(f"a color starts with 0x{octets[:2].hex()}, not with 0x{_COLOR_HEAD.hex()}")
        return cls(int.from_bytes(octets[4:], "big"), int.from_bytes(octets[2:4], "big"))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return _COLOR_HEAD + self.flags.to_bytes(2, "big") + self.color.to_bytes(4, "big")

    def __str__(self) -> str:
        """Return ``color 100``."""
        return f"color {self.color}"


@dataclass(frozen=True, slots=True)
class TunnelParameter:
    """A sub-TLV that is one number. ValueError when it does not fit, or is one that must not be.

    RFC 9012, sections 3.3 to 3.5; RFC 5640.
    """

    code: TunnelParameterCode
    number: int

    def __post_init__(self) -> None:
        """Refuse what is malformed."""
        if self.number not in _PARAMETERS[self.code][1]:
            raise ValueError(f"{self} is not allowed")

    @classmethod
    def of(cls, code: TunnelParameterCode, octets: bytes) -> "TunnelParameter":
        """Read the value; ValueError when it is malformed."""
        return cls(code, int.from_bytes(_whole(octets, _PARAMETERS[code][0], f"sub-TLV {code}"), "big"))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return self.number.to_bytes(_PARAMETERS[self.code][0], "big")

    def __str__(self) -> str:
        """Return name and number: ``udp-destination-port 4789``."""
        name = self.code.name.lower().replace("_", "-")
        return (
            f"{name} 0x{self.number:04x}" if self.code is TunnelParameterCode.PROTOCOL_TYPE else f"{name} {self.number}"
        )


@dataclass(frozen=True, slots=True)
class MplsLabelStack:
    """Labels to push before all others, the topmost first. RFC 9012, section 3.6."""

    code: ClassVar[int] = 10
    entries: tuple[LabelStackEntry, ...]

    @classmethod
    def of(cls, octets: bytes) -> "MplsLabelStack":
        """Read the value; ValueError when it is not made of entries of 4 octets."""
        return cls(tuple(LabelStackEntry.of(octets[at : at + 4]) for at in range(0, len(octets), 4)))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return b"".join(entry.octets() for entry in self.entries)

    def __str__(self) -> str:
        """Return ``label-stack 100 200``."""
        return f"label-stack {' '.join(map(str, self.entries))}"


@dataclass(frozen=True, slots=True)
class TunnelPrefixSid:
    """The Prefix-SID of the tunnel's end. RFC 9012, section 3.7."""

    code: ClassVar[int] = 11
    tlvs: tuple[PrefixSidTlv, ...]

    @classmethod
    def of(cls, octets: bytes) -> "TunnelPrefixSid":
        """Read the value; ValueError when it is malformed."""
        return cls(read_prefix_sid_tlvs(octets))

    def octets(self) -> bytes:
        """Return the value in octets; ValueError for a TLV that does not fit."""
        return write_prefix_sid_tlvs(self.tlvs)

    def __str__(self) -> str:
        """Return ``prefix-sid label-index 100``."""
        return f"prefix-sid {'; '.join(map(str, self.tlvs))}"


TunnelDescription: TypeAlias = (
    VirtualNetworkEncapsulation
    | L2tpv3Encapsulation
    | GreEncapsulation
    | TunnelEgressEndpoint
    | TunnelColor
    | TunnelParameter
    | MplsLabelStack
    | TunnelPrefixSid
)
"""The sub-TLVs of RFC 9012, as values."""
