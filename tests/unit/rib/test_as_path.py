"""AS paths: reading, writing, counting."""

import pytest

from bgpkit_rib import AsPath, AsSegment, AsSegmentKind


@pytest.mark.parametrize(
    "text", ["", "1", "1 2 3", "1 2 {3,4}", "(65001 65002) 1", "[65001,65002] 1 {2}", "4294967295"]
)
def test_text_reads_and_writes_alike(text: str) -> None:
    """What `str` writes `parse` reads back to the same text."""
    assert str(AsPath.parse(text)) == text


def test_the_brackets_tell_the_kind_of_segment() -> None:
    """Braces, parentheses, brackets and none are the four kinds of segment."""
    kinds = AsSegmentKind
    assert AsPath.parse("(1 2) [3,4] 5 6 {7,8}").segments == (
        AsSegment(kinds.CONFED_SEQUENCE, (1, 2)),
        AsSegment(kinds.CONFED_SET, (3, 4)),
        AsSegment(kinds.SEQUENCE, (5, 6)),
        AsSegment(kinds.SET, (7, 8)),
    )


@pytest.mark.parametrize("text", ["1 x", "-1", "4294967296", "1 {2", "2} 1", "{}", "{1 (2)}", "1.5", "١"])
def test_text_that_is_no_path_is_refused(text: str) -> None:
    """What cannot be read raises ValueError that quotes the whole text."""
    with pytest.raises(ValueError, match="AS path") as caught:
        AsPath.parse(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "length"),
    [("", 0), ("1 2 3", 3), ("1 1 1", 3), ("1 {2,3,4}", 2), ("(65001 65002) 1", 1), ("[1,2] (3)", 0)],
)
def test_length_counts_a_set_once_and_a_confederation_not(text: str, length: int) -> None:
    """An AS_SET is 1 (RFC 4271, section 9.1.2.2 (a)); confederation segments are 0 (RFC 5065, section 5.3)."""
    assert AsPath.parse(text).length == length


@pytest.mark.parametrize(
    ("text", "neighbor", "first", "origin"),
    [
        ("", 0, 0, 0),
        ("1 2 3", 1, 1, 3),
        ("{1,2} 3", 0, 1, 3),
        ("(65001) 1 2", 1, 65001, 2),
        ("1 {2,3}", 1, 1, 0),
        ("(65001)", 0, 65001, 0),
    ],
)
def test_ends_of_the_path(text: str, neighbor: int, first: int, origin: int) -> None:
    """Neighboring AS, leftmost AS and origin AS are what the segments let one say, else 0."""
    path = AsPath.parse(text)
    assert (path.neighbor_as, path.first_as, path.origin_as) == (neighbor, first, origin)


def test_any_segment_can_hold_the_own_as() -> None:
    """The loop check looks into sets and confederation segments, too. RFC 4271, section 9.1.2."""
    path = AsPath.parse("(65001) 1 {2,3}")
    assert all(path.contains(asn) for asn in (65001, 1, 2, 3))
    assert not path.contains(4)


def test_a_path_of_numbers_is_one_sequence() -> None:
    """`of` makes one AS_SEQUENCE, and no segment for no number."""
    assert AsPath.of(1, 2) == AsPath.parse("1 2")
    assert AsPath.of() == AsPath()
