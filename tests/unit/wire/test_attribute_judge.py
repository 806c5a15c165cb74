"""What the judge says of attributes that are put apart, fault by fault."""

import pytest

from bgpkit.errors import UpdateError
from bgpkit.wire import FaultAction
from bgpkit.wire.attribute_block import AttributeBlock
from bgpkit.wire.attribute_judge import AttributeJudge, Span
from bgpkit.wire.families import ROWS
from tests.unit.wire.octets import MANDATORY, ORIGIN, V6_HOP, attribute, context, mp_reach, mp_unreach


def judged(raw: bytes, *, internal: bool = True, four_octet_as: bool = True) -> AttributeBlock:
    """Return a block of one attribute that has been put apart, with the verdict."""
    block = AttributeBlock(raw, {raw[1]: None})
    spans: list[Span] = [(0, 4 if raw[0] & 0x10 else 3, len(raw))]
    AttributeJudge(block, context(four_octet_as=four_octet_as, internal=internal), ROWS).judge(spans)
    return block


@pytest.mark.parametrize(
    ("raw", "action", "subcode", "section"),
    [
        (attribute(0x80, 1, b"\0"), FaultAction.WITHDRAW, 4, "RFC 7606, section 3 (c)"),
        (attribute(0x40, 1, b""), FaultAction.WITHDRAW, 5, "RFC 7606, section 7.1"),
        (attribute(0xC0, 8, b"abc"), FaultAction.WITHDRAW, 5, "RFC 7606, section 7.8"),
        (attribute(0x40, 6, b"x"), FaultAction.DISCARD, 5, "RFC 7606, section 7.6"),
        (attribute(0xC0, 17, b""), FaultAction.DISCARD, 1, "RFC 6793, section 4.1"),
        (attribute(0xC0, 32, b"x"), FaultAction.WITHDRAW, 5, "RFC 8092, section 6"),
    ],
)
def test_each_fault_has_action_subcode_and_source(raw: bytes, action: FaultAction, subcode: int, section: str) -> None:
    """The verdict names the RFC that asks for it, and keeps the attribute when it may go into a NOTIFICATION."""
    (fault,) = judged(raw).faults
    assert (fault.action, fault.code, fault.subcode, fault.section) == (action, raw[1], subcode, section)
    assert fault.octets == raw
    assert fault.data == (b"" if subcode == 1 else raw)


def test_what_is_discarded_is_cut_out() -> None:
    """An edit takes the whole attribute out of the canonical block."""
    raw = attribute(0x40, 5, bytes(4))
    assert judged(raw, internal=False).edits == [(0, len(raw), b"")]


@pytest.mark.parametrize("flags", [0x80, 0xC0, 0xE0])
def test_an_optional_attribute_that_is_not_known_stays(flags: int) -> None:
    """It is no fault, and not cut out."""
    block = judged(attribute(flags, 200, b"abc"))
    assert (block.faults, block.edits) == ([], [])


@pytest.mark.parametrize("flags", [0x00, 0x40])
def test_a_well_known_attribute_that_is_not_known_resets(flags: int) -> None:
    """RFC 4271, section 6.3: 3/2 with the attribute."""
    raw = attribute(flags, 200, b"abc")
    with pytest.raises(UpdateError) as caught:
        judged(raw)
    sent = caught.value.notification
    assert (sent.code, sent.subcode, sent.data) == (3, 2, raw)


def test_mp_routes_are_taken_out_of_the_block() -> None:
    """Family, next hop and NLRI are kept; wrong flags leave nothing to be kept (RFC 7606, section 5.3)."""
    block = judged(mp_reach())
    assert block.reach is not None
    assert (block.reach.next_hop, block.faults) == (V6_HOP, [])
    raw = mp_unreach()
    assert judged(raw).unreach is not None
    with pytest.raises(UpdateError):
        judged(b"\xc0" + raw[1:])


@pytest.mark.parametrize("code", [14, 15])
def test_mp_attributes_that_overrun_reset(code: int) -> None:
    """Their NLRI cannot be found: RFC 7606, section 5.3."""
    block = AttributeBlock(bytes((0x80, code, 200)) + bytes(20), {code: None})
    with pytest.raises(UpdateError):
        AttributeJudge(block, context(), ROWS).judge([(0, 3, 203)])


def test_repeats_are_told_from_the_first() -> None:
    """An attribute at fault that comes again is a repeat, too."""
    raw = attribute(0x40, 6, b"x") * 2 + ORIGIN + ORIGIN
    block = AttributeBlock(raw, {6: None, 1: b"\0"})
    AttributeJudge(block, context(), ROWS).judge([(0, 3, 4), (4, 7, 8), (12, 15, 16)])
    assert [fault.section for fault in block.faults] == [
        "RFC 7606, section 7.6",
        "RFC 7606, section 3 (g)",
        "RFC 7606, section 3 (g)",
    ]
    assert MANDATORY.startswith(ORIGIN)
