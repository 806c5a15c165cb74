"""Sets by name, and what rules name."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import CommunityKind, CommunityPattern, NumberRange, PrefixSet
from bgpkit.policy.toml.node import Node
from bgpkit.policy.toml.sets import Sets, read_sets


def sets(**tables: object) -> Sets:
    """Read some sets."""
    return read_sets({key.replace("_", "-"): Node(table, "", key) for key, table in tables.items()})


ALL = sets(
    prefix_sets={"ten": ["10.0.0.0/8 le 24"], "none": []},
    community_sets={"ours": ["64512:*", "rt:1:1"]},
    as_sets={"peers": [7, "8-9"]},
)


def test_a_set_is_found_by_its_name() -> None:
    """One named alone keeps its name, for people."""
    assert ALL.prefix_set(Node("ten", "")) == PrefixSet.of("10.0.0.0/8 le 24", name="ten")
    assert ALL.prefix_set(Node("none", "")) == PrefixSet((), "none")
    assert ALL.as_numbers(Node("peers", "")) == (NumberRange(7, 7), NumberRange(8, 9))
    patterns, name = ALL.patterns(Node("ours", ""), None)
    assert (name, [str(each) for each in patterns]) == ("ours", ["64512:*", "rt:1:1"])


def test_sets_and_values_stand_together_in_a_list() -> None:
    """As many as there are."""
    assert ALL.prefix_set(Node(["ten", "11.0.0.0/8"], "")) == PrefixSet.of("10.0.0.0/8 le 24", "11.0.0.0/8")
    assert ALL.as_numbers(Node(["peers", 5], "")) == (NumberRange(7, 7), NumberRange(8, 9), NumberRange(5, 5))
    patterns, name = ALL.patterns(Node(["ours", "no-export"], ""), None)
    assert (name, len(patterns)) == ("ours, no-export", 3)


def test_a_key_of_one_kind_reads_patterns_of_that_kind() -> None:
    """Names are for the key that goes by form."""
    patterns, _ = ALL.patterns(Node("*", ""), CommunityKind.LARGE)
    assert patterns == (CommunityPattern(CommunityKind.LARGE, "*"),)
    with pytest.raises(ConfigError):
        ALL.patterns(Node("ours", ""), CommunityKind.LARGE)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    """Of that kind of set."""
    with pytest.raises(ConfigError, match="there is no prefix set 'tne'; known: ten, none"):
        ALL.prefix_set(Node("tne", ""))
