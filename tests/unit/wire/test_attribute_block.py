"""Canonical blocks: what stands where."""

import pytest

from bgpkit.wire import attribute_value
from bgpkit.wire.attribute_block import (
    apply_edits,
    attribute_spans,
    canonical_block,
    insert_attribute,
    is_host,
    reduced_mp_reach,
)
from bgpkit.wire.attribute_reader import AttributeReader
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NEXT_HOP,
    ORIGIN,
    V6_HOP,
    attribute,
    context,
    mp_reach,
    mp_unreach,
)

MED = attribute(0x80, 4, b"\0\0\0\1")
LARGE = attribute(0xC0, 32, bytes(12))
READER = AttributeReader(context(IPV4_UNICAST, IPV6_UNICAST, four_octet_as=True, internal=True))


def test_edits_are_made_in_the_order_of_their_places() -> None:
    """Replacements, removals and insertions; several insertions at one place keep their order."""
    edits = [(6, 6, b"z"), (0, 1, b"A"), (3, 3, b"2"), (3, 3, b"1"), (3, 5, b"")]
    assert apply_edits(b"abcdef", edits) == b"Abc21fz"
    assert apply_edits(b"abc", []) == b"abc"


def test_spans_cover_the_block() -> None:
    """Each attribute with its code, start and stop, short or long."""
    long = attribute(0x50, 2, b"")
    assert list(attribute_spans(ORIGIN + long + MED)) == [(1, 0, 4), (2, 4, 8), (4, 8, 15)]


def test_a_value_is_found_by_its_code() -> None:
    """The value of an attribute with either length field; None for one that is absent."""
    block = ORIGIN + attribute(0xD0, 8, b"abcd") + MED
    assert [attribute_value(block, code) for code in (1, 8, 4, 5)] == [b"\0", b"abcd", b"\0\0\0\1", None]


@pytest.mark.parametrize(
    "raw",
    [
        mp_reach() + mp_unreach() + MANDATORY + MED + LARGE,
        MANDATORY + MED + mp_unreach() + LARGE + mp_reach(),
        ORIGIN + AS_PATH + NEXT_HOP + MED + mp_reach() + LARGE,
    ],
)
def test_each_kind_of_route_has_its_own_next_hop(raw: bytes) -> None:
    """Routes of the body have NEXT_HOP and no MP attribute; those of MP_REACH_NLRI have it, reduced, in its place."""
    block = READER.read(raw)
    assert canonical_block(block, None) == MANDATORY + MED + LARGE
    reduced = reduced_mp_reach(IPV6_UNICAST, V6_HOP)
    assert canonical_block(block, block.reach) == ORIGIN + AS_PATH + MED + reduced + LARGE


def test_a_block_without_peculiarities_is_canonical_as_it_is() -> None:
    """No octet is copied, and the order of the sender is kept."""
    raw = MED + MANDATORY
    assert canonical_block(READER.read(raw), None) is raw


def test_a_reduced_mp_reach_has_no_nlri() -> None:
    """AFI, SAFI, length, next hop, reserved octet: RFC 4760, section 3."""
    assert reduced_mp_reach(IPV6_UNICAST, V6_HOP) == mp_reach(b"")


def test_an_attribute_is_inserted_before_the_first_of_higher_type() -> None:
    """Or at the end."""
    assert insert_attribute(ORIGIN + AS_PATH + MED, 3, NEXT_HOP) == MANDATORY + MED
    assert insert_attribute(MANDATORY, 4, MED) == MANDATORY + MED


def test_hosts_are_of_classes_a_to_c() -> None:
    """0.0.0.0/8 and everything from 224.0.0.0 on is nobody's address."""
    assert [is_host(bytes((first, 0, 0, 1))) for first in (0, 1, 127, 223, 224, 255)] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]
