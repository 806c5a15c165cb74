"""The TLVs of the BGP-LS attribute, as values (RFC 9552, section 5.3; RFC 9085)."""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit.wire.attributes.link_state_codes import LinkStateCode

NUMBERS: Final[Mapping[LinkStateCode, int]] = {
    LinkStateCode.NODE_FLAG_BITS: 1,
    LinkStateCode.SRMS_PREFERENCE: 1,
    LinkStateCode.ADMINISTRATIVE_GROUP: 4,
    LinkStateCode.TE_DEFAULT_METRIC: 4,
    LinkStateCode.LINK_PROTECTION_TYPE: 2,
    LinkStateCode.MPLS_PROTOCOL_MASK: 1,
    LinkStateCode.IGP_FLAGS: 1,
    LinkStateCode.PREFIX_METRIC: 4,
}
"""TLVs that are one number, and its octets."""
LISTS: Final[Mapping[LinkStateCode, int]] = {
    LinkStateCode.LINK_LOCAL_REMOTE_IDENTIFIERS: 4,
    LinkStateCode.MULTI_TOPOLOGY_ID: 2,
    LinkStateCode.SR_ALGORITHM: 1,
    LinkStateCode.SHARED_RISK_LINK_GROUP: 4,
    LinkStateCode.EXTENDED_ADMINISTRATIVE_GROUP: 4,
    LinkStateCode.IGP_ROUTE_TAG: 4,
    LinkStateCode.IGP_EXTENDED_ROUTE_TAG: 8,
}
"""TLVs that are a list of numbers, and the octets of each."""
BANDWIDTHS: Final[Mapping[LinkStateCode, int]] = {
    LinkStateCode.MAXIMUM_LINK_BANDWIDTH: 1,
    LinkStateCode.MAXIMUM_RESERVABLE_LINK_BANDWIDTH: 1,
    LinkStateCode.UNRESERVED_BANDWIDTH: 8,
}
"""TLVs that are bandwidths, and how many."""
TEXTS: Final = frozenset({LinkStateCode.NODE_NAME, LinkStateCode.LINK_NAME})
ADDRESSES: Final = frozenset(
    {
        LinkStateCode.IPV4_LOCAL_ROUTER_ID,
        LinkStateCode.IPV6_LOCAL_ROUTER_ID,
        LinkStateCode.IPV4_REMOTE_ROUTER_ID,
        LinkStateCode.IPV6_REMOTE_ROUTER_ID,
        LinkStateCode.OSPF_FORWARDING_ADDRESS,
    }
)
SIDS: Final = frozenset({LinkStateCode.ADJACENCY_SID, LinkStateCode.PREFIX_SID})


def _name(code: LinkStateCode) -> str:
    return code.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class LinkStateNumber:
    """A flag field or a metric. ValueError when it does not fit, or the code has another form."""

    code: LinkStateCode
    number: int

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not 0 <= self.number < 1 << 8 * NUMBERS.get(self.code, 0):
            raise ValueError(f"{_name(self.code)} cannot be {self.number}")

    @classmethod
    def of(cls, code: LinkStateCode, octets: bytes) -> "LinkStateNumber":
        """Read the value; ValueError when its length is wrong."""
        if len(octets) != NUMBERS[code]:
            raise ValueError(f"{_name(code)} of {len(octets)} octets does not have {NUMBERS[code]}")
        return cls(code, int.from_bytes(octets, "big"))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return self.number.to_bytes(NUMBERS[self.code], "big")

    def __str__(self) -> str:
        """Return name and number: ``te-default-metric 10``."""
        return f"{_name(self.code)} {self.number}"


@dataclass(frozen=True, slots=True)
class IgpMetric:
    """The metric of a link: 1 octet from IS-IS, 2 from OSPF, 3 for a wide one of IS-IS. RFC 9552, section 5.3.2.4."""

    metric: int
    size: int
    """Octets that it has: 1, 2 or 3."""

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if self.size not in {1, 2, 3} or not 0 <= self.metric < 1 << 8 * self.size:
            raise ValueError(f"an IGP metric of {self.metric} in {self.size} octets cannot be written")

    @classmethod
    def of(cls, octets: bytes) -> "IgpMetric":
        """Read the value; ValueError when its length is wrong."""
        return cls(int.from_bytes(octets, "big"), len(octets))

    @property
    def code(self) -> LinkStateCode:
        """The type."""
        return LinkStateCode.IGP_METRIC

    def octets(self) -> bytes:
        """Return the value in octets."""
        return self.metric.to_bytes(self.size, "big")

    def __str__(self) -> str:
        """Return ``igp-metric 10``."""
        return f"igp-metric {self.metric}"


@dataclass(frozen=True, slots=True)
class LinkStateNumbers:
    """A list of tags, groups, algorithms. ValueError when one does not fit, or the code has another form."""

    code: LinkStateCode
    numbers: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        limit = 1 << 8 * LISTS.get(self.code, 0)
        if not all(0 <= number < limit for number in self.numbers):
            raise ValueError(f"{_name(self.code)} cannot be {self.numbers}")

    @classmethod
    def of(cls, code: LinkStateCode, octets: bytes) -> "LinkStateNumbers":
        """Read the value; ValueError when it is no whole number of numbers."""
        size = LISTS[code]
        if len(octets) % size:
            raise ValueError(f"{_name(code)} of {len(octets)} octets is no list of numbers of {size} octets")
        return cls(code, tuple(int.from_bytes(octets[at : at + size], "big") for at in range(0, len(octets), size)))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return b"".join(number.to_bytes(LISTS[self.code], "big") for number in self.numbers)

    def __str__(self) -> str:
        """Return name and numbers: ``shared-risk-link-group 7 8``."""
        return f"{_name(self.code)} {' '.join(map(str, self.numbers))}".rstrip()


@dataclass(frozen=True, slots=True)
class LinkStateBandwidth:
    """Bandwidths in octets a second; unreserved ones by priority. RFC 9552, section 5.3.2; RFC 5305, section 3.

    ValueError when there is not the number of them that the code asks for, or one does not fit 32 bits exactly.
    """

    code: LinkStateCode
    octets_per_second: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if len(self.octets_per_second) != BANDWIDTHS.get(self.code) or not all(map(_is_exact, self.octets_per_second)):
            raise ValueError(f"{_name(self.code)} cannot be {self.octets_per_second}")

    @classmethod
    def of(cls, code: LinkStateCode, octets: bytes) -> "LinkStateBandwidth":
        """Read the value; ValueError when its length is wrong, or a bandwidth is not a finite number."""
        if len(octets) != 4 * BANDWIDTHS[code]:
            raise ValueError(f"{_name(code)} of {len(octets)} octets does not have {4 * BANDWIDTHS[code]}")
        return cls(code, struct.unpack(f"!{BANDWIDTHS[code]}f", octets))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return struct.pack(f"!{len(self.octets_per_second)}f", *self.octets_per_second)

    def __str__(self) -> str:
        """Return name and bandwidths: ``maximum-link-bandwidth 125000000``."""
        return f"{_name(self.code)} {' '.join(f'{each:.9g}' for each in self.octets_per_second)}"


def _is_exact(bandwidth: float) -> bool:
    """Tell whether a bandwidth is a finite number that 32 bits hold exactly."""
    try:
        (packed,) = struct.unpack("!f", struct.pack("!f", bandwidth))
    except OverflowError:
        return False
    return math.isfinite(bandwidth) and packed == bandwidth


@dataclass(frozen=True, slots=True)
class LinkStateText:
    """The name of a node or a link. ValueError when the code has another form. RFC 9552, section 5.3.1.3."""

    code: LinkStateCode
    text: str

    def __post_init__(self) -> None:
        """Refuse what is no name."""
        if self.code not in TEXTS:
            raise ValueError(f"{_name(self.code)} is not a text")

    @classmethod
    def of(cls, code: LinkStateCode, octets: bytes) -> "LinkStateText":
        """Read the value; UnicodeDecodeError when it is no text."""
        return cls(code, octets.decode())

    def octets(self) -> bytes:
        """Return the value in octets."""
        return self.text.encode()

    def __str__(self) -> str:
        """Return name and text: ``node-name 'router'``."""
        return f"{_name(self.code)} {self.text!r}"


@dataclass(frozen=True, slots=True)
class LinkStateAddress:
    """A router ID or a forwarding address. ValueError when the code has another form. RFC 9552, section 5.3."""

    code: LinkStateCode
    address: IPv4Address | IPv6Address

    def __post_init__(self) -> None:
        """Refuse what is no address."""
        if self.code not in ADDRESSES:
            raise ValueError(f"{_name(self.code)} is not an address")

    @classmethod
    def of(cls, code: LinkStateCode, octets: bytes) -> "LinkStateAddress":
        """Read the value; ValueError when its length is that of no address."""
        if len(octets) not in {4, 16}:
            raise ValueError(f"{_name(code)} of {len(octets)} octets is no address")
        return cls(code, IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return self.address.packed

    def __str__(self) -> str:
        """Return name and address: ``ipv4-local-router-id 192.0.2.1``."""
        return f"{_name(self.code)} {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStateSid:
    """The SID of an adjacency or a prefix. ValueError when a field does not fit. RFC 9085, sections 2.2.1 and 2.3.1."""

    code: LinkStateCode
    sid: int
    """An index of four octets, or a label of three."""
    size: int
    flags: int
    parameter: int
    """The weight of an adjacency; the algorithm of a prefix."""
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        fields = (self.flags < 256, self.parameter < 256, self.reserved < 1 << 16, self.code in SIDS)
        if self.size not in {3, 4} or not 0 <= self.sid < 1 << 8 * self.size or not all(fields):
            raise ValueError(f"{_name(self.code)} cannot be {self.sid} in {self.size} octets")
        if min(self.flags, self.parameter, self.reserved) < 0:
            raise ValueError(f"a field of {_name(self.code)} is negative")

    @classmethod
    def of(cls, code: LinkStateCode, octets: bytes) -> "LinkStateSid":
        """Read the value; ValueError when its length is wrong."""
        if len(octets) not in {7, 8}:
            raise ValueError(f"{_name(code)} of {len(octets)} octets does not have 7 or 8")
        return cls(
            code=code,
            sid=int.from_bytes(octets[4:], "big"),
            size=len(octets) - 4,
            flags=octets[0],
            parameter=octets[1],
            reserved=int.from_bytes(octets[2:4], "big"),
        )

    def octets(self) -> bytes:
        """Return the value in octets."""
        head = bytes((self.flags, self.parameter)) + self.reserved.to_bytes(2, "big")
        return head + self.sid.to_bytes(self.size, "big")

    def __str__(self) -> str:
        """Return name and SID: ``prefix-sid 100``."""
        return f"{_name(self.code)} {self.sid}"


@dataclass(frozen=True, slots=True)
class LinkStateOctets:
    """A TLV that has a name, but is not looked into, or is not of the length that it should have."""

    code: LinkStateCode
    value: bytes

    def octets(self) -> bytes:
        """Return the value in octets."""
        return self.value

    def __str__(self) -> str:
        """Return name and octets: ``sr-capabilities 0x80``."""
        return f"{_name(self.code)} 0x{self.value.hex()}"
