"""AIGP, the accumulated IGP metric (RFC 7311)."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from bgpkit.wire.attributes.code import OPTIONAL, AttributeCode
from bgpkit.wire.attributes.row import AttributeRow, expect
from bgpkit.wire.faults import FaultAction
from bgpkit.wire.tlv import Tlv
from bgpkit.wire.update_context import UpdateContext

_AIGP: Final = 1
_HEADER: Final = 3
_LENGTH: Final = 11
MAXIMUM_METRIC: Final = (1 << 64) - 1
"""The metric that says unreachable. RFC 7311, section 3.2."""


@dataclass(frozen=True, slots=True)
class AigpMetric:
    """The AIGP TLV. ValueError when the metric does not fit 8 octets. RFC 7311, section 3."""

    metric: int
    """The accumulated IGP metric."""

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not 0 <= self.metric <= MAXIMUM_METRIC:
            raise ValueError(f"the AIGP metric {self.metric} does not fit 8 octets")

    def __str__(self) -> str:
        """Return the metric."""
        return str(self.metric)


AigpTlv: TypeAlias = AigpMetric | Tlv


@dataclass(frozen=True, slots=True)
class Aigp:
    """The TLVs of an AIGP attribute, in order. RFC 7311, section 3."""

    tlvs: tuple[AigpTlv, ...]
    """An AigpMetric for the AIGP TLV, a Tlv for each other, of a type that is not known."""

    @property
    def metric(self) -> int | None:
        """The metric of the first AIGP TLV; None without one. RFC 7311, section 3."""
        return next((tlv.metric for tlv in self.tlvs if isinstance(tlv, AigpMetric)), None)

    def __str__(self) -> str:
        """Return the TLVs: ``42``, or ``42 tlv-2 0x00``."""
        return " ".join(map(str, self.tlvs))


def _decode(value: bytes, context: UpdateContext) -> Aigp:
    """Return the TLVs; ValueError when they are malformed.

    More than one TLV of a type, and types that are not known, are not: RFC 7311, section 3.2.
    """
    del context
    tlvs: list[AigpTlv] = []
    offset, end = 0, len(value)
    while offset < end:
        # The length counts type and length, too: RFC 7311, section 3.
        length = int.from_bytes(value[offset + 1 : offset + _HEADER], "big")
        if length < _HEADER:
            raise ValueError(f"the TLV at octet {offset} has a length of {length}, less than its own header")
        if offset + length > end:
            raise ValueError(f"the TLV at octet {offset} of {length} octets runs past the end")
        octets = value[offset + _HEADER : offset + length]
        tlvs.append(Tlv(value[offset], octets) if value[offset] != _AIGP else _metric(octets))
        offset += length
    aigp = Aigp(tuple(tlvs))
    if aigp.metric == MAXIMUM_METRIC:
        raise ValueError("the first AIGP TLV has the maximum metric")
    return aigp


def _metric(octets: bytes) -> AigpMetric:
    if len(octets) != _LENGTH - _HEADER:
        raise ValueError(f"an AIGP TLV has a length of {_HEADER + len(octets)}, not of {_LENGTH}")
    return AigpMetric(int.from_bytes(octets, "big"))


def _encode(value: object, context: UpdateContext) -> bytes:
    del context
    return b"".join(map(_tlv, expect(Aigp, value, "AIGP").tlvs))


def _tlv(tlv: AigpTlv) -> bytes:
    if isinstance(tlv, AigpMetric):
        return bytes((_AIGP, 0, _LENGTH)) + tlv.metric.to_bytes(8, "big")
    length = _HEADER + len(tlv.octets)
    if tlv.code > 255 or tlv.code == _AIGP or length > 0xFFFF:
        raise ValueError(f"a TLV of type {tlv.code} and length {length} does not fit an AIGP attribute")
    return bytes((tlv.code,)) + length.to_bytes(2, "big") + tlv.octets


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.AIGP,
        flags=OPTIONAL,
        lengths=range(_HEADER, 1 << 16),
        section="RFC 7311, section 3.2",
        decode=_decode,
        encode=_encode,
        value=Aigp,
        judged_by_value=True,
        from_external=FaultAction.IGNORE,
        external_section="RFC 7311, section 3.3",
        action=FaultAction.DISCARD,
        flags_action=FaultAction.DISCARD,
    ),
)
