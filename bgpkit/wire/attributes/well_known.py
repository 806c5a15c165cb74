"""The attributes of RFC 4271, section 5: ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, and those of aggregates."""

from collections.abc import Callable
from ipaddress import IPv4Address
from struct import Struct
from typing import Final

from bgpkit.wire.as_path_octets import read_segments, write_segments
from bgpkit.wire.attributes.code import OPTIONAL, OPTIONAL_TRANSITIVE, WELL_KNOWN, AttributeCode
from bgpkit.wire.attributes.row import ANY_LENGTH, AttributeRow, exactly, expect, four_octets
from bgpkit.wire.faults import FaultAction
from bgpkit.wire.update_context import UpdateContext
from bgpkit_rib import Aggregator, AsPath, AsSegment, AsSegmentKind, Origin

_KINDS: Final = {int(kind): kind for kind in AsSegmentKind}
_ORIGINS: Final = tuple(Origin)


def _sequences(size: int) -> dict[tuple[bytes, int], Callable[[bytes, int], tuple[int, ...]]]:
    return {
        (bytes((2, count)), 2 + count * size): Struct(f">{count}{'I' if size == 4 else 'H'}").unpack_from
        for count in range(1, 256)
    }


_FOUR_OCTET_SEQUENCES: Final = _sequences(4)
_TWO_OCTET_SEQUENCES: Final = _sequences(2)


def decode_as_path(value: bytes, four_octet_as: bool = True) -> AsPath:
    """Return the path that the value of an AS_PATH or AS4_PATH says; ValueError when it is malformed.

    RFC 7606, section 7.2; RFC 6793, section 3.
    """
    unpack = (_FOUR_OCTET_SEQUENCES if four_octet_as else _TWO_OCTET_SEQUENCES).get((value[:2], len(value)))
    if unpack is not None:
        asns: tuple[int, ...] = unpack(value, 2)
        if 0 not in asns:
            return AsPath.sequence(asns)
    segments = read_segments(value, 4 if four_octet_as else 2)
    return AsPath(tuple([AsSegment(_KINDS[kind], asns) for kind, asns in segments]))


def encode_as_path(value: object, name: str, four_octet_as: bool = True) -> bytes:
    """Return a path in octets, segments of more than 255 AS numbers split; ValueError when one does not fit.

    RFC 4271, section 4.3.
    """
    segments = expect(AsPath, value, name).segments
    return write_segments(((segment.kind, segment.asns) for segment in segments), 4 if four_octet_as else 2)


def decode_aggregator(value: bytes) -> Aggregator:
    """Return AS number, of two octets or of four, and address of an aggregating speaker.

    RFC 4271, section 4.3; RFC 6793, section 3.
    """
    return Aggregator(int.from_bytes(value[:-4], "big"), IPv4Address(value[-4:]))


def encode_aggregator(value: object, name: str, four_octet_as: bool = True) -> bytes:
    """Return an aggregator in octets; ValueError when its AS number does not fit."""
    aggregator = expect(Aggregator, value, name)
    size = 4 if four_octet_as else 2
    if not 0 <= aggregator.asn < 1 << 8 * size:
        raise ValueError(f"AS number {aggregator.asn} of {name} does not fit {size} octets")
    return aggregator.asn.to_bytes(size, "big") + aggregator.address.packed


def _decode_origin(value: bytes, context: UpdateContext) -> Origin:
    del context
    if value[0] > Origin.INCOMPLETE:
        raise ValueError(f"ORIGIN {value[0]} is not known")
    return _ORIGINS[value[0]]


def _decode_number(value: bytes, context: UpdateContext) -> int:
    del context
    return int.from_bytes(value, "big")


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.ORIGIN,
        flags=WELL_KNOWN,
        lengths=exactly(1),
        section="RFC 7606, section 7.1",
        decode=_decode_origin,
        encode=lambda value, _: bytes((expect(Origin, value, "ORIGIN"),)),
        value=Origin,
    ),
    AttributeRow(
        code=AttributeCode.AS_PATH,
        flags=WELL_KNOWN,
        lengths=ANY_LENGTH,
        section="RFC 7606, section 7.2",
        decode=lambda value, context: decode_as_path(value, context.four_octet_as),
        encode=lambda value, context: encode_as_path(value, "AS_PATH", context.four_octet_as),
        value=AsPath,
    ),
    AttributeRow(
        code=AttributeCode.NEXT_HOP,
        flags=WELL_KNOWN,
        lengths=exactly(4),
        section="RFC 7606, section 7.3",
        decode=lambda value, _: IPv4Address(value),
        encode=lambda value, _: expect(IPv4Address, value, "NEXT_HOP").packed,
        value=IPv4Address,
    ),
    AttributeRow(
        code=AttributeCode.MULTI_EXIT_DISC,
        flags=OPTIONAL,
        lengths=exactly(4),
        section="RFC 7606, section 7.4",
        decode=_decode_number,
        encode=lambda value, _: four_octets(value, "MULTI_EXIT_DISC"),
        value=int,
    ),
    AttributeRow(
        code=AttributeCode.LOCAL_PREF,
        flags=WELL_KNOWN,
        lengths=exactly(4),
        section="RFC 7606, section 7.5",
        decode=_decode_number,
        encode=lambda value, _: four_octets(value, "LOCAL_PREF"),
        value=int,
        from_external=FaultAction.DISCARD,
    ),
    AttributeRow(
        code=AttributeCode.ATOMIC_AGGREGATE,
        flags=WELL_KNOWN,
        lengths=exactly(0),
        section="RFC 7606, section 7.6",
        decode=lambda _value, _: True,
        encode=lambda _value, _: b"",
        value=bool,
        action=FaultAction.DISCARD,
    ),
    AttributeRow(
        code=AttributeCode.AGGREGATOR,
        flags=OPTIONAL_TRANSITIVE,
        lengths=exactly(8),
        two_octet_lengths=exactly(6),
        section="RFC 7606, section 7.7",
        decode=lambda value, _: decode_aggregator(value),
        encode=lambda value, context: encode_aggregator(value, "AGGREGATOR", context.four_octet_as),
        value=Aggregator,
        action=FaultAction.DISCARD,
    ),
)
"""ORIGIN to AGGREGATOR, type codes 1 to 7."""
