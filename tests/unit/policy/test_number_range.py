"""Ranges of numbers and their texts."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import NumberRange


def test_a_range_holds_both_its_ends() -> None:
    """One number is a range, too."""
    found = NumberRange.parse("5-9", 10, "length")
    assert [number for number in range(12) if number in found] == [5, 6, 7, 8, 9]
    assert NumberRange.of(5) == NumberRange.parse("5", 10, "length")
    assert (str(found), str(NumberRange.of(5))) == ("5-9", "5")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("11", "length '11' is too large; use 0 to 10"),
        ("9" * 5000, f"length '{'9' * 40}' is too large; use 0 to 10"),
        ("x", "length 'x' is not a number or two with a hyphen; use 0 to 10"),
        ("1-2-3", "length '1-2-3' is not a number or two with a hyphen; use 0 to 10"),
        ("-1", "length '-1' is not a number or two with a hyphen; use 0 to 10"),
        ("\u0661", "length '\u0661' is not a number or two with a hyphen; use 0 to 10"),
        ("2-1", "the range 2-1 is empty; write the smaller number first"),
    ],
)
def test_what_is_no_range_is_told(text: str, sentence: str) -> None:
    """The sentence names what the number is for."""
    with pytest.raises(ConfigError) as caught:
        NumberRange.parse(text, 10, "length")
    assert str(caught.value) == sentence
