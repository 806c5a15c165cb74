"""Selectors against an obvious model: the same expression written as Python functions."""

from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from bgpkit_node.resources.selector import parse_selector

Labels = dict[str, str]
Expression = tuple[str, Callable[[Labels], bool]]

_LABELS = st.sampled_from(["a", "b/c", "in", "has", "contains"])
_VALUES = st.text(alphabet="xy'\" =&|", max_size=3).filter(lambda value: not {"'", '"'} <= set(value))
_BLANKS = st.sampled_from(["", " ", "\t ", "  "])


def _quoted(value: str) -> str:
    return f'"{value}"' if "'" in value else f"'{value}'"


def _compare(label: str, word: str, value: str, blank: str) -> Expression:
    tests: dict[str, Callable[[Labels], bool]] = {
        "==": lambda labels: label in labels and labels[label] == value,
        "!=": lambda labels: label not in labels or labels[label] != value,
        " contains": lambda labels: label in labels and value in labels[label],
        " starts with": lambda labels: label in labels and labels[label][: len(value)] == value,
        " ends with": lambda labels: (
            label in labels and labels[label][len(labels[label]) - len(value) :] == value
            if len(value) <= len(labels.get(label, ""))
            else False
        ),
    }
    return f"{label}{blank}{word}{blank}{_quoted(value)}", tests[word]


def _belong(label: str, values: list[str], negated: bool, blank: str) -> Expression:
    text = f"{label} {'not in' if negated else 'in'}{blank}{{{blank}{f'{blank},'.join(map(_quoted, values))}}}"
    if negated:
        return text, lambda labels: label not in labels or labels[label] not in values
    return text, lambda labels: label in labels and labels[label] in values


def _has(label: str, blank: str) -> Expression:
    return f"has({blank}{label}{blank})", lambda labels: label in labels


def _not(operand: Expression, blank: str) -> Expression:
    return f"!{blank}({operand[0]})", lambda labels: not operand[1](labels)


def _both(left: Expression, right: Expression, blank: str) -> Expression:
    return f"({left[0]}){blank}&&{blank}({right[0]})", lambda labels: left[1](labels) and right[1](labels)


def _either(left: Expression, right: Expression, blank: str) -> Expression:
    return f"({left[0]}){blank}||{blank}({right[0]})", lambda labels: left[1](labels) or right[1](labels)


_WORDS = st.sampled_from(["==", "!=", " contains", " starts with", " ends with"])
_LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.builds(_compare, _LABELS, _WORDS, _VALUES, _BLANKS),
    st.builds(_belong, _LABELS, st.lists(_VALUES, max_size=3), st.booleans(), _BLANKS),
    st.builds(_has, _LABELS, _BLANKS),
)
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(_not, inner, _BLANKS),
        st.builds(_both, inner, inner, _BLANKS),
        st.builds(_either, inner, inner, _BLANKS),
    ),
    max_leaves=8,
)
_LABELLINGS = st.lists(st.dictionaries(_LABELS, _VALUES), min_size=1, max_size=5)


@given(EXPRESSIONS, _LABELLINGS)
def test_a_selector_matches_what_its_model_says(expression: Expression, labellings: list[Labels]) -> None:
    """For any expression and any labels."""
    text, model = expression
    selector = parse_selector(text)
    assert [selector.matches(labels) for labels in labellings] == [model(labels) for labels in labellings]


@given(EXPRESSIONS, _LABELLINGS)
def test_the_canonical_form_reads_the_same_and_is_its_own(expression: Expression, labellings: list[Labels]) -> None:
    """Reading it gives the same selector in every respect."""
    selector = parse_selector(expression[0])
    again = parse_selector(selector.canonical)
    assert (again.canonical, again.unique_id) == (selector.canonical, selector.unique_id)
    assert [again.matches(labels) for labels in labellings] == [selector.matches(labels) for labels in labellings]


@given(st.text(alphabet="ab'\"(){}!=&|, \tinhastolgc", max_size=40))
@example("a" * 10000)
@example("!" * 10000)
@example("has(a)" + " && has(a)" * 3000)
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    """Nothing but ValueError comes out, and the position lies in the text."""
    try:
        parse_selector(text)
    except ValueError as error:
        position = int(str(error).rpartition(" at position ")[2].partition(",")[0])
        assert 1 <= position <= len(text) + 1
