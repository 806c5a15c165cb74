"""Checks of single fields, as all kinds use them."""

from bgpkit_node.resources.address_text import parse_address
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_conflict, check_duration, check_selector, check_text


def test_a_selector_is_checked_with_its_grammar() -> None:
    """global() only where it is allowed."""
    assert list(check_selector("f", "")) == []
    assert list(check_selector("f", "has(a)")) == []
    assert [fault.field for fault in check_selector("f", "a")] == ["f"]
    assert list(check_selector("f", "global()")) == [Fault("f", "global() cannot be used here")]
    assert list(check_selector("f", "global()", global_allowed=True)) == []


def test_a_text_is_checked_unless_empty() -> None:
    """The sentence is that of the parser."""
    assert list(check_text("f", "", parse_address)) == []
    assert list(check_text("f", "::1", parse_address)) == []
    assert list(check_text("f", "x", parse_address)) == [Fault("f", "'x' is not an IP address")]


def test_a_time_has_bounds() -> None:
    """Both bounds belong to it; None is not given."""
    assert list(check_duration("f", None, 1, 2)) == []
    assert [list(check_duration("f", text, 1, 2)) for text in ("1s", "2s")] == [[], []]
    assert list(check_duration("f", "3s", 1, 2)) == [Fault("f", "must be between 1 and 2 seconds, not 3s")]
    assert [fault.field for fault in check_duration("f", "x", 1, 2)] == ["f"]


def test_two_fields_conflict_when_both_are_given() -> None:
    """The second one is at fault."""
    assert list(check_conflict("a", "", "b", "x")) == list(check_conflict("a", 0, "b", 0)) == []
    assert list(check_conflict("a", 1, "b", "x")) == [Fault("b", "cannot be set together with a")]
