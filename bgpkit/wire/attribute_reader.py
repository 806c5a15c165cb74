"""The one validating pass over the path attributes of an UPDATE (RFC 4271, section 6.3; RFC 7606)."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from bgpkit.wire.as_path_octets import AS_SEQUENCE, is_confederation, neighbor_as, path_length, read_segments
from bgpkit.wire.attribute_block import MULTICAST, AttributeBlock, attribute_spans, insert_attribute
from bgpkit.wire.attribute_inputs import AttributeInputs
from bgpkit.wire.attribute_judge import AttributeJudge, Span
from bgpkit.wire.attribute_rows import ATTRIBUTE_ROWS, EXTENDED_LENGTH, AttributeCode
from bgpkit.wire.families import ROWS
from bgpkit.wire.faults import AttributeFault, FaultAction
from bgpkit.wire.two_octet_as import widen
from bgpkit_fsm import Family, UpdateSubcode

_ORIGIN: Final = int(AttributeCode.ORIGIN)
_AS_PATH: Final = int(AttributeCode.AS_PATH)
_NEXT_HOP: Final = int(AttributeCode.NEXT_HOP)
_AGGREGATOR: Final = int(AttributeCode.AGGREGATOR)
_MP: Final = frozenset({AttributeCode.MP_REACH_NLRI, AttributeCode.MP_UNREACH_NLRI})
_AS4: Final = frozenset({AttributeCode.AS4_PATH, AttributeCode.AS4_AGGREGATOR})
_TWO_OCTET_AGGREGATOR: Final = frozenset({6})
_NEVER: Final[Collection[int]] = ()
_ZERO: Final = b"\0\0\0\0"
_LAST_ORIGIN: Final = b"\2"
_NO_ORIGIN: Final = b"\3"
_SEQUENCE_LENGTHS: Final = {bytes((AS_SEQUENCE, count)): 2 + 4 * count for count in range(1, 256)}
"""Octets of an AS_PATH that is one AS_SEQUENCE, by the two that open it."""


class AttributeReader:
    """Reads the attribute blocks of one session."""

    __slots__ = ("_families", "_four_octet_as", "_headers", "_internal", "_lengths")

    def __init__(self, families: Iterable[Family], *, four_octet_as: bool, internal: bool) -> None:
        """Make a reader for a session; ``internal`` tells that the peer is in the own AS."""
        self._families = {family: ROWS[family] for family in families if family in ROWS}
        self._four_octet_as = four_octet_as
        self._internal = internal
        self._lengths = _plain_lengths(four_octet_as=four_octet_as, internal=internal)
        # By the three octets that open an attribute; none for 2-octet AS numbers, which are never canonical.
        self._headers = _short_headers(self._lengths) if four_octet_as else {}

    def read_plain(self, raw: bytes, reach: bytes = b"", next_hop: bytes = b"") -> AttributeInputs | None:
        """Return the inputs of a block that is right beyond doubt, as nearly every one is: the hot path.

        ``reach`` is a reduced MP_REACH_NLRI, with its ``next_hop``, that belongs to the block but has been
        taken off ``raw``; without one, NEXT_HOP counts. None for a block that needs what `read` does.
        """
        headers = self._headers
        if not headers:
            return None
        values: dict[int, bytes] = {}
        offset, end = 0, len(raw)
        while offset < end:
            try:
                while offset < end:
                    code, size = headers[raw[offset : offset + 3]]
                    if code in values:
                        return None
                    stop = offset + size
                    values[code] = raw[offset + 3 : stop]
                    offset = stop
            except KeyError:
                code, offset, value = self._long_attribute(raw, offset)
                if code in values:
                    return None
                values[code] = value
        as_path = values.get(_AS_PATH)
        if offset != end or as_path is None or values.get(_ORIGIN, _NO_ORIGIN) > _LAST_ORIGIN:
            return None
        if reach:
            if _NEXT_HOP in values:
                return None
            raw = insert_attribute(raw, AttributeCode.MP_REACH_NLRI, reach)
        else:
            next_hop = values.get(_NEXT_HOP, _ZERO)
            if not 0 < next_hop[0] < MULTICAST:
                return None
        aggregator = values.get(_AGGREGATOR)
        if aggregator is not None and aggregator[:4] == _ZERO:
            return None
        if not as_path:
            return AttributeInputs(raw, next_hop, values, 0, 0)
        # One AS_SEQUENCE without AS 0: nearly every path there is.
        if _SEQUENCE_LENGTHS.get(as_path[:2]) != len(as_path) or _ZERO in as_path:
            return None
        return AttributeInputs(raw, next_hop, values, as_path[1], int.from_bytes(as_path[2:6]))

    def _long_attribute(self, raw: bytes, offset: int) -> tuple[int, int, bytes]:
        """Return type code, end and value of an attribute with the extended length bit.

        The end is beyond ``raw`` when it is not one, or is not right.
        """
        if raw[offset] & EXTENDED_LENGTH and offset + 4 <= len(raw):
            code, value_start = raw[offset + 1], offset + 4
            length = raw[offset + 2] << 8 | raw[offset + 3]
            if length in self._lengths[(raw[offset] & 0xC0) << 2 | code]:
                return code, value_start + length, raw[value_start : value_start + length]
        return 0, len(raw) + 1, b""

    def read(self, raw: bytes) -> AttributeBlock:
        """Return what the block ``raw`` says, and what is wrong with it.

        UpdateError when a fault leaves only a session reset. Which attributes must be there, and
        which next hop counts, depends on the NLRI and is not judged here.
        """
        lengths = self._lengths
        values: dict[int, bytes | None] = {}
        apart: list[Span] = []
        offset, end = 0, len(raw)
        cut_short = False
        try:
            while offset < end:
                flags = raw[offset]
                code = raw[offset + 1]
                if flags & 0x10:
                    value_start = offset + 4
                    stop = value_start + (raw[offset + 2] << 8 | raw[offset + 3])
                else:
                    value_start = offset + 3
                    stop = value_start + raw[offset + 2]
                if code in values or stop > end or stop - value_start not in lengths[(flags & 0xC0) << 2 | code]:
                    values.setdefault(code, None)
                    apart.append((offset, value_start, stop))
                else:
                    values[code] = raw[value_start:stop]
                offset = stop
        except IndexError:
            cut_short = True
        block = AttributeBlock(raw, values)
        if apart or cut_short:
            self._judge(block, apart, cut_short=cut_short)
        if not block.faults or block.action < FaultAction.WITHDRAW:
            self._read_values(block)
        return block

    def _judge(self, block: AttributeBlock, apart: list[Span], *, cut_short: bool) -> None:
        AttributeJudge(block, self._families, four_octet_as=self._four_octet_as, internal=self._internal).judge(apart)
        if cut_short:
            text = "the header of an attribute is cut short"
            block.faults.append(AttributeFault(FaultAction.WITHDRAW, 0, text, "RFC 7606, section 4"))

    def _read_values(self, block: AttributeBlock) -> None:
        """Look into the values that can be wrong although their length is right."""
        values = block.values
        if not self._four_octet_as:
            try:
                widen(block)
            except ValueError as error:
                _malformed_as_path(block, str(error))
                return
        origin = values.get(_ORIGIN)
        if origin is not None and origin[0] > 2:
            text = f"ORIGIN {origin[0]} is not known"
            _withdraw(block, _ORIGIN, text, UpdateSubcode.INVALID_ORIGIN_ATTRIBUTE)
        as_path = values.get(_AS_PATH)
        if as_path:
            self._read_as_path(block, as_path)
        aggregator = values.get(_AGGREGATOR)
        if aggregator is not None and aggregator[:4] == _ZERO:
            _discard_aggregator(block)

    def _read_as_path(self, block: AttributeBlock, as_path: bytes) -> None:
        """Read a path of several segments, or one with a fault. RFC 7606, section 7.2; RFC 5065, section 5."""
        try:
            segments = read_segments(as_path, 4)
        except ValueError as error:
            _malformed_as_path(block, str(error))
            return
        if not self._internal and any(is_confederation(kind) for kind, _ in segments):
            _malformed_as_path(block, "confederation segments from an external peer")
        block.as_path_length = path_length(segments)
        block.neighbor_as = neighbor_as(segments)


def _plain_lengths(*, four_octet_as: bool, internal: bool) -> tuple[Collection[int], ...]:
    """Return the lengths that need no second look, by the Optional and Transitive bits and the type code."""
    lengths: list[Collection[int]] = [_NEVER] * 1024
    for row in ATTRIBUTE_ROWS.values():
        if row.code in _MP or (row.internal_only and not internal) or (row.code in _AS4 and four_octet_as):
            continue
        old_aggregator = row.code == _AGGREGATOR and not four_octet_as
        lengths[row.flags << 2 | row.code] = _TWO_OCTET_AGGREGATOR if old_aggregator else row.lengths
    return tuple(lengths)


def _short_headers(lengths: Sequence[Collection[int]]) -> dict[bytes, tuple[int, int]]:
    """Return type code and size of each attribute with a one-octet length, by the octets that open it."""
    return {
        bytes((index >> 2 & 0xC0, index & 0xFF, length)): (index & 0xFF, 3 + length)
        for index, allowed in enumerate(lengths)
        for length in range(256 if allowed else 0)
        if length in allowed
    }


def _malformed_as_path(block: AttributeBlock, text: str) -> None:
    _withdraw(block, _AS_PATH, f"AS_PATH: {text}", UpdateSubcode.MALFORMED_AS_PATH)


def _withdraw(block: AttributeBlock, code: int, text: str, subcode: UpdateSubcode) -> None:
    """Note a fault of a value; the attribute goes into the NOTIFICATION. RFC 4271, section 6.3."""
    start, stop = _span(block.raw, code)
    section = ATTRIBUTE_ROWS[code].section
    block.faults.append(AttributeFault(FaultAction.WITHDRAW, code, text, section, subcode, block.raw[start:stop]))


def _discard_aggregator(block: AttributeBlock) -> None:
    """Leave out an AGGREGATOR with AS number 0. RFC 7607, section 2; RFC 7606, section 7.7."""
    start, stop = _span(block.raw, _AGGREGATOR)
    block.values[_AGGREGATOR] = None
    block.edits = [edit for edit in block.edits if edit[0] != start]
    block.edits.append((start, stop, b""))
    block.faults.append(
        AttributeFault(FaultAction.DISCARD, _AGGREGATOR, "AGGREGATOR with AS number 0", "RFC 7607, section 2")
    )


def _span(raw: bytes, code: int) -> tuple[int, int]:
    """Return start and stop of the first attribute ``code``."""
    return next((start, stop) for found, start, stop in attribute_spans(raw) if found == code)
