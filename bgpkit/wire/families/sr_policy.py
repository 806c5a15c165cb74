"""Segment routing policies (RFC 9830, section 2.1)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit.wire.families.row import FamilyRow, Frame, Nlri
from bgpkit_fsm import Family


@dataclass(frozen=True, slots=True)
class SrPolicy:
    """A candidate path of a policy; the tunnel encapsulation attribute tells where it leads.

    ValueError for a number that does not fit 32 bits. RFC 9830, section 2.1.
    """

    distinguisher: int
    """Tells candidate paths of one policy apart; 32 bits."""
    color: int
    """What the policy is for, as in the colour extended community; 32 bits."""
    endpoint: IPv4Address | IPv6Address
    """Where the policy leads; the address of all zeros stands for anywhere."""

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        for name, number in (("distinguisher", self.distinguisher), ("color", self.color)):
            if not 0 <= number < 1 << 32:
                raise ValueError(f"{name} {number} of an SR policy does not fit 4 octets")

    def __str__(self) -> str:
        """Return ``distinguisher 1 color 100 endpoint 192.0.2.1``."""
        return f"distinguisher {self.distinguisher} color {self.color} endpoint {self.endpoint}"


def _frame(width: int) -> Frame:
    bits = 64 + width
    size = 1 + bits // 8

    def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
        del withdrawn
        if nlri[offset] != bits:
            raise ValueError(f"an SR policy of {nlri[offset]} bits instead of {bits}")
        stop = offset + size
        return stop, nlri[offset:stop], b""

    return frame


def _decode(key: bytes, rest: bytes) -> SrPolicy:
    del rest
    endpoint = IPv4Address(key[9:]) if len(key) == 13 else IPv6Address(key[9:])
    return SrPolicy(int.from_bytes(key[1:5], "big"), int.from_bytes(key[5:9], "big"), endpoint)


def _row(family: Family, width: int) -> FamilyRow:
    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if not isinstance(value, SrPolicy) or value.endpoint.max_prefixlen != width:
            raise ValueError(f"{value} is not an NLRI of {family}: it takes SR policies with {width}-bit endpoints")
        numbers = value.distinguisher.to_bytes(4, "big") + value.color.to_bytes(4, "big")
        return bytes((64 + width,)) + numbers + value.endpoint.packed, b""

    return FamilyRow(
        family=family,
        frame=_frame(width),
        decode=_decode,
        encode=encode,
        values=(SrPolicy,),
        next_hop_lengths=frozenset({4, 16, 32}),
    )


SR_POLICY_ROWS: Final = (_row(Family(1, 73), 32), _row(Family(2, 73), 128))
