"""What a speaker with 2-octet AS numbers says, in 4-octet AS numbers, and back (RFC 6793, section 4.2)."""

from typing import Final

from bgpkit.wire.as_path_octets import (
    Segment,
    is_confederation,
    merge_as4_path,
    read_segments,
    write_segments,
)
from bgpkit.wire.attribute_block import AttributeBlock, attribute_octets, attribute_spans
from bgpkit.wire.attributes.code import OPTIONAL, TRANSITIVE, AttributeCode, encode_attribute
from bgpkit.wire.faults import AttributeFault, FaultAction
from bgpkit_fsm import AS_TRANS, UpdateSubcode

_AS_PATH: Final = int(AttributeCode.AS_PATH)
_AGGREGATOR: Final = int(AttributeCode.AGGREGATOR)
_AS4_PATH: Final = int(AttributeCode.AS4_PATH)
_AS4_AGGREGATOR: Final = int(AttributeCode.AS4_AGGREGATOR)
_TRANS: Final = AS_TRANS.to_bytes(2, "big")
_TWO_OCTET_MAXIMUM: Final = 0xFFFF


def widen(block: AttributeBlock) -> None:
    """Give AS_PATH and AGGREGATOR of ``block`` 4-octet AS numbers, AS4_PATH and AS4_AGGREGATOR merged in.

    The block is well-formed as a list, and its values have the right lengths. A malformed AS4_PATH or
    AS4_AGGREGATOR becomes a fault and is discarded. ValueError when the AS_PATH is malformed.

    RFC 6793, sections 4.2.3 and 6; AS number 0: RFC 7607, section 2.
    """
    values = block.values
    replacements = {code: b"" for code in (_AS4_PATH, _AS4_AGGREGATOR) if values.get(code) is not None}
    as4_path = _as4_segments(block)
    aggregator = values.get(_AGGREGATOR)
    if aggregator is not None:
        as4_aggregator = _as4_aggregator(block)
        wide = b"\0\0" + aggregator
        if as4_aggregator is not None and aggregator[:2] != _TRANS:
            as4_path = []
        elif as4_aggregator is not None:
            wide = as4_aggregator
        values[_AGGREGATOR] = wide
        replacements[_AGGREGATOR] = encode_attribute(OPTIONAL | TRANSITIVE, _AGGREGATOR, wide)
    as_path = values.get(_AS_PATH)
    if as_path:
        wide = write_segments(merge_as4_path(read_segments(as_path, 2), as4_path), 4)
        replacements[_AS_PATH] = encode_attribute(TRANSITIVE, _AS_PATH, wide)
        values[_AS_PATH] = wide
    _replace(block, replacements)


def narrow_as_path(value: bytes) -> tuple[bytes, bytes]:
    """Return the AS_PATH and the AS4_PATH value for a 2-octet speaker; the latter empty when it is not needed.

    ``value`` is an AS_PATH of 4-octet AS numbers; those that need four become AS_TRANS. Confederation
    segments do not go into AS4_PATH. ValueError when ``value`` is malformed.

    RFC 6793, section 4.2.2.
    """
    segments = read_segments(value, 4)
    narrow = write_segments(((kind, tuple(map(_narrow_asn, asns))) for kind, asns in segments), 2)
    if all(asn <= _TWO_OCTET_MAXIMUM for _, asns in segments for asn in asns):
        return narrow, b""
    return narrow, write_segments((segment for segment in segments if not is_confederation(segment[0])), 4)


def narrow_aggregator(value: bytes) -> tuple[bytes, bytes]:
    """Return the AGGREGATOR and the AS4_AGGREGATOR value for a 2-octet speaker; the latter empty without need.

    RFC 6793, section 4.2.2.
    """
    if value[:2] == b"\0\0":
        return value[2:], b""
    return _TRANS + value[4:], value


def _narrow_asn(asn: int) -> int:
    return asn if asn <= _TWO_OCTET_MAXIMUM else AS_TRANS


def _as4_segments(block: AttributeBlock) -> list[Segment]:
    value = block.values.get(_AS4_PATH)
    if value is None:
        return []
    try:
        segments = read_segments(value, 4)
    except ValueError as error:
        _discard(block, _AS4_PATH, f"AS4_PATH: {error}")
        return []
    if not segments:
        _discard(block, _AS4_PATH, "AS4_PATH without AS numbers")
    return segments


def _as4_aggregator(block: AttributeBlock) -> bytes | None:
    value = block.values.get(_AS4_AGGREGATOR)
    if value is not None and value[:4] == b"\0\0\0\0":
        _discard(block, _AS4_AGGREGATOR, "AS4_AGGREGATOR with AS number 0")
        return None
    return value


def _discard(block: AttributeBlock, code: int, text: str) -> None:
    """Note the fault; the attribute leaves the block in any case."""
    octets = attribute_octets(block.raw, code)
    subcode = UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR
    block.faults.append(AttributeFault(FaultAction.DISCARD, code, text, "RFC 6793, section 6", subcode, octets))


def _replace(block: AttributeBlock, replacements: dict[int, bytes]) -> None:
    """Put the first attribute of each code into the block's edits: later ones have been taken out already."""
    for code, start, stop in attribute_spans(block.raw):
        octets = replacements.pop(code, None)
        if octets is not None:
            block.edits.append((start, stop, octets))
