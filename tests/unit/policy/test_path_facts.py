"""What conditions are told of a path."""

import pytest

from bgpkit.wire import AttributeCode
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import AsPath, Path
from tests.unit.policy.routes import PEER, facts, path


@pytest.mark.parametrize("text", ["", "1", "1 2 3", "1 {2,3}", "{1,2} 3", "(1 2) 3 4", "(1)", "[1,2] {3}"])
def test_a_path_is_read_as_the_values_are(text: str) -> None:
    """Length, neighbor and origin are those of AsPath; it says 0 where there is none."""
    found, expected = facts(path(text)), AsPath.parse(text)
    assert found.asns == tuple(asn for segment in expected.segments for asn in segment.asns)
    assert found.as_path_length == expected.length
    assert found.neighbor_as == (expected.neighbor_as or None)
    assert found.origin_as == (expected.origin_as or None)


@pytest.mark.parametrize(
    ("text", "origin"), [("", 64512), ("1 2", 2), ("1 {2}", None), ("(65001)", 64512), ("{2} (65001)", 64512)]
)
def test_the_route_origin_is_our_own_as_where_the_path_is_our_own(text: str, origin: int | None) -> None:
    """RFC 6811, section 2: an AS_SET at the end is no origin, a confederation is ours."""
    assert facts(path(text)).route_origin(64512) == origin


def test_attributes_are_found_by_code() -> None:
    """None where there is none; lists are sets of their parts."""
    found = facts(path(med=258, communities="1:2 1:3"))
    assert (found.value(AttributeCode.MULTI_EXIT_DISC), found.number(AttributeCode.MULTI_EXIT_DISC)) == (
        b"\0\0\1\2",
        258,
    )
    assert (found.value(5), found.number(5)) == (None, None)
    assert found.members(8, 4) == {bytes((0, 1, 0, 2)), bytes((0, 1, 0, 3))}
    assert found.members(32, 12) == frozenset()


def test_a_block_without_attributes_has_none() -> None:
    """As paths of tests and of our own may be."""
    found = facts(Path(PEER, b""))
    assert (found.value(1), found.asns, found.family) == (None, (), IPV4_UNICAST)
