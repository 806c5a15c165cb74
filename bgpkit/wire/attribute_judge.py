"""The second look at attributes that are not plainly right (RFC 4271, section 6.3; RFC 7606)."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from bgpkit.wire.attribute_block import AttributeBlock, MpRoutes
from bgpkit.wire.attribute_rows import ATTRIBUTE_ROWS, OPTIONAL, TRANSITIVE, AttributeCode, AttributeRow
from bgpkit.wire.families import FamilyRow
from bgpkit.wire.faults import AttributeFault, FaultAction, reset
from bgpkit_fsm import Family, UpdateSubcode

Span: TypeAlias = tuple[int, int, int]
"""Where an attribute starts, where its value starts, and where it stops."""

_KIND: Final = OPTIONAL | TRANSITIVE
_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_MP: Final = frozenset({_MP_REACH, int(AttributeCode.MP_UNREACH_NLRI)})
_FROM_OLD_SPEAKERS: Final = frozenset({int(AttributeCode.AS4_PATH), int(AttributeCode.AS4_AGGREGATOR)})


class AttributeJudge:
    """Judges what the pass over one block has put apart, and writes the verdicts into the block."""

    __slots__ = ("_block", "_families", "_four_octet_as", "_internal", "_judged")

    def __init__(
        self, block: AttributeBlock, families: Mapping[Family, FamilyRow], *, four_octet_as: bool, internal: bool
    ) -> None:
        """Take the block, and the facts of the session that decide."""
        self._block = block
        self._families = families
        self._four_octet_as = four_octet_as
        self._internal = internal
        self._judged: set[int] = set()

    def judge(self, apart: Iterable[Span]) -> None:
        """Judge the attributes ``apart`` in order; UpdateError when only a session reset is left."""
        for span in apart:
            self._judge(span)

    def _judge(self, span: Span) -> None:
        start, _, stop = span
        raw = self._block.raw
        flags, code = raw[start], raw[start + 1]
        row = ATTRIBUTE_ROWS.get(code)
        if stop > len(raw):
            self._judge_overrun(span, code)
        elif code in self._judged or self._block.values[code] is not None:
            self._judge_duplicate(span, code)
        elif row is None:
            self._judge_unknown(span, flags, code)
        elif row.internal_only and not self._internal:
            self._discard(span, code, f"{row.code.name} from an external peer", row.section)
        elif code in _FROM_OLD_SPEAKERS and self._four_octet_as:
            self._discard(span, code, f"{row.code.name} from a peer with 4-octet AS numbers", "RFC 6793, section 4.1")
        elif flags & _KIND != row.flags:
            self._judge_flags(span, flags, row)
        elif code in _MP:
            self._read_mp(span, code)
        else:
            self._judge_length(span, row)
        self._judged.add(code)

    def _judge_overrun(self, span: Span, code: int) -> None:
        """Judge an attribute that runs past the end of the list: what it holds cannot be told."""
        text = f"attribute {code} runs past the end of the attributes"
        if code in _MP:
            raise reset(text, UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR, self._octets(span))
        self._fault(code, text, "RFC 7606, section 4", UpdateSubcode.ATTRIBUTE_LENGTH_ERROR, self._octets(span))

    def _judge_duplicate(self, span: Span, code: int) -> None:
        """Keep the first of several. RFC 7606, section 3 (g)."""
        if code in _MP:
            raise reset(f"attribute {code} comes twice", UpdateSubcode.MALFORMED_ATTRIBUTE_LIST)
        self._discard(span, code, f"attribute {code} comes again", "RFC 7606, section 3 (g)")

    def _judge_unknown(self, span: Span, flags: int, code: int) -> None:
        """Keep an optional attribute that the codec does not know. RFC 4271, section 6.3."""
        if not flags & OPTIONAL:
            raise reset(
                f"well-known attribute {code} is not known",
                UpdateSubcode.UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE,
                self._octets(span),
            )

    def _judge_flags(self, span: Span, flags: int, row: AttributeRow) -> None:
        """Judge Optional or Transitive bits that are not the attribute's. RFC 7606, section 3 (c)."""
        text = f"flags 0x{flags:02x} are wrong for {row.code.name}"
        if row.flags_action is FaultAction.DISCARD:
            self._discard(span, row.code, text, row.section)
            return
        self._fault(row.code, text, "RFC 7606, section 3 (c)", UpdateSubcode.ATTRIBUTE_FLAGS_ERROR, self._octets(span))
        if row.code in _MP:
            self._read_mp(span, row.code)

    def _judge_length(self, span: Span, row: AttributeRow) -> None:
        """Judge a length that the attribute cannot have."""
        text = f"{row.code.name} of {span[2] - span[1]} octets"
        if row.action is FaultAction.DISCARD:
            self._discard(span, row.code, text, row.section)
        else:
            self._fault(row.code, text, row.section, UpdateSubcode.ATTRIBUTE_LENGTH_ERROR, self._octets(span))

    def _read_mp(self, span: Span, code: int) -> None:
        """Read MP_REACH_NLRI or MP_UNREACH_NLRI; an error leaves only a session reset.

        RFC 7606, sections 7.11 and 7.12; RFC 4760, section 7.
        """
        start, value_start, stop = span
        value, attribute = self._block.raw[value_start:stop], self._octets(span)
        if len(value) < (5 if code == _MP_REACH else 3):
            raise _mp_error(code, f"{len(value)} octets", attribute)
        family = Family(int.from_bytes(value[:2], "big"), value[2])
        row = self._families.get(family)
        if row is None:
            text = f"family {family} was not negotiated"
            self._block.faults.append(AttributeFault(FaultAction.DISCARD, code, text, "RFC 4760, section 7"))
        if code == _MP_REACH:
            nlri_start = 5 + value[3]
            if nlri_start > len(value):
                raise _mp_error(code, f"a next hop of {value[3]} octets that runs past the end", attribute)
            if row is not None and value[3] not in row.next_hop_lengths:
                raise _mp_error(code, f"a next hop of {value[3]} octets for {family}", attribute)
            next_hop = value[4 : nlri_start - 1]
            self._block.reach = MpRoutes(family, row, value[nlri_start:], attribute, next_hop)
        else:
            self._block.unreach = MpRoutes(family, row, value[3:], attribute)
        self._block.edits.append((start, stop, b""))

    def _discard(self, span: Span, code: int, text: str, section: str) -> None:
        """Leave the attribute out. RFC 7606, section 2, "Attribute discard"."""
        self._block.faults.append(AttributeFault(FaultAction.DISCARD, code, text, section))
        self._block.edits.append((span[0], span[2], b""))

    def _fault(self, code: int, text: str, section: str, subcode: int, data: bytes) -> None:
        self._block.faults.append(AttributeFault(FaultAction.WITHDRAW, code, text, section, subcode, data))

    def _octets(self, span: Span) -> bytes:
        return self._block.raw[span[0] : span[2]]


def _mp_error(code: int, what: str, attribute: bytes) -> Exception:
    name = ATTRIBUTE_ROWS[code].code.name
    return reset(f"{name} holds {what}", UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR, attribute)
