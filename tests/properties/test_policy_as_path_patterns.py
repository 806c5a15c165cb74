"""AS path patterns find what Python's own regular expressions find in the path as text."""

import re
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.policy import AsPathPattern


@dataclass(frozen=True)
class Both:
    """One expression, as a pattern of ours and as one of Python's."""

    ours: str
    theirs: str


numbers = st.integers(1, 6).map(lambda asn: Both(f"{asn}", f"(?:{asn} )"))


def _choice(found: list[list[int]]) -> Both:
    ours = " ".join(f"{first}-{last}" if first != last else f"{first}" for first, last in found)
    theirs = "|".join(f"{asn} " for first, last in found for asn in range(first, last + 1))
    return Both(f"[{ours}]", f"(?:{theirs})")


bounds = st.lists(st.integers(1, 6), min_size=2, max_size=2).map(sorted)
choices = st.lists(bounds, min_size=1, max_size=2).map(_choice)
anything = st.just(Both(".", "(?:[0-9]+ )"))
ends = st.sampled_from([Both("^", "^"), Both("$", r"\Z")])
atoms = st.one_of(numbers, choices, anything)


@st.composite
def _repeated(draw: st.DrawFn, inner: st.SearchStrategy[Both]) -> Both:
    one, sign = draw(inner), draw(st.sampled_from("*+?"))
    return Both(f"({one.ours}){sign}", f"(?:{one.theirs}){sign}")


@st.composite
def _joined(draw: st.DrawFn, inner: st.SearchStrategy[Both]) -> Both:
    found = draw(st.lists(inner | ends, min_size=1, max_size=3))
    separator = draw(st.sampled_from(["_", " ", " _ "]))
    return Both(separator.join(one.ours for one in found), "".join(one.theirs for one in found))


@st.composite
def _either(draw: st.DrawFn, inner: st.SearchStrategy[Both]) -> Both:
    found = draw(st.lists(inner, min_size=2, max_size=3))
    return Both(f"({'|'.join(one.ours for one in found)})", f"(?:{'|'.join(one.theirs for one in found)})")


expressions = st.recursive(atoms, lambda inner: _repeated(inner) | _joined(inner) | _either(inner), max_leaves=8)


@settings(deadline=None, max_examples=400)
@given(_joined(expressions), st.lists(st.lists(st.integers(1, 7), max_size=6), min_size=1, max_size=6))
def test_patterns_find_what_regular_expressions_find(drawn: Both, paths: list[list[int]]) -> None:
    """In the text each number has a space behind it, and a search starts at the beginning of a number."""
    pattern = AsPathPattern(drawn.ours)
    theirs = re.compile(drawn.theirs)
    for path in paths:
        text = "".join(f"{asn} " for asn in path)
        starts = [0, *(found.end() for found in re.finditer(" ", text))]
        assert pattern.matches(path) is any(theirs.match(text, start) for start in starts), path
