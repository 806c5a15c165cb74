"""The terms of sessions."""

from bgpkit.testing.strategies import mirrored, update_contexts
from bgpkit.wire import ROWS
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.unit.testing.strategies.drawn import drawn


def test_all_terms_vary() -> None:
    """Each of them comes in two ways at least; ADD-PATH is for families of the session only."""
    found = drawn(update_contexts(), 200)
    assert {each.four_octet_as for each in found} == {True, False}
    assert {each.internal for each in found} == {True, False}
    assert {each.maximum for each in found} == {4096, 65535}
    assert {each.strict for each in found} == {each.disable_family for each in found} == {True, False}
    assert {bool(each.add_path_send) for each in found} == {bool(each.add_path_receive) for each in found}
    assert {bool(each.extended_next_hop) for each in found} == {True, False}
    assert {bool(each.accepted_from_external) for each in found} == {True, False}
    assert {frozenset(ROWS), frozenset({IPV4_UNICAST, IPV6_UNICAST})} < {each.families for each in found}
    assert all(each.add_path_send | each.add_path_receive | each.extended_next_hop <= each.families for each in found)


def test_families_can_be_given() -> None:
    """Those, and no others."""
    assert {each.families for each in drawn(update_contexts(IPV4_UNICAST))} == {frozenset({IPV4_UNICAST})}


def test_what_one_side_sends_the_other_receives() -> None:
    """ADD-PATH has a direction; all else is the same for both sides."""
    for one in drawn(update_contexts(), 30):
        other = mirrored(one)
        assert (other.add_path_send, other.add_path_receive) == (one.add_path_receive, one.add_path_send)
        assert mirrored(other) == one
