"""Selectors put together: of pods, of their namespaces and of their service accounts."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from bgpkit_node.policy.system_labels import (
    KUBERNETES,
    NAMESPACE,
    OF_ACCOUNT,
    OF_NAMESPACE,
    ORCHESTRATOR,
    SERVICE_ACCOUNT,
)
from bgpkit_node.resources import Selector, selector_nodes
from bgpkit_node.resources.selector_nodes import SelectorNode


def both(*selectors: Selector) -> Selector:
    """Return the selector of what all of the selectors find."""
    nodes = tuple(node for selector in selectors for node in _conjuncts(selector.node))
    return Selector(nodes[0] if len(nodes) == 1 else selector_nodes.And(nodes) if nodes else selector_nodes.All())


def in_namespace(namespace: str) -> Selector:
    """Return the selector of everything in a namespace."""
    return Selector(selector_nodes.Comparison(NAMESPACE, selector_nodes.Comparator.EQUAL, namespace))


def in_namespaces(selector: Selector) -> Selector:
    """Return the selector of everything in the namespaces that ``selector`` finds; ``global()``: in no namespace."""
    match selector.node:
        case selector_nodes.All():
            return Selector(selector_nodes.Has(NAMESPACE))
        case selector_nodes.Global():
            return Selector(selector_nodes.Not(selector_nodes.Has(NAMESPACE)))
        case node:
            return Selector(_prefixed(node, OF_NAMESPACE))


def of_accounts(names: Sequence[str], selector: Selector) -> Selector:
    """Return the selector of pods by service account: of one of the names, if there are any, and by its labels."""
    named = (
        selector_nodes.Membership(SERVICE_ACCOUNT, frozenset(names), negated=False) if names else selector_nodes.All()
    )
    labelled = selector.node
    if not isinstance(labelled, selector_nodes.All):
        labelled = _prefixed(labelled, OF_ACCOUNT)
    return both(Selector(named), Selector(labelled))


def pods(selector: Selector) -> Selector:
    """Return the selector of the pods of Kubernetes that ``selector`` finds."""
    equal = selector_nodes.Comparator.EQUAL
    return both(Selector(selector_nodes.Comparison(ORCHESTRATOR, equal, KUBERNETES)), selector)


def nobody() -> Selector:
    """Return the selector that finds nothing."""
    return Selector(selector_nodes.Not(selector_nodes.All()))


def _conjuncts(node: SelectorNode) -> Iterator[SelectorNode]:
    match node:
        case selector_nodes.All():
            return
        case selector_nodes.And(operands):
            for operand in operands:
                yield from _conjuncts(operand)
        case _:
            yield node


def _prefixed(node: SelectorNode, prefix: str) -> SelectorNode:
    match node:
        case selector_nodes.Has(label):
            return selector_nodes.Has(prefix + label)
        case selector_nodes.Comparison(label, comparator, value):
            return selector_nodes.Comparison(prefix + label, comparator, value)
        case selector_nodes.Membership(label, values, negated):
            return selector_nodes.Membership(prefix + label, values, negated)
        case selector_nodes.Not(operand):
            return selector_nodes.Not(_prefixed(operand, prefix))
        case selector_nodes.And(operands):
            return selector_nodes.And(tuple(_prefixed(operand, prefix) for operand in operands))
        case selector_nodes.Or(operands):
            return selector_nodes.Or(tuple(_prefixed(operand, prefix) for operand in operands))
        case selector_nodes.All() | selector_nodes.Global():
            return node
        case _:
            assert_never(node)
