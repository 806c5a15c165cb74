"""AS path patterns as operators write them, and what cannot be read."""

from time import process_time

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import AsPathPattern


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("^65001", ["65001", "65001 2"], ["2 65001", "650012", ""]),
        ("_65001_", ["65001", "1 65001 2", "1 65001"], ["1 165001 2", "650011"]),
        ("65001$", ["65001", "1 65001"], ["65001 1", "165001"]),
        ("^65001$", ["65001"], ["65001 65001"]),
        ("^$", [""], ["1"]),
        ("", ["", "1"], []),
        ("^65001_65002_", ["65001 65002", "65001 65002 3"], ["65001 3 65002"]),
        ("^65001 .* 65002$", ["65001 65002", "65001 9 9 65002"], ["65001 9", "65002"]),
        ("^65001+$", ["65001", "65001 65001"], ["", "65001 2"]),
        ("^.$", ["7"], ["", "7 7"]),
        ("^. .?$", ["7", "7 8"], ["", "7 8 9"]),
        ("[64512-65534 23456]", ["1 64512", "65534", "23456 7"], ["64511", "65535"]),
        ("_(65001|65002 3)_", ["1 65001", "65002 3 1"], ["65002 1 3"]),
        ("^(1|2)*$", ["", "1 2 1"], ["1 3"]),
        ("^(65001 (65002)?)+$", ["65001 65001 65002"], ["65002"]),
        ("(^1|2$)", ["1 9", "9 2"], ["9 1 9", "2 9"]),
        ("1^", [], ["1", "1 1"]),
    ],
)
def test_a_pattern_finds_what_is_meant(pattern: str, matching: list[str], others: list[str]) -> None:
    """Numbers are whole: none matches a part of another."""
    found = AsPathPattern(pattern)
    assert [text for text in matching if not found.matches(list(map(int, text.split())))] == []
    assert [text for text in others if found.matches(list(map(int, text.split())))] == []


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("^65001.*", "has a dot beside a number; write AS numbers in plain decimal, and any AS as ' . '"),
        ("1.10", "has a dot beside a number; write AS numbers in plain decimal, and any AS as ' . '"),
        ("[0-9]+", "has [0-9], a class of digits elsewhere; numbers are whole here: any AS is ' . '"),
        ("[^5]", "has [^5]; write a choice of AS numbers like [64512-65534 23456]"),
        ("[]", "has []; write a choice of AS numbers like [64512-65534 23456]"),
        ("[5-2]", "cannot be read: the range 5-2 is empty; write the smaller number first"),
        ("4294967296", "cannot be read: AS number '4294967296' is too large; use 0 to 4294967295"),
        ("(1", "has a ( without its )"),
        ("1)", "has a ) without its ("),
        ("*", "repeats nothing by *"),
        ("^*", "repeats an end of the path by *"),
        ("1**", "repeats twice, by *; use parentheses, or say it once"),
        ("_*", "repeats _ by *, which only keeps numbers apart"),
        (r"\d", r"has '\\' at place 1, which means nothing in it"),
        ("(" * 51 + ")" * 51, "is nested more than 50 deep"),
    ],
)
def test_what_cannot_be_read_is_told(pattern: str, what: str) -> None:
    """The sentence shows the pattern; what other routers' dialects mean otherwise is refused, not guessed."""
    with pytest.raises(ConfigError) as caught:
        AsPathPattern(pattern)
    assert str(caught.value) == f"AS path pattern {pattern!r} {what}"


def test_a_pattern_has_a_longest_length() -> None:
    """Lists of customers are AS sets, not patterns."""
    with pytest.raises(ConfigError, match="an AS path pattern of 10001 characters is too long; use at most 10000"):
        AsPathPattern("1" * 10_001)


def test_no_path_makes_a_pattern_slow() -> None:
    """What takes a backtracking engine ages takes one step for each AS, whoever chose the path."""
    pattern = AsPathPattern("^((1 | 1 1 | .)* )* 2$")
    path = [1] * 20_000
    started = process_time()
    assert not pattern.matches(path)
    assert pattern.matches([*path, 2])
    assert process_time() - started < 5


def test_states_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been found out is forgotten when it is too much, and the answers stay the same."""
    monkeypatch.setattr("bgpkit.policy.as_path_automaton._STATES_MAXIMUM", 3)
    pattern = AsPathPattern("1 . . . 2$")
    paths = [[int(bit) + 1 for bit in f"{number:09b}"] for number in range(512)]
    assert [pattern.matches(path) for path in paths] == [path[4] == 1 and path[8] == 2 for path in paths]
