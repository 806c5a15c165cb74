"""Attributes with their flags, and lists of them."""

import pytest

from bgpkit.testing import strategies as bgp
from bgpkit.testing.strategies.attributes.lists import codes_in
from bgpkit.wire import ATTRIBUTE_ROWS, AttributeCode, UpdateContext
from tests.unit.testing.strategies.drawn import drawn


def test_attributes_are_of_all_types() -> None:
    """Those that the session may have, and those that nobody interprets."""
    found = {each.code for each in drawn(bgp.attributes(), 400)}
    assert set(ATTRIBUTE_ROWS) - found == {AttributeCode.AS4_PATH, AttributeCode.AS4_AGGREGATOR}
    assert found - set(ATTRIBUTE_ROWS)


def test_flags_vary_where_they_may() -> None:
    """The extended length bit of all, the Partial bit of what is optional and transitive. RFC 4271, section 4.3."""
    communities = {each.flags for each in drawn(bgp.attributes(bgp.SESSION, AttributeCode.COMMUNITIES), 60)}
    assert communities == {0xC0, 0xD0, 0xE0, 0xF0}
    assert {each.flags for each in drawn(bgp.attributes(bgp.SESSION, AttributeCode.ORIGIN), 100)} == {0x40, 0x50}


def test_sessions_have_their_own_attributes() -> None:
    """LOCAL_PREF is for internal peers, AS4_PATH for those with 2-octet AS numbers, routes for those with families."""
    old = UpdateContext(families=frozenset(), four_octet_as=False, internal=False)
    found = set(codes_in(old))
    assert not found & {AttributeCode.LOCAL_PREF, AttributeCode.AIGP, AttributeCode.MP_REACH_NLRI}
    assert {AttributeCode.AS4_PATH, AttributeCode.AS4_AGGREGATOR} <= found
    assert not {AttributeCode.AS4_PATH, AttributeCode.AS4_AGGREGATOR} & set(codes_in(bgp.SESSION))


def test_lists_have_each_type_once() -> None:
    """And nothing that routes ask for or forbid."""
    found = [[each.code for each in attributes] for attributes in drawn(bgp.attribute_lists(max_size=4))]
    assert all(len(set(codes)) == len(codes) <= 4 for codes in found)
    assert not {code for codes in found for code in codes} & {1, 2, 3, 14, 15}
    assert max(map(len, found)) == 4


def test_a_type_that_is_not_interpreted_is_refused() -> None:
    """Its value would be any octets."""
    with pytest.raises(ValueError, match="attribute 99 is not interpreted"):
        bgp.attribute_values(99)
