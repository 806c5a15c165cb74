"""PREFIX_SID, the segments of a prefix (RFC 8669, RFC 9252)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from bgpkit.wire.attributes.code import OPTIONAL_TRANSITIVE, AttributeCode
from bgpkit.wire.attributes.malformed import MalformedValueError
from bgpkit.wire.attributes.row import AttributeRow, expect
from bgpkit.wire.attributes.short_tlv import pair, two_octets, write_short_tlvs
from bgpkit.wire.attributes.srv6_service import (
    L2_SERVICE,
    L3_SERVICE,
    Srv6L2Service,
    Srv6L3Service,
    read_service,
    write_service,
)
from bgpkit.wire.faults import FaultAction
from bgpkit.wire.tlv import Tlv
from bgpkit.wire.update_context import UpdateContext

_LABEL_INDEX: Final = 1
_ORIGINATOR_SRGB: Final = 3
_HEADER: Final = 3
_LABEL_INDEX_LENGTH: Final = 7
_RANGE: Final = 6
_SERVICES: Final = frozenset({L3_SERVICE, L2_SERVICE})


@dataclass(frozen=True, slots=True)
class LabelIndex:
    """The index of a prefix in the block of labels. ValueError when a field does not fit. RFC 8669, section 3.1."""

    label_index: int
    flags: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not 0 <= self.label_index < 1 << 32 or not 0 <= self.flags < 1 << 16 or not 0 <= self.reserved < 256:
            raise ValueError(f"label index {self.label_index} or the flags beside it do not fit their fields")

    def __str__(self) -> str:
        """Return ``label-index 100``."""
        return f"label-index {self.label_index}"


@dataclass(frozen=True, slots=True)
class SrgbRange:
    """A range of labels. ValueError when a number does not fit 3 octets. RFC 8669, section 3.2."""

    first: int
    size: int

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not 0 <= self.first < 1 << 24 or not 0 <= self.size < 1 << 24:
            raise ValueError(f"a range of {self.size} labels from {self.first} does not fit 3 octets each")

    def __str__(self) -> str:
        """Return first label and size: ``16000+8000``."""
        return f"{self.first}+{self.size}"


@dataclass(frozen=True, slots=True)
class OriginatorSrgb:
    """The block of labels of the speaker that the prefix comes from: ranges, one or more. RFC 8669, section 3.2."""

    ranges: tuple[SrgbRange, ...]
    flags: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not self.ranges or not 0 <= self.flags < 1 << 16:
            raise ValueError("an originator SRGB needs a range, and flags that fit 2 octets")

    def __str__(self) -> str:
        """Return ``srgb 16000+8000``."""
        return f"srgb {' '.join(map(str, self.ranges))}"


PrefixSidTlv: TypeAlias = LabelIndex | OriginatorSrgb | Srv6L3Service | Srv6L2Service | Tlv


@dataclass(frozen=True, slots=True)
class PrefixSid:
    """The TLVs of a Prefix-SID attribute, in order; a Tlv for each of a type that is not known.

    Of several of a type that is known the first counts. RFC 8669, sections 3 and 6; RFC 9252, section 7.
    """

    tlvs: tuple[PrefixSidTlv, ...]

    @property
    def label_index(self) -> int | None:
        """The label index, if there is one."""
        return next((tlv.label_index for tlv in self.tlvs if isinstance(tlv, LabelIndex)), None)

    @property
    def originator_srgb(self) -> OriginatorSrgb | None:
        """The originator's block of labels, if there is one."""
        return next((tlv for tlv in self.tlvs if isinstance(tlv, OriginatorSrgb)), None)

    @property
    def l3_service(self) -> Srv6L3Service | None:
        """The SIDs of a layer 3 service, if there are any."""
        return next((tlv for tlv in self.tlvs if isinstance(tlv, Srv6L3Service)), None)

    @property
    def l2_service(self) -> Srv6L2Service | None:
        """The SIDs of a layer 2 service, if there are any."""
        return next((tlv for tlv in self.tlvs if isinstance(tlv, Srv6L2Service)), None)

    def __str__(self) -> str:
        """Return the TLVs: ``label-index 100; srgb 16000+8000``."""
        return "; ".join(map(str, self.tlvs))


def read_prefix_sid_tlvs(octets: bytes) -> tuple[PrefixSidTlv, ...]:
    """Return the TLVs of a Prefix-SID; ValueError when one is malformed.

    It is a MalformedValueError where that one is of an SRv6 service, even if others are malformed, too: that leads
    to more. RFC 8669, section 6; RFC 9252, section 7.
    """
    found: list[PrefixSidTlv] = []
    wrong: ValueError | None = None
    offset, end = 0, len(octets)
    while offset < end:
        code, start = octets[offset], offset + _HEADER
        stop = start + int.from_bytes(octets[offset + 1 : start], "big")
        try:
            if stop > end:
                raise ValueError(f"the TLV of type {code} at octet {offset} runs past the end")
            found.append(_read(code, octets[start:stop]))
        except ValueError as error:
            if code in _SERVICES:
                raise MalformedValueError(str(error), FaultAction.WITHDRAW, "RFC 9252, section 7") from error
            wrong = wrong or error
        offset = stop
    if wrong is not None:
        raise wrong
    return tuple(found)


def _read(code: int, octets: bytes) -> PrefixSidTlv:
    match code:
        case 1:
            if len(octets) != _LABEL_INDEX_LENGTH:
                raise ValueError(f"a label index of {len(octets)} octets does not have {_LABEL_INDEX_LENGTH}")
            return LabelIndex(int.from_bytes(octets[3:], "big"), int.from_bytes(octets[1:3], "big"), octets[0])
        case 3:
            return _read_srgb(octets)
        case 5 | 6:
            return read_service(code, octets)
        case _:
            return Tlv(code, octets)


def _read_srgb(octets: bytes) -> OriginatorSrgb:
    if len(octets) < 2 + _RANGE or (len(octets) - 2) % _RANGE:
        raise ValueError(f"an originator SRGB of {len(octets)} octets has no whole number of ranges")
    ranges = tuple(
        SrgbRange(int.from_bytes(octets[at : at + 3], "big"), int.from_bytes(octets[at + 3 : at + 6], "big"))
        for at in range(2, len(octets), _RANGE)
    )
    return OriginatorSrgb(ranges, int.from_bytes(octets[:2], "big"))


def write_prefix_sid_tlvs(tlvs: Iterable[PrefixSidTlv]) -> bytes:
    """Return the TLVs of a Prefix-SID in octets, in the order given; ValueError for one that does not fit."""
    return write_short_tlvs(map(_write, tlvs), two_octets, "Prefix-SID TLV")


def _write(tlv: PrefixSidTlv) -> tuple[int, bytes]:
    match tlv:
        case LabelIndex():
            head = bytes((tlv.reserved,)) + tlv.flags.to_bytes(2, "big")
            return _LABEL_INDEX, head + tlv.label_index.to_bytes(4, "big")
        case OriginatorSrgb():
            ranges = (each.first.to_bytes(3, "big") + each.size.to_bytes(3, "big") for each in tlv.ranges)
            return _ORIGINATOR_SRGB, tlv.flags.to_bytes(2, "big") + b"".join(ranges)
        case Srv6L3Service() | Srv6L2Service():
            return write_service(tlv)
        case Tlv():
            return pair(tlv)


def _decode(value: bytes, context: UpdateContext) -> PrefixSid:
    del context
    return PrefixSid(read_prefix_sid_tlvs(value))


def _encode(value: object, context: UpdateContext) -> bytes:
    del context
    return write_prefix_sid_tlvs(expect(PrefixSid, value, "PREFIX_SID").tlvs)


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.PREFIX_SID,
        flags=OPTIONAL_TRANSITIVE,
        lengths=range(1, 1 << 16),
        section="RFC 8669, section 6",
        decode=_decode,
        encode=_encode,
        value=PrefixSid,
        judged_by_value=True,
        from_external=FaultAction.IGNORE,
        external_section="RFC 8669, section 4",
        action=FaultAction.DISCARD,
    ),
)
