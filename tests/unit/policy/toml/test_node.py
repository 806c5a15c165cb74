"""Values that know where they stand."""

from enum import Enum

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy.number_range import NumberRange
from bgpkit.policy.toml.node import Node


class Colour(Enum):
    """Two of them."""

    RED = "red"
    BLUE = "blue"


def node(value: object) -> Node:
    """Return a value at a place."""
    return Node(value, "rule 1", "match")


def test_values_are_read_by_their_types() -> None:
    """A list of one may be written without its brackets."""
    assert [each.value for each in node(["a", 1]).items()] == ["a", 1]
    assert [each.value for each in node("a").items()] == ["a"]
    assert node({"a": 1}).table()["a"].key == "match.a"
    assert (node("a").text(), node(5).number(), node("blue").choice(Colour)) == ("a", 5, Colour.BLUE)
    assert (node(5).range(9, "x"), node("5-7").range(9, "x")) == (NumberRange(5, 5), NumberRange(5, 7))
    assert (node([]).members(), len(node([1, 2]).members())) == ([], 2)


@pytest.mark.parametrize(
    ("value", "read", "what"),
    [
        (5, "table", "5 is not a table"),
        ([], "items", "the list is empty; leave the key out, or name something"),
        (5, "text", "5 is not a string"),
        ("", "text", "'' is not a string"),
        ("5", "number", "'5' is not a whole number"),
        (True, "number", "True is not a whole number"),
        (5, "members", "a set is a list"),
        ("x" * 100, "number", f"'{'x' * 56}... is not a whole number"),
    ],
)
def test_a_fault_is_told_with_the_place(value: object, read: str, what: str) -> None:
    """What it belongs to, then its key."""
    with pytest.raises(ConfigError) as caught:
        getattr(node(value), read)()
    assert str(caught.value) == f"rule 1, 'match': {what}"


def test_what_cannot_be_chosen_is_told_with_the_choices() -> None:
    """And an unknown key with the known ones."""
    with pytest.raises(ConfigError, match="'green' is not possible; use red or blue"):
        node("green").choice(Colour)
    with pytest.raises(ConfigError, match="unknown key 'b'; known: a"):
        node({"b": 1}).table(("a",))


def test_a_reader_that_fails_is_told_with_the_place() -> None:
    """Its sentence stays."""
    with pytest.raises(ConfigError, match=r"^rule 1, 'match': invalid literal"):
        node(5).read(lambda: int("x"))
