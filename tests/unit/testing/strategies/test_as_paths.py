"""AS paths for each kind of session."""

from bgpkit.testing.strategies import as_paths
from bgpkit_rib import AsSegmentKind
from tests.unit.testing.strategies.drawn import drawn


def test_all_kinds_of_segments_are_drawn() -> None:
    """Long ones, too, and the empty path."""
    found = drawn(as_paths(), 400)
    assert {segment.kind for path in found for segment in path.segments} == set(AsSegmentKind)
    assert max(len(segment.asns) for path in found for segment in path.segments) == 255
    assert any(not path.segments for path in found)


def test_paths_fit_the_session() -> None:
    """AS numbers of two octets, no confederation, not empty: where that is asked for."""
    found = drawn(as_paths(four_octet_as=False, confederations=False, min_size=1))
    segments = [segment for path in found for segment in path.segments]
    assert all(path.segments for path in found)
    assert {segment.kind for segment in segments} == {AsSegmentKind.SEQUENCE, AsSegmentKind.SET}
    assert max(asn for segment in segments for asn in segment.asns) <= 0xFFFF
