"""The second look at attributes that are not plainly right (RFC 4271, section 6.3; RFC 7606)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from bgpkit.wire.attribute_block import AttributeBlock, MpRoutes
from bgpkit.wire.attributes.code import OPTIONAL, TRANSITIVE, AttributeCode, name_of
from bgpkit.wire.attributes.malformed import MalformedValueError
from bgpkit.wire.attributes.row import AttributeRow
from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS
from bgpkit.wire.families import FamilyRow
from bgpkit.wire.faults import DUPLICATE, AttributeFault, FaultAction, reset
from bgpkit.wire.update_context import UpdateContext
from bgpkit_fsm import Family, UpdateSubcode

Span: TypeAlias = tuple[int, int, int]
"""Where an attribute starts, where its value starts, and where it stops."""

_KIND: Final = OPTIONAL | TRANSITIVE
_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_MP: Final = frozenset({_MP_REACH, int(AttributeCode.MP_UNREACH_NLRI)})
_FROM_OLD_SPEAKERS: Final = frozenset({int(AttributeCode.AS4_PATH), int(AttributeCode.AS4_AGGREGATOR)})


class AttributeJudge:
    """Judges what the pass over one block has put apart, and writes the verdicts into the block."""

    __slots__ = ("_block", "_context", "_families", "_judged")

    def __init__(self, block: AttributeBlock, context: UpdateContext, families: Mapping[Family, FamilyRow]) -> None:
        """Take the block, and the facts of the session that decide."""
        self._block = block
        self._context = context
        self._families = families
        self._judged: set[int] = set()

    def judge(self, apart: Iterable[Span]) -> None:
        """Judge the attributes ``apart`` in order; UpdateError when only a session reset is left.

        An MP attribute that comes twice is told before all else. RFC 7606, section 3 (g).
        """
        spans = list(apart)
        codes = [self._block.raw[start + 1] for start, _, _ in spans]
        for at, code in enumerate(codes):
            if code in _MP and code in codes[:at] and spans[at][2] <= len(self._block.raw):
                self._judge_duplicate(spans[at], code)
        for span in spans:
            self._judge(span)

    def _judge(self, span: Span) -> None:
        start, value_start, stop = span
        raw = self._block.raw
        flags, code = raw[start], raw[start + 1]
        row = ATTRIBUTE_ROWS.get(code)
        if stop > len(raw):
            self._judge_overrun(span, code)
        elif code in self._judged or self._block.values[code] is not None:
            self._judge_duplicate(span, code)
        elif row is None:
            self._judge_unknown(span, flags, code)
        elif row.from_external is not None and row.is_out_of_place(self._context):
            text = f"{row.code.name} from an external peer"
            self._set_aside(span, code, text, row.external_section or row.section, row.from_external)
        elif code in _FROM_OLD_SPEAKERS and self._context.four_octet_as:
            text = f"{row.code.name} from a peer with 4-octet AS numbers"
            self._set_aside(span, code, text, "RFC 6793, section 4.1", FaultAction.DISCARD)
        elif flags & _KIND != row.flags:
            self._judge_flags(span, flags, row)
        elif code in _MP:
            self._read_mp(span, code)
        elif stop - value_start not in row.lengths_in(self._context):
            text = f"{row.code.name} of {stop - value_start} octets"
            self._judge_value(span, row, text, UpdateSubcode.ATTRIBUTE_LENGTH_ERROR)
        else:
            self._look_into(span, row)
        self._judged.add(code)

    def _judge_overrun(self, span: Span, code: int) -> None:
        """Judge an attribute that runs past the end of the list: what it holds cannot be told."""
        text = f"{name_of(code)} runs past the end of the attributes"
        if code in _MP:
            octets = self._octets(span)
            raise reset(
                text, UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR, octets, code=code, section="RFC 7606, section 5.3"
            )
        self._fault(span, code, text, "RFC 7606, section 4", UpdateSubcode.ATTRIBUTE_LENGTH_ERROR)

    def _judge_duplicate(self, span: Span, code: int) -> None:
        """Keep the first of several. RFC 7606, section 3 (g)."""
        text, section = f"{name_of(code)} comes again", DUPLICATE
        if code in _MP:
            octets = self._octets(span)
            raise reset(text, UpdateSubcode.MALFORMED_ATTRIBUTE_LIST, octets, code=code, section=section)
        self._discard(span, code, text, section)

    def _judge_unknown(self, span: Span, flags: int, code: int) -> None:
        """Keep an optional attribute that the codec does not know. RFC 4271, section 6.3."""
        if not flags & OPTIONAL:
            raise reset(
                f"well-known attribute {code} is not known",
                UpdateSubcode.UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE,
                self._octets(span),
                code=code,
                section="RFC 4271, section 6.3",
            )

    def _judge_flags(self, span: Span, flags: int, row: AttributeRow) -> None:
        """Judge Optional or Transitive bits that are not the attribute's. RFC 7606, section 3 (c)."""
        text = f"flags 0x{flags:02x} are wrong for {row.code.name}"
        if row.flags_action is FaultAction.DISCARD:
            self._discard(span, row.code, text, row.section, UpdateSubcode.ATTRIBUTE_FLAGS_ERROR)
            return
        if row.code in _MP:
            self._judge_mp_flags(span, row, text)
            return
        self._fault(span, row.code, text, "RFC 7606, section 3 (c)", UpdateSubcode.ATTRIBUTE_FLAGS_ERROR)

    def _judge_mp_flags(self, span: Span, row: AttributeRow, text: str) -> None:
        """Judge an MP attribute that is incorrect by its flags: its NLRI count as not parsed.

        RFC 7606, sections 3 (j) and 5.3.
        """
        octets, start = self._octets(span), span[1]
        self._block.edits.append((span[0], span[2], b""))
        value = self._block.raw[start : span[2]]
        family = Family(int.from_bytes(value[:2], "big"), value[2]) if len(value) > 2 else None
        subcode, section = UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR, "RFC 7606, section 5.3"
        self._disable_or_reset(
            AttributeFault(FaultAction.RESET, row.code, text, section, subcode, octets, family=family)
        )

    def _look_into(self, span: Span, row: AttributeRow) -> None:
        """Judge a value whose length says nothing."""
        value = self._block.raw[span[1] : span[2]]
        try:
            row.decode(value, self._context)
        except MalformedValueError as error:
            own = replace(row, action=error.action, section=error.section)
            self._judge_value(span, own, f"{row.code.name}: {error}", UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR)
        except ValueError as error:
            self._judge_value(span, row, f"{row.code.name}: {error}", UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR)
        else:
            self._block.values[row.code] = value

    def _judge_value(self, span: Span, row: AttributeRow, text: str, subcode: UpdateSubcode) -> None:
        """Do with a malformed value what the attribute's RFC says."""
        if row.action is FaultAction.DISCARD:
            self._discard(span, row.code, text, row.section, subcode)
        else:
            self._fault(span, row.code, text, row.section, subcode)

    def _read_mp(self, span: Span, code: int) -> None:
        """Read MP_REACH_NLRI or MP_UNREACH_NLRI.

        RFC 7606, sections 7.11 and 7.12; RFC 4760, section 7.
        """
        start, value_start, stop = span
        value, attribute = self._block.raw[value_start:stop], self._octets(span)
        self._block.edits.append((start, stop, b""))
        if len(value) < (5 if code == _MP_REACH else 3):
            raise mp_fault(code, f"{len(value)} octets", attribute).error()
        family = Family(int.from_bytes(value[:2], "big"), value[2])
        row = self._families.get(family)
        if row is None:
            text = f"family {family} was not negotiated"
            fault = AttributeFault(
                FaultAction.IGNORE, code, text, "RFC 4760, section 7", octets=attribute, malformed=False, family=family
            )
            self._block.faults.append(fault)
        if code == _MP_REACH:
            nlri_start = 5 + value[3]
            if nlri_start > len(value):
                self._judge_mp(code, f"a next hop of {value[3]} octets that runs past the end", attribute, family)
                return
            if row is not None and not self._may_have(row, value[3]):
                self._judge_mp(code, f"a next hop of {value[3]} octets for {family}", attribute, family)
                return
            next_hop = value[4 : nlri_start - 1]
            self._block.reach = MpRoutes(family, row, value[nlri_start:], attribute, next_hop)
        else:
            self._block.unreach = MpRoutes(family, row, value[3:], attribute)

    def _may_have(self, row: FamilyRow, length: int) -> bool:
        """Tell whether the next hop of a family may have so many octets. RFC 4760, section 3; RFC 8950, section 3."""
        return length in row.next_hop_lengths or (
            row.family in self._context.extended_next_hop and length in row.ipv6_next_hop_lengths
        )

    def _judge_mp(self, code: int, what: str, attribute: bytes, family: Family) -> None:
        """Disable the family where that is asked for; else only a session reset is left."""
        self._disable_or_reset(mp_fault(code, what, attribute, family))

    def _disable_or_reset(self, fault: AttributeFault) -> None:
        if not self._context.disable_family or fault.family is None:
            raise fault.error()
        self._block.faults.append(replace(fault, action=FaultAction.DISABLE))

    def _discard(
        self,
        span: Span,
        code: int,
        text: str,
        section: str,
        subcode: UpdateSubcode = UpdateSubcode.MALFORMED_ATTRIBUTE_LIST,
    ) -> None:
        """Leave the attribute out. RFC 7606, section 2, "Attribute discard"."""
        fault = AttributeFault(FaultAction.DISCARD, code, text, section, subcode, self._octets(span))
        self._block.faults.append(fault)
        self._block.edits.append((span[0], span[2], b""))

    def _set_aside(self, span: Span, code: int, text: str, section: str, action: FaultAction) -> None:
        """Leave out an attribute that is not malformed, but has no place in this session."""
        fault = AttributeFault(action, code, text, section, octets=self._octets(span), malformed=False)
        self._block.faults.append(fault)
        self._block.edits.append((span[0], span[2], b""))

    def _fault(self, span: Span, code: int, text: str, section: str, subcode: UpdateSubcode) -> None:
        fault = AttributeFault(FaultAction.WITHDRAW, code, text, section, subcode, self._octets(span))
        self._block.faults.append(fault)

    def _octets(self, span: Span) -> bytes:
        return self._block.raw[span[0] : span[2]]


def mp_fault(code: int, what: str, attribute: bytes, family: Family | None = None) -> AttributeFault:
    """Return the fault of an MP attribute that cannot be read, as it is without AFI/SAFI disable.

    RFC 7606, sections 7.11 and 7.12; RFC 4760, section 7.
    """
    name = ATTRIBUTE_ROWS[code].code.name
    text, subcode = f"{name} holds {what}", UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR
    section = ATTRIBUTE_ROWS[code].section
    return AttributeFault(FaultAction.RESET, code, text, section, subcode, attribute, family=family)
