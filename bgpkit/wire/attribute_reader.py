"""The one validating pass over the path attributes of an UPDATE (RFC 4271, section 6.3; RFC 7606)."""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from bgpkit.wire.as_path_octets import AS_SEQUENCE, is_confederation, neighbor_as, path_length, read_segments
from bgpkit.wire.attribute_block import MULTICAST, AttributeBlock, attribute_spans, insert_attribute
from bgpkit.wire.attribute_inputs import AttributeInputs
from bgpkit.wire.attribute_judge import AttributeJudge, Span
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL, TRANSITIVE, AttributeCode
from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS
from bgpkit.wire.families import ROWS
from bgpkit.wire.faults import AttributeFault, FaultAction
from bgpkit.wire.two_octet_as import widen
from bgpkit.wire.update_context import UpdateContext
from bgpkit_fsm import Family, UpdateSubcode

_ORIGIN: Final = int(AttributeCode.ORIGIN)
_AS_PATH: Final = int(AttributeCode.AS_PATH)
_NEXT_HOP: Final = int(AttributeCode.NEXT_HOP)
_MED: Final = int(AttributeCode.MULTI_EXIT_DISC)
_LOCAL_PREF: Final = int(AttributeCode.LOCAL_PREF)
_AGGREGATOR: Final = int(AttributeCode.AGGREGATOR)
_ORIGINATOR_ID: Final = int(AttributeCode.ORIGINATOR_ID)
_CLUSTER_LIST: Final = int(AttributeCode.CLUSTER_LIST)
_MP: Final = frozenset({AttributeCode.MP_REACH_NLRI, AttributeCode.MP_UNREACH_NLRI})
_AS4: Final = frozenset({AttributeCode.AS4_PATH, AttributeCode.AS4_AGGREGATOR})
_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_NEVER: Final[Collection[int]] = ()
_ZERO: Final = b"\0\0\0\0"
_number: Final = struct.Struct("!I").unpack_from
_SHORT_PATH: Final = struct.Struct("!BBBI").unpack_from
_LONG_PATH: Final = struct.Struct("!HBBI").unpack_from
"""Length of AS_PATH in one octet or two; type, length and first AS number of its first segment."""
_OPENINGS: Final = {
    bytes((TRANSITIVE, _ORIGIN, 1, origin, flags, _AS_PATH)): (origin, fields, start)
    for origin in range(3)
    for flags, fields, start in ((TRANSITIVE, _SHORT_PATH, 7), (TRANSITIVE | EXTENDED_LENGTH, _LONG_PATH, 8))
}
"""ORIGIN, what reads the start of AS_PATH, and where its value starts, by what blocks in ascending order open with."""
_NONE: Final = 1 << 16
_NOTHING: Final = b"none"
"""Longer than what opens an attribute, so that it never is one."""
_MED_OPENING: Final = bytes((OPTIONAL, _MED, 4))
_LOCAL_PREF_OPENING: Final = bytes((TRANSITIVE, _LOCAL_PREF, 4))
_NEXT_HOP_OPENING: Final = bytes((TRANSITIVE, _NEXT_HOP, 4))


def _sequence_lengths(size: int) -> dict[bytes, int]:
    """Return the octets of an AS_PATH that is one AS_SEQUENCE, by the two that open it."""
    return {bytes((AS_SEQUENCE, count)): 2 + size * count for count in range(1, 256)}


_SEQUENCE_LENGTHS: Final = _sequence_lengths(4)


class AttributeReader:
    """Reads the attribute blocks of one session."""

    __slots__ = ("_context", "_families", "_headers", "_lengths", "_local_pref", "_openings", "_plain")

    def __init__(self, context: UpdateContext) -> None:
        """Make a reader for a session."""
        self._context = context
        self._families = {family: ROWS[family] for family in context.families if family in ROWS}
        self._lengths, headers, self._plain = _known_attributes(context)
        self._headers: _Headers = headers
        # LOCAL_PREF of an external peer is left out, which is not for the quick way.
        self._local_pref = _LOCAL_PREF_OPENING if _LOCAL_PREF_OPENING in headers else _NOTHING
        # None for 2-octet AS numbers, which are never canonical.
        self._openings: Mapping[bytes, _Opening] = _OPENINGS if context.four_octet_as else {}

    def disable(self, family: Family) -> None:
        """Take no routes of ``family`` from now on. RFC 4760, section 7."""
        self._families.pop(family, None)

    def read_plain(self, raw: bytes, reach: bytes = b"", next_hop: bytes = b"") -> AttributeInputs | None:
        """Return the inputs of a block that is right beyond doubt, as nearly every one is: the hot path.

        Its attributes come in ascending order, as senders should write them (RFC 4271, section 5). ``reach`` is a
        reduced MP_REACH_NLRI, with its ``next_hop``, that belongs to the block but has been taken off ``raw``; without
        one, NEXT_HOP counts. None for a block that needs what `read` does.
        """
        opening = self._openings.get(raw[:6])
        if opening is None:
            return None
        origin, fields, offset = opening
        med = local_pref = originator_id = None
        cluster_list = b""
        try:
            size, kind, as_path_length, neighbor_as = fields(raw, 6)
            start, offset = offset, offset + size
            if not size:
                as_path_length = neighbor_as = 0
            elif kind != AS_SEQUENCE or size != 2 + 4 * (as_path_length or _NONE) or _ZERO in raw[start + 2 : offset]:
                return None  # one AS_SEQUENCE without AS 0 is nearly every path there is
            if not reach:
                next_hop = raw[offset + 3 : offset + 7]
                if raw[offset : offset + 3] != _NEXT_HOP_OPENING or not 0 < raw[offset + 3] < MULTICAST:
                    return None
                offset += 7
            if raw[offset : offset + 3] == _MED_OPENING:
                med = _number(raw, offset + 3)[0]
                offset += 7
            if raw[offset : offset + 3] == self._local_pref:
                local_pref = _number(raw, offset + 3)[0]
                offset += 7
            last, end, headers = _LOCAL_PREF, len(raw), self._headers
            while offset < end:
                code, size = headers[raw[offset : offset + 3]]
                if code <= last or (code == _AGGREGATOR and raw[offset + 3 : offset + 7] == _ZERO):
                    return None
                if code == _ORIGINATOR_ID:
                    originator_id = _number(raw, offset + 3)[0]
                elif code == _CLUSTER_LIST:
                    cluster_list = raw[offset + 3 : offset + size]
                last = code
                offset += size
        except (KeyError, IndexError, struct.error):
            return None  # a long attribute, or one that is not whole
        if offset != end:
            return None
        if reach:
            raw = raw + reach if last < _MP_REACH else insert_attribute(raw, _MP_REACH, reach)
        return AttributeInputs(
            raw, next_hop, origin, as_path_length, neighbor_as, med, local_pref, originator_id, cluster_list
        )

    def is_plain(self, raw: bytes, *, reach: bool = False) -> bool:
        """Tell whether a block is right beyond doubt: what it says is not asked for yet.

        ``reach`` says that an MP_REACH_NLRI, with the next hop that counts, has been taken off ``raw``. True only for
        what `read` finds no fault with.
        """
        headers, sequence_lengths, zero = self._plain
        starts: dict[int, int] = {}
        offset, end, count = 0, len(raw), 0
        try:
            while offset < end:
                code, size = headers[raw[offset : offset + 3]]
                starts[code] = offset + 3
                offset += size
                count += 1
            if offset != end or count != len(starts) or raw[starts[_ORIGIN]] > 2:
                return False
            start = starts[_AS_PATH]
            if reach is not (_NEXT_HOP not in starts) or not (reach or 0 < raw[starts[_NEXT_HOP]] < MULTICAST):
                return False
        except KeyError:
            return False
        if _AGGREGATOR in starts:
            aggregator = starts[_AGGREGATOR]
            if raw[aggregator : aggregator + len(zero)] == zero:
                return False
        as_path = raw[start : start + raw[start - 1]]
        return not as_path or (sequence_lengths.get(as_path[:2]) == len(as_path) and zero not in as_path)

    def read(self, raw: bytes) -> AttributeBlock:
        """Return what the block ``raw`` says, and what is wrong with it.

        UpdateError when a fault leaves only a session reset. Which attributes must be there, and
        which next hop counts, depends on the NLRI and is not judged here.
        """
        lengths = self._lengths
        values: dict[int, bytes | None] = {}
        apart: list[Span] = []
        offset, end = 0, len(raw)
        rest = b""
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
            rest = raw[offset:]
        block = AttributeBlock(raw, values)
        if apart or rest:
            self._judge(block, apart, rest)
        if not block.withdraws:
            self._read_values(block)
        return block

    def _judge(self, block: AttributeBlock, apart: list[Span], rest: bytes) -> None:
        AttributeJudge(block, self._context, self._families).judge(apart)
        if rest:
            text = "the header of an attribute is cut short"
            block.faults.append(AttributeFault(FaultAction.WITHDRAW, 0, text, "RFC 7606, section 4", octets=rest))

    def _read_values(self, block: AttributeBlock) -> None:
        """Look into the values that can be wrong although their length is right."""
        values = block.values
        if not self._context.four_octet_as:
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
        if not self._context.internal and any(is_confederation(kind) for kind, _ in segments):
            _malformed_as_path(block, "confederation segments from an external peer")
        block.as_path_length = path_length(segments)
        block.neighbor_as = neighbor_as(segments)


_Headers: TypeAlias = Mapping[bytes, tuple[int, int]]
_Opening: TypeAlias = tuple[int, Callable[[bytes, int], tuple[int, ...]], int]
_Known: TypeAlias = tuple[Sequence[Collection[int]], _Headers, tuple[_Headers, Mapping[bytes, int], bytes]]


@lru_cache(maxsize=64)
def _known_attributes(context: UpdateContext) -> _Known:
    """Return the lengths and headers of attributes that need no second look, the same for all sessions of equal terms.

    The third is what a quick look goes by: headers, lengths of an AS_PATH, and AS 0.
    """
    lengths = _plain_lengths(context)
    headers = _short_headers(lengths)
    size = 4 if context.four_octet_as else 2
    plain = {octets: header for octets, header in headers.items() if header[0] not in _AS4}
    return lengths, headers, (plain, _sequence_lengths(size), bytes(size))


def _plain_lengths(context: UpdateContext) -> tuple[Collection[int], ...]:
    """Return the lengths that need no second look, by the Optional and Transitive bits and the type code."""
    lengths: list[Collection[int]] = [_NEVER] * 1024
    for row in ATTRIBUTE_ROWS.values():
        apart = row.judged_by_value or row.code in _MP or row.is_out_of_place(context)
        if not apart and not (row.code in _AS4 and context.four_octet_as):
            lengths[row.flags << 2 | row.code] = row.lengths_in(context)
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
    text, octets = "AGGREGATOR with AS number 0", block.raw[start:stop]
    fault = AttributeFault(
        FaultAction.DISCARD, _AGGREGATOR, text, "RFC 7607, section 2", UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR, octets
    )
    block.faults.append(fault)


def _span(raw: bytes, code: int) -> tuple[int, int]:
    """Return start and stop of the first attribute ``code``."""
    return next((start, stop) for found, start, stop in attribute_spans(raw) if found == code)
