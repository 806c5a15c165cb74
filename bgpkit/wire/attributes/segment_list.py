"""What a segment list of an SR policy holds: segments and a weight (RFC 9830, section 2.4.4)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import ClassVar, Final, TypeAlias

from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.short_tlv import one_octet, pair, read_short_tlvs, write_short_tlvs
from bgpkit.wire.tlv import Tlv

_BEHAVIOR: Final = 8
_SID: Final = 18


def _check(*octets: int) -> None:
    """Refuse flags, reserved octets and lengths that do not fit an octet each."""
    if not all(0 <= octet < 256 for octet in octets):
        raise ValueError("a field of a segment does not fit an octet")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointBehaviorStructure:
    """The SRv6 endpoint behavior of a SID, and how its bits are divided. RFC 9830, section 2.4.4.2.4."""

    behavior: int
    locator_block_length: int
    locator_node_length: int
    function_length: int
    argument_length: int
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check(self.locator_block_length, self.locator_node_length, self.function_length, self.argument_length)
        if not 0 <= self.behavior < 1 << 16 or not 0 <= self.reserved < 1 << 16:
            raise ValueError(f"the endpoint behavior {self.behavior} does not fit 2 octets")

    @classmethod
    def of(cls, octets: bytes) -> "EndpointBehaviorStructure":
        """Read the field; ValueError unless there are eight octets."""
        if len(octets) != _BEHAVIOR:
            raise ValueError(
                f"an endpoint behavior and SID structure of {len(octets)} octets does not have {_BEHAVIOR}"
            )
        return cls(
            behavior=int.from_bytes(octets[:2], "big"),
            reserved=int.from_bytes(octets[2:4], "big"),
            locator_block_length=octets[4],
            locator_node_length=octets[5],
            function_length=octets[6],
            argument_length=octets[7],
        )

    def _lengths(self) -> tuple[int, int, int, int]:
        return self.locator_block_length, self.locator_node_length, self.function_length, self.argument_length

    def octets(self) -> bytes:
        """Return the field in octets."""
        return self.behavior.to_bytes(2, "big") + self.reserved.to_bytes(2, "big") + bytes(self._lengths())

    def __str__(self) -> str:
        """Return ``behavior 0x13 [40,24,16,0]``."""
        return f"behavior 0x{self.behavior:x} [{','.join(map(str, self._lengths()))}]"


@dataclass(frozen=True, slots=True)
class Weight:
    """The share of the traffic that takes the path. RFC 9830, section 2.4.4.1."""

    code: ClassVar[int] = 9
    weight: int
    flags: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check(self.flags, self.reserved)
        if not 0 <= self.weight < 1 << 32:
            raise ValueError(f"the weight {self.weight} does not fit 4 octets")

    @classmethod
    def of(cls, octets: bytes) -> "Weight":
        """Read the value; ValueError when its length is wrong."""
        if len(octets) != 6:
            raise ValueError(f"a weight of {len(octets)} octets does not have 6")
        return cls(int.from_bytes(octets[2:], "big"), octets[0], octets[1])

    def octets(self) -> bytes:
        """Return the value in octets."""
        return bytes((self.flags, self.reserved)) + self.weight.to_bytes(4, "big")

    def __str__(self) -> str:
        """Return ``weight 1``."""
        return f"weight {self.weight}"


@dataclass(frozen=True, slots=True)
class SegmentA:
    """A segment that is an MPLS label. RFC 9830, section 2.4.4.2.1."""

    code: ClassVar[int] = 1
    entry: LabelStackEntry
    flags: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check(self.flags, self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "SegmentA":
        """Read the value; ValueError when its length is wrong."""
        if len(octets) != 6:
            raise ValueError(f"a segment of type A of {len(octets)} octets does not have 6")
        return cls(LabelStackEntry.of(octets[2:]), octets[0], octets[1])

    def octets(self) -> bytes:
        """Return the value in octets."""
        return bytes((self.flags, self.reserved)) + self.entry.octets()

    def __str__(self) -> str:
        """Return ``label 100``."""
        return f"label {self.entry}"


@dataclass(frozen=True, slots=True)
class SegmentB:
    """A segment that is an SRv6 SID. RFC 9830, section 2.4.4.2.2."""

    code: ClassVar[int] = 13
    sid: IPv6Address
    behavior: EndpointBehaviorStructure | None = None
    flags: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check(self.flags, self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "SegmentB":
        """Read the value; ValueError when its length is wrong."""
        if len(octets) not in {_SID, _SID + _BEHAVIOR}:
            raise ValueError(f"a segment of type B of {len(octets)} octets does not have {_SID} or {_SID + _BEHAVIOR}")
        behavior = EndpointBehaviorStructure.of(octets[_SID:]) if len(octets) > _SID else None
        return cls(IPv6Address(octets[2:_SID]), behavior, octets[0], octets[1])

    def octets(self) -> bytes:
        """Return the value in octets."""
        tail = b"" if self.behavior is None else self.behavior.octets()
        return bytes((self.flags, self.reserved)) + self.sid.packed + tail

    def __str__(self) -> str:
        """Return ``sid 2001:db8::1``."""
        return f"sid {self.sid}{'' if self.behavior is None else f' {self.behavior}'}"


SegmentListTlv: TypeAlias = Weight | SegmentA | SegmentB | Tlv
"""A Tlv for a segment of another type. RFC 9831."""

_READERS: Final[Mapping[int, Callable[[bytes], SegmentListTlv]]] = {
    Weight.code: Weight.of,
    SegmentA.code: SegmentA.of,
    SegmentB.code: SegmentB.of,
}


def read_segments(octets: bytes) -> tuple[SegmentListTlv, ...]:
    """Return what a segment list holds, in order; ValueError when it is malformed. RFC 9830, section 2.4.4."""
    found: list[SegmentListTlv] = []
    for code, value in read_short_tlvs(octets, one_octet, "sub-TLV of a segment list"):
        reader = _READERS.get(code)
        found.append(Tlv(code, value) if reader is None else reader(value))
    return tuple(found)


def write_segments(segments: Iterable[SegmentListTlv]) -> bytes:
    """Return what a segment list holds in octets; ValueError for a sub-TLV that does not fit."""
    pairs = (pair(each) if isinstance(each, Tlv) else (each.code, each.octets()) for each in segments)
    return write_short_tlvs(pairs, one_octet, "sub-TLV of a segment list")
