"""The grammar of selectors, and where it says a fault lies."""

import pytest

from bgpkit_node.resources.selector_nodes import Comparator, Comparison, Has, Membership, Not
from bgpkit_node.resources.selector_parser import LABEL_LENGTH, NESTING, parse

# What Calico's own tests refuse (libcalico-go/lib/selector/parser/parser_test.go, Apache-2.0).
_REFUSED = """b == b
b contains b
b starts with b
b ends with b
'b1' == b
b
a b
!
foo == "bar" &
foo == "bar" |
foo != ||
foo in {"", ||
foo in ""
"FOO
"FOO'
'FOO
(
(a == "foo"
)
()
%
a == "b" && %
a == "b" || %
a
has(foo) &&
label starts foo "value"
label ends foo "value"
label squiggles "value"
a = 'b'
a not 'b'
has()
has(a
all(a)
global(
a in {'b' 'c'}
a in {,}
a == 'b' c == 'd'
!= 'b'""".splitlines()


@pytest.mark.parametrize("text", _REFUSED)
def test_what_is_no_selector_is_refused_with_its_position(text: str) -> None:
    """The sentence quotes the selector and points into it, or at its end."""
    with pytest.raises(ValueError, match=r"at position \d+, (before|at the end)") as caught:
        parse(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "position"),
    [("a == 'b' && %", 13), ("(a == 'b'", 10), ("a == 'b", 6), ("has(a) has(b)", 8), ("  x ~ 'y'", 5)],
)
def test_the_position_is_where_the_fault_lies(text: str, position: int) -> None:
    """Positions count characters from 1, blanks included."""
    with pytest.raises(ValueError, match=f"at position {position},"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("k=='v'", Comparator.EQUAL),
        ("k!='v'", Comparator.NOT_EQUAL),
        ("k contains'v'", Comparator.CONTAINS),
        ("k starts with 'v'", Comparator.STARTS_WITH),
        ("k startswith 'v'", Comparator.STARTS_WITH),
        ("k starts \t with 'v'", Comparator.STARTS_WITH),
        ('k endswith"v"', Comparator.ENDS_WITH),
        ('k ends  with "v"', Comparator.ENDS_WITH),
    ],
)
def test_every_spelling_of_a_comparison_is_read(text: str, comparator: Comparator) -> None:
    """Two-word operators may be written together or far apart; quotes may be of both kinds."""
    assert parse(text) == Comparison("k", comparator, "v")


@pytest.mark.parametrize(
    ("text", "values", "negated"),
    [
        ("k in {'a', \"b\"}", {"a", "b"}, False),
        ("k in{'a',}", {"a"}, False),
        ("k in {}", set[str](), False),
        ("k notin {'a'}", {"a"}, True),
        ("k  not \t in  { 'a' }", {"a"}, True),
    ],
)
def test_every_spelling_of_a_membership_is_read(text: str, values: set[str], negated: bool) -> None:
    """A set may be empty or end in a comma."""
    assert parse(text) == Membership("k", frozenset(values), negated)


@pytest.mark.parametrize("label", ["contains", "startswith", "in", "not", "has", "all", "global", "a.b/c-d_1", "1"])
def test_any_word_can_be_a_label(label: str) -> None:
    """The words of the grammar are not reserved."""
    assert parse(f"{label} == 'v'") == Comparison(label, Comparator.EQUAL, "v")
    assert parse(f"has({label})") == Has(label)


def test_two_negations_are_none() -> None:
    """! may be repeated, with blanks or brackets between."""
    assert parse("!(! (has(a)))") == Has("a")
    assert parse("!! has(a)") == Has("a")
    assert parse("! !!has(a)") == Not(Has("a"))


def test_only_blanks_and_tabs_are_white_space() -> None:
    """A newline is a fault, as it is in Calico."""
    with pytest.raises(ValueError, match="position 7"):
        parse("has(a)\n&& has(b)")


def test_a_label_has_at_most_512_characters() -> None:
    """One more is refused."""
    assert parse(f"has({'a' * LABEL_LENGTH})") == Has("a" * LABEL_LENGTH)
    with pytest.raises(ValueError, match="longer than 512"):
        parse(f"has({'a' * (LABEL_LENGTH + 1)})")


def test_nesting_is_bounded() -> None:
    """Brackets without end are a fault of the text, not of the stack."""
    assert parse("(" * NESTING + "has(a)" + ")" * NESTING) == Has("a")
    with pytest.raises(ValueError, match="more than 100 brackets"):
        parse("(" * 5000)
