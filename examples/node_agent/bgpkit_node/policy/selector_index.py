"""Which labelled things each selector finds, kept up to date at the cost of what changes."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar

from bgpkit_node.policy.selector_terms import Term, changed_terms, mentioned, necessary, terms_of
from bgpkit_node.resources import Selector

Thing = TypeVar("Thing", bound=Hashable)

_ALWAYS: Final = Term("", None)
"""The anchor of selectors that may find anything."""


class Moves(NamedTuple):
    """The ids of selectors that find a thing now and did not before, and the other way round."""

    joined: frozenset[str]
    left: frozenset[str]


@dataclass(slots=True)
class _Entry(Generic[Thing]):
    selector: Selector
    anchors: frozenset[Term]
    mentioned: frozenset[Term]
    found: set[Thing] = field(default_factory=set[Thing])


@dataclass(slots=True)
class _Anchored:
    """The selectors below one anchor: all of them, and by each term they mention."""

    all: set[str] = field(default_factory=set[str])
    by_term: dict[Term, set[str]] = field(default_factory=lambda: defaultdict(set))


class SelectorIndex(Generic[Thing]):
    """Selectors by id on one side, things with labels on the other, and who finds whom.

    A selector hangs below anchors: terms of which whatever it finds has one. A change of a thing's labels asks only
    selectors below the thing's terms that mention a term that changed.
    """

    def __init__(self) -> None:
        """Begin with no selector and no thing."""
        self._entries: dict[str, _Entry[Thing]] = {}
        self._below: dict[Term, _Anchored] = defaultdict(_Anchored)
        self._labels: dict[Thing, Mapping[str, str]] = {}
        self._having: dict[Term, set[Thing]] = defaultdict(set)
        self._finders: dict[Thing, set[str]] = {}

    def __contains__(self, selector_id: str) -> bool:
        """Tell whether a selector is in the index."""
        return selector_id in self._entries

    def found(self, selector_id: str) -> AbstractSet[Thing]:
        """Return the things that a selector finds; nothing for one that is not in the index."""
        entry = self._entries.get(selector_id)
        return entry.found if entry else set()

    def finders(self, thing: Thing) -> AbstractSet[str]:
        """Return the ids of the selectors that find a thing."""
        return self._finders.get(thing, set())

    def add_selector(self, selector_id: str, selector: Selector) -> None:
        """Take in a selector that is not in the index, and look for what it finds."""
        choices = necessary(selector)
        anchors = min(choices, key=self._crowd, default=frozenset({_ALWAYS}))
        entry: _Entry[Thing] = _Entry(selector, anchors, mentioned(selector))
        self._entries[selector_id] = entry
        for anchor in anchors:
            below = self._below[anchor]
            below.all.add(selector_id)
            for term in entry.mentioned:
                below.by_term[term].add(selector_id)
        for thing in self._candidates(choices):
            if selector.matches(self._labels[thing]):
                entry.found.add(thing)
                self._finders[thing].add(selector_id)

    def remove_selector(self, selector_id: str) -> None:
        """Forget a selector."""
        entry = self._entries.pop(selector_id)
        for anchor in entry.anchors:
            below = self._below[anchor]
            below.all.discard(selector_id)
            for term in entry.mentioned:
                below.by_term[term].discard(selector_id)
                if not below.by_term[term]:
                    del below.by_term[term]
            if not below.all:
                del self._below[anchor]
        for thing in entry.found:
            self._finders[thing].discard(selector_id)

    def put(self, thing: Thing, labels: Mapping[str, str]) -> Moves:
        """Take in a thing, or its new labels."""
        before = self._labels.get(thing)
        self._labels[thing] = labels
        finders = self._finders.setdefault(thing, set())
        if before is None:
            self._note(thing, terms_of(labels))
            asked = self._below_terms(terms_of(labels))
        else:
            changed = changed_terms(before, labels)
            if not changed:
                return Moves(frozenset(), frozenset())
            self._forget(thing, set(terms_of(before)) - set(terms_of(labels)))
            self._note(thing, changed & set(terms_of(labels)))
            asked = self._touched({*terms_of(before), *terms_of(labels)}, changed)
        now = {each for each in asked if self._entries[each].selector.matches(labels)}
        joined, left = now - finders, (asked - now) & finders
        for each in joined:
            self._entries[each].found.add(thing)
        for each in left:
            self._entries[each].found.discard(thing)
        finders |= joined
        finders -= left
        return Moves(frozenset(joined), frozenset(left))

    def remove(self, thing: Thing) -> frozenset[str]:
        """Forget a thing; the ids of the selectors that found it are returned."""
        labels = self._labels.pop(thing)
        self._forget(thing, terms_of(labels))
        left = frozenset(self._finders.pop(thing))
        for each in left:
            self._entries[each].found.discard(thing)
        return left

    def _crowd(self, anchors: frozenset[Term]) -> int:
        """Return how many selectors hang below anchors already: fewer is better."""
        return sum(len(self._below[anchor].all) for anchor in anchors if anchor in self._below)

    def _candidates(self, choices: Iterable[frozenset[Term]]) -> Iterable[Thing]:
        smallest = min(
            choices,
            key=lambda terms: sum(len(self._having[term]) for term in terms if term in self._having),
            default=None,
        )
        if smallest is None:
            return self._labels
        return {thing for term in smallest if term in self._having for thing in self._having[term]}

    def _below_terms(self, terms: Iterable[Term]) -> set[str]:
        found: set[str] = set()
        for anchor in (_ALWAYS, *terms):
            if anchor in self._below:
                found |= self._below[anchor].all
        return found

    def _touched(self, terms: Iterable[Term], changed: Iterable[Term]) -> set[str]:
        found: set[str] = set()
        for anchor in (_ALWAYS, *terms):
            below = self._below.get(anchor)
            if below is not None:
                for term in changed:
                    found |= below.by_term.get(term, set())
        return found

    def _note(self, thing: Thing, terms: Iterable[Term]) -> None:
        for term in terms:
            self._having[term].add(thing)

    def _forget(self, thing: Thing, terms: Iterable[Term]) -> None:
        for term in terms:
            self._having[term].discard(thing)
            if not self._having[term]:
                del self._having[term]
