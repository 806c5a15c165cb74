"""Which selectors find which things, against asking everyone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit_node.policy.selector_index import SelectorIndex
from bgpkit_node.resources import parse_selector

TEXTS = (
    "a == 'x'",
    "a != 'x'",
    "a in {'x', 'y'} && has(b)",
    "b not in {'x'} || a == 'y'",
    "!has(a)",
    "all()",
    "a contains 'x'",
    "(a == 'x' && b == 'y') || (b == 'x' && c == 'y')",
    "a in {}",
    "!(a == 'x' || has(c))",
)
LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "y", "xy"]), max_size=3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 4), LABELS),
        st.tuples(st.just("remove"), st.integers(0, 4), st.none()),
        st.tuples(st.just("add"), st.sampled_from(TEXTS), st.none()),
        st.tuples(st.just("forget"), st.sampled_from(TEXTS), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_the_index_finds_what_asking_everyone_finds(steps: list[tuple[str, object, dict[str, str] | None]]) -> None:
    """After any sequence of things and selectors that come, change and go."""
    index: SelectorIndex[object] = SelectorIndex()
    things: dict[object, dict[str, str]] = {}
    chosen: set[str] = set()
    for verb, what, labels in steps:
        found = {text for text in chosen if what in things and parse_selector(text).matches(things[what])}
        if verb == "put" and labels is not None:
            things[what] = labels
            moves = index.put(what, labels)
            now = {text for text in chosen if parse_selector(text).matches(labels)}
            assert set(moves.joined) == now - found
            assert set(moves.left) == found - now
        elif verb == "remove" and what in things:
            del things[what]
            assert index.remove(what) == found
        elif verb == "add" and what not in chosen:
            chosen.add(str(what))
            index.add_selector(str(what), parse_selector(str(what)))
        elif verb == "forget" and what in chosen:
            chosen.remove(str(what))
            index.remove_selector(str(what))
        for text in TEXTS:
            assert (text in index) is (text in chosen)
            expected = {key for key, of in things.items() if text in chosen and parse_selector(text).matches(of)}
            assert index.found(text) == expected
        for thing in things:
            assert index.finders(thing) == {text for text in chosen if thing in index.found(text)}


def test_what_is_gone_is_found_by_no_later_selector() -> None:
    """A thing leaves nothing behind, of the labels it had before neither."""
    index: SelectorIndex[str] = SelectorIndex()
    index.put("thing", {"a": "x"})
    index.put("thing", {"a": "y"})
    index.remove("thing")
    for text in ("a == 'x'", "a == 'y'", "all()"):
        index.add_selector(text, parse_selector(text))
        assert not index.found(text)
