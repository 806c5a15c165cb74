"""Sets in AS_PATH and AS4_PATH, found in the octets as they came. The RFC's sentences: tests/conformance/rfc9774."""

import pytest

from bgpkit.wire.as_sets import refuse_as_sets
from bgpkit.wire.attribute_block import AttributeBlock
from bgpkit.wire.faults import AttributeFault, FaultAction
from tests.support.octets import attribute

SEQUENCE, SET, CONFED_SET = "0201 0000fc00", "0101 0000fc01", "0401 0000fc02"


def faults(as_path: str, as4_path: str | None = None, *, four_octet_as: bool = True) -> list[AttributeFault]:
    """Return what is found in a block with these paths."""
    raw = attribute(0x40, 2, bytes.fromhex(as_path))
    if as4_path is not None:
        raw += attribute(0xC0, 17, bytes.fromhex(as4_path))
    block = AttributeBlock(raw, {})
    refuse_as_sets(block, four_octet_as=four_octet_as)
    return block.faults


@pytest.mark.parametrize(
    ("as_path", "name"),
    [
        (SET, "AS_SET"),
        (SEQUENCE + SET, "AS_SET"),
        (SEQUENCE + CONFED_SET + SET, "AS_CONFED_SET"),
        (CONFED_SET, "AS_CONFED_SET"),
    ],
)
def test_the_first_set_is_named(as_path: str, name: str) -> None:
    """The routes count as withdrawn; the octets are well-formed, so that strict tools let them pass."""
    (fault,) = faults(as_path)
    assert (fault.action, fault.code, fault.malformed) == (FaultAction.WITHDRAW, 2, False)
    assert fault.text == f"AS_PATH holds an {name}; accept_as_sets takes such routes"
    assert fault.section == "RFC 9774, section 3"


@pytest.mark.parametrize("as_path", ["", SEQUENCE, SEQUENCE * 2, "0201 01010101"])
def test_sequences_hold_none(as_path: str) -> None:
    """Whatever octets their numbers have."""
    assert faults(as_path) == []


def test_as4_path_counts_where_numbers_have_two_octets() -> None:
    """Elsewhere it is discarded, and nobody reads it."""
    assert [fault.code for fault in faults("0201 fc00", SEQUENCE + SET, four_octet_as=False)] == [17]
    assert [fault.code for fault in faults("0101 fc00", SEQUENCE, four_octet_as=False)] == [2]
    assert faults(SEQUENCE, SET) == []


def test_what_is_at_fault_already_is_left_alone() -> None:
    """Its path may not even be one."""
    block = AttributeBlock(attribute(0x40, 2, bytes.fromhex(SET)), {})
    first = AttributeFault(FaultAction.WITHDRAW, 2, "malformed", "RFC 7606, section 7.2")
    block.faults.append(first)
    refuse_as_sets(block, four_octet_as=True)
    assert block.faults == [first]
