"""Any, all or none of several communities."""

import pytest

from bgpkit.policy import Communities, CommunityPattern, Quantifier
from bgpkit_rib import Community
from tests.unit.policy.routes import facts, path


@pytest.mark.parametrize(
    ("present", "found"),
    [
        ("", {Quantifier.NONE}),
        ("64512:7", {Quantifier.ANY}),
        ("1:2:3", {Quantifier.ANY}),
        ("64512:7 1:2:3", {Quantifier.ANY, Quantifier.ALL}),
        ("64513:7 1:2:4", {Quantifier.NONE}),
    ],
)
def test_patterns_of_several_kinds_are_quantified(present: str, found: set[Quantifier]) -> None:
    """Each pattern must find a community of its own kind."""
    held = {
        quantifier
        for quantifier in Quantifier
        if Communities.of("64512:*", "1:2:3", quantifier=quantifier).holds(facts(path(communities=present)))
    }
    assert held == found


def test_communities_can_be_given_as_values() -> None:
    """And patterns as such."""
    found = Communities.of(Community.parse("64512:7"), CommunityPattern.parse("rt:*"))
    assert found == Communities.of("64512:7", "rt:*")
    assert found.holds(facts(path(communities="rt:1:1")))


def test_a_condition_says_what_it_asks() -> None:
    """By its patterns, or what they are called."""
    assert str(Communities.of("64512:7", "no-export")) == "any community of 64512:7, no-export"
    named = Communities((CommunityPattern.parse("1:1"),), Quantifier.NONE, "ours")
    assert str(named) == "none community of ours"
