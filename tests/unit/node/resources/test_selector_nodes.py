"""What each part of a selector matches, and its canonical form."""

import pytest

from bgpkit_node.resources.selector_nodes import matches, write
from bgpkit_node.resources.selector_parser import parse

# (selector, labels that match, labels that do not); the truth of an absent label is in each row.
_TRUTH: list[tuple[str, list[dict[str, str]], list[dict[str, str]]]] = [
    ("all()", [{}, {"a": "b"}], []),
    ("global()", [{}, {"a": "b"}], []),
    ("has(a)", [{"a": ""}, {"a": "b"}], [{}, {"b": "a"}]),
    ("a == 'b'", [{"a": "b"}], [{}, {"a": "B"}, {"b": "b"}]),
    ("a != 'b'", [{}, {"a": "c"}], [{"a": "b"}]),
    ("a contains 'b'", [{"a": "abc"}, {"a": "b"}], [{}, {"a": "ac"}]),
    ("a starts with 'b'", [{"a": "bc"}], [{}, {"a": "cb"}]),
    ("a ends with 'b'", [{"a": "cb"}], [{}, {"a": "bc"}]),
    ("a in {'b','c'}", [{"a": "b"}, {"a": "c"}], [{}, {"a": "d"}]),
    ("a not in {'b','c'}", [{}, {"a": "d"}], [{"a": "b"}, {"a": "c"}]),
    ("a in {}", [], [{}, {"a": ""}]),
    ("a not in {}", [{}, {"a": ""}], []),
    ("!a == 'b'", [{}, {"a": "c"}], [{"a": "b"}]),
    ("has(a) && has(b)", [{"a": "", "b": ""}], [{"a": ""}, {"b": ""}, {}]),
    ("has(a) || has(b)", [{"a": ""}, {"b": ""}], [{}]),
    ("has(a) || has(b) && has(c)", [{"a": ""}, {"b": "", "c": ""}], [{"b": ""}, {"c": ""}]),
    ("(has(a) || has(b)) && has(c)", [{"a": "", "c": ""}], [{"a": ""}, {"c": ""}]),
    ("!(has(a) || has(b)) && has(c)", [{"c": ""}], [{"c": "", "a": ""}, {}]),
]


@pytest.mark.parametrize(("text", "matching", "other"), _TRUTH)
def test_a_selector_matches_what_the_grammar_says(
    text: str, matching: list[dict[str, str]], other: list[dict[str, str]]
) -> None:
    """Each operator with and without the label; && binds closer than ||."""
    node = parse(text)
    assert [labels for labels in matching if not matches(node, labels)] == []
    assert [labels for labels in other if matches(node, labels)] == []


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a=='b'", 'a == "b"'),
        ("a == '\"'", "a == '\"'"),
        ('a startswith "\'"', 'a starts with "\'"'),
        ("a in {'z','x','z'}", 'a in {"x", "z"}'),
        ("a notin {}", "a not in {}"),
        ("!(k == 'v')", '!k == "v"'),
        ("k == 'v' || has(x)", '(k == "v" || has(x))'),
        (
            "!(!(k == 'v' && has(t) || all()) && (a in {'b', 'c'}))",
            '!(!((k == "v" && has(t)) || all()) && a in {"b", "c"})',
        ),
    ],
)
def test_the_canonical_form_has_one_spelling(text: str, canonical: str) -> None:
    """The rows are Calico's; writing what was read from a canonical form gives it again."""
    assert write(parse(text)) == canonical
    assert write(parse(canonical)) == canonical
