"""Conditions on AS paths at their edges, and their texts."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import AsPathContains, AsPathLength, AsPathMatches, NeighborAs, NumberRange, OriginAs, PathCondition
from tests.unit.policy.routes import facts, path


@pytest.mark.parametrize(
    ("condition", "matching", "others"),
    [
        (OriginAs.of(65001), ["65001", "1 65001"], ["65001 1", "", "1 {65001}"]),
        (OriginAs.of(7, "65001-65003"), ["65002", "1 7"], ["65004"]),
        (NeighborAs.of(65001), ["65001 2", "(64512) 65001"], ["2 65001", "", "{65001} 2"]),
        (AsPathContains.of(65001), ["1 65001 2", "1 {65001,2}", "(65001) 2"], ["1", "165001"]),
        (AsPathLength(NumberRange(1, 2)), ["1", "1 2", "1 {2,3}", "(5 6 7) 1"], ["", "1 2 3"]),
        (AsPathMatches.of("^65001_"), ["65001 2"], ["2"]),
    ],
)
def test_conditions_hold_for_paths(condition: PathCondition, matching: list[str], others: list[str]) -> None:
    """The ends of a path are those of its AS_SEQUENCEs."""
    assert [text for text in matching if not condition.holds(facts(path(text)))] == []
    assert [text for text in others if condition.holds(facts(path(text)))] == []


def test_conditions_say_what_they_ask() -> None:
    """In the words of an operator."""
    texts = [OriginAs.of(1, "5-9"), NeighborAs.of(1), AsPathContains.of(1), AsPathLength(NumberRange(1, 5))]
    assert list(map(str, texts)) == ["origin AS 1, 5-9", "neighbor AS 1", "AS path contains 1", "AS path length 1-5"]
    assert str(AsPathMatches.of("^1_")) == "AS path ^1_"


def test_what_is_no_as_number_is_refused() -> None:
    """When the condition is made."""
    with pytest.raises(ConfigError, match="AS number 'x' is not a number"):
        OriginAs.of("x")
