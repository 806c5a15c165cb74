"""AS_PATH in octets: cut, counted, merged, written."""

import pytest

from bgpkit.wire.as_path_octets import (
    AS_CONFED_SEQUENCE,
    AS_CONFED_SET,
    AS_SEQUENCE,
    AS_SET,
    Segment,
    is_confederation,
    merge_as4_path,
    neighbor_as,
    path_length,
    read_segments,
    write_segments,
)
from bgpkit_rib import AsPath, AsSegment, AsSegmentKind

PATHS = ["", "1", "1 2 3", "{1,2}", "1 {2,3} 4", "(1 2) 3", "[1,2] 3 4", "(1) [2] {3}", "{1} 2"]


def segments(text: str) -> list[Segment]:
    """Return the segments of a path that is written as text."""
    return [(int(segment.kind), segment.asns) for segment in AsPath.parse(text).segments]


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("text", PATHS)
def test_what_is_written_is_read_again(text: str, size: int) -> None:
    """Segments come back from octets of either size."""
    assert read_segments(write_segments(segments(text), size), size) == segments(text)


@pytest.mark.parametrize("text", PATHS)
def test_length_and_neighbor_are_those_of_the_path_value(text: str) -> None:
    """The two inputs of the decision process agree with the words of the rib."""
    path = AsPath.parse(text)
    assert (path_length(segments(text)), neighbor_as(segments(text))) == (path.length, path.neighbor_as)


def test_as_number_0_is_malformed() -> None:
    """RFC 7607, section 2: AS 0 in an AS path makes it malformed."""
    with pytest.raises(ValueError, match="AS number 0"):
        read_segments(bytes.fromhex("0202 00000001 00000000".replace(" ", "")), 4)


def test_long_segments_are_split() -> None:
    """A segment holds at most 255 AS numbers; a longer one becomes several of its kind."""
    octets = write_segments([(AS_SEQUENCE, tuple(range(1, 601)))], 4)
    assert [(kind, len(asns)) for kind, asns in read_segments(octets, 4)] == [(2, 255), (2, 255), (2, 90)]
    assert [asn for _, asns in read_segments(octets, 4) for asn in asns] == list(range(1, 601))


@pytest.mark.parametrize(("asn", "size"), [(1 << 16, 2), (1 << 32, 4), (-1, 4)])
def test_an_as_number_beyond_its_octets_is_refused(asn: int, size: int) -> None:
    """The caller has to narrow AS numbers first."""
    with pytest.raises(ValueError, match="does not fit"):
        write_segments([(AS_SET, (asn,))], size)


def test_confederation_segments_are_of_two_kinds() -> None:
    """RFC 5065, section 3."""
    assert [is_confederation(kind) for kind in (AS_SET, AS_SEQUENCE, AS_CONFED_SEQUENCE, AS_CONFED_SET)] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        ("1 2 3", "", "1 2 3"),
        ("1 23456 23456", "70000 80000", "1 70000 80000"),
        ("23456", "70000", "70000"),
        ("23456", "1 70000", "23456"),
        ("1 {2,3} 23456", "70000", "1 {2,3} 70000"),
        ("1 {2,23456}", "{2,70000}", "1 {2,70000}"),
        ("(9) 1 23456", "70000", "(9) 1 70000"),
        ("1 (9) 23456", "70000", "1 (9) 70000"),
        ("(9) 23456", "70000", "(9) 70000"),
        ("1 23456 (9)", "70000", "1 70000"),
        ("1 23456", "(9) 70000", "1 70000"),
    ],
)
def test_as4_path_is_merged_as_rfc_6793_says(old: str, new: str, merged: str) -> None:
    """RFC 6793, section 4.2.3: the excess on the left of AS_PATH, then AS4_PATH."""
    found = merge_as4_path(segments(old), segments(new))
    assert str(AsPath(tuple(AsSegment(AsSegmentKind(kind), asns) for kind, asns in found))) == merged


def test_a_seam_becomes_one_segment_while_it_fits() -> None:
    """Two AS_SEQUENCEs that meet are one, so that equal paths are equal octets; 256 AS numbers stay apart."""
    short = merge_as4_path([(AS_SEQUENCE, (1,) * 255)], [(AS_SEQUENCE, (2,) * 254)])
    assert short == [(AS_SEQUENCE, (1,) + (2,) * 254)]
    long = merge_as4_path([(AS_SEQUENCE, (1,) * 255), (AS_SEQUENCE, (1,))], [(AS_SEQUENCE, (2,) * 255)])
    assert long == [(AS_SEQUENCE, (1,)), (AS_SEQUENCE, (2,) * 255)]
