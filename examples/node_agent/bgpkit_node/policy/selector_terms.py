"""What the answer of a selector depends on, so that a change of labels need only ask the selectors it can matter to."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bgpkit_node.resources import Selector, selector_nodes


class Term(NamedTuple):
    """A label with one value, or with whatever value where it is None."""

    label: str
    value: str | None


def terms_of(labels: Mapping[str, str]) -> Iterator[Term]:
    """Yield the terms that labels fulfil."""
    for label, value in labels.items():
        yield Term(label, value)
        yield Term(label, None)


def changed_terms(before: Mapping[str, str], after: Mapping[str, str]) -> set[Term]:
    """Return the terms that may be fulfilled by one of two sets of labels and not by the other."""
    found: set[Term] = set()
    for label in before.keys() | after.keys():
        old, new = before.get(label), after.get(label)
        if old != new:
            found.add(Term(label, None))
            found.update(Term(label, value) for value in (old, new) if value is not None)
    return found


def mentioned(selector: Selector) -> frozenset[Term]:
    """Return the terms a selector speaks of: labels that differ in none of them it answers alike."""
    return frozenset(_mentioned(selector.node))


def necessary(selector: Selector) -> tuple[frozenset[Term], ...]:
    """Return sets of terms of each of which labels must fulfil one for the selector to match; none if all may match."""
    return tuple(_necessary(selector.node))


def _mentioned(node: selector_nodes.SelectorNode) -> Iterator[Term]:
    match node:
        case selector_nodes.Has(label):
            yield Term(label, None)
        case selector_nodes.Comparison(label, comparator, value):
            exact = comparator in {selector_nodes.Comparator.EQUAL, selector_nodes.Comparator.NOT_EQUAL}
            yield Term(label, value if exact else None)
        case selector_nodes.Membership(label, values, _):
            yield from (Term(label, value) for value in values)
        case selector_nodes.Not(operand):
            yield from _mentioned(operand)
        case selector_nodes.And(operands) | selector_nodes.Or(operands):
            for operand in operands:
                yield from _mentioned(operand)
        case selector_nodes.All() | selector_nodes.Global():
            return


def _necessary(node: selector_nodes.SelectorNode) -> Iterator[frozenset[Term]]:
    match node:
        case selector_nodes.Has(label):
            yield frozenset({Term(label, None)})
        case selector_nodes.Comparison(label, comparator, value):
            if comparator is not selector_nodes.Comparator.NOT_EQUAL:
                exact = comparator is selector_nodes.Comparator.EQUAL
                yield frozenset({Term(label, value if exact else None)})
        case selector_nodes.Membership(label, values, negated):
            if not negated:
                yield frozenset(Term(label, value) for value in values)
        case selector_nodes.And(operands):
            for operand in operands:
                yield from _necessary(operand)
        case selector_nodes.Or(operands):
            yield from _of_either(operands)
        case selector_nodes.Not() | selector_nodes.All() | selector_nodes.Global():
            return


def _of_either(operands: Iterable[selector_nodes.SelectorNode]) -> Iterator[frozenset[Term]]:
    """Yield one set with a choice of each operand, if every one has any."""
    joined: set[Term] = set()
    for operand in operands:
        first = next(_necessary(operand), None)
        if first is None:
            return
        joined |= first
    yield frozenset(joined)
