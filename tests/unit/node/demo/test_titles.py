"""The scenarios by name."""

from bgpkit_node.demo.running import SCENARIOS
from bgpkit_node.demo.titles import ALL, CLUSTER, TITLES, chosen


def test_all_are_all_and_one_is_one() -> None:
    """In the order in which they are told; the word for all is no scenario."""
    assert chosen(ALL) == tuple(TITLES) == tuple(SCENARIOS)
    assert chosen("office") == ("office",)
    assert (CLUSTER in TITLES, ALL in TITLES) == (True, False)


def test_no_step_is_in_two_scenarios() -> None:
    """So that one can be held at by its name alone."""
    steps = [step for titles in TITLES.values() for step in titles]
    assert len(steps) == len(set(steps))
