"""Label selectors as Kubernetes writes them: labels that must be equal, and expressions that must hold."""

from collections.abc import Iterator
from enum import Enum
from typing import assert_never

import msgspec

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.metadata import is_label_key, is_label_value
from bgpkit_node.resources.part import StrictPart
from bgpkit_node.resources.selector import Selector
from bgpkit_node.resources.selector_nodes import (
    All,
    And,
    Comparator,
    Comparison,
    Has,
    Membership,
    Not,
    SelectorNode,
)


class LabelOperator(Enum):
    """How a label is compared with the values of an expression; the last two take none."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


class LabelExpression(StrictPart, frozen=True, kw_only=True):
    """A condition on one label; of an absent label NOT_IN is true."""

    key: str
    operator: LabelOperator
    values: tuple[str, ...] = ()

    @property
    def node(self) -> SelectorNode:
        """The condition as part of a selector."""
        match self.operator:
            case LabelOperator.IN | LabelOperator.NOT_IN:
                return Membership(self.key, frozenset(self.values), self.operator is LabelOperator.NOT_IN)
            case LabelOperator.EXISTS:
                return Has(self.key)
            case LabelOperator.DOES_NOT_EXIST:
                return Not(Has(self.key))

    @property
    def text(self) -> str:
        """The condition as ``kubectl`` lists it."""
        match self.operator:
            case LabelOperator.IN:
                return f"{self.key} in ({','.join(sorted(self.values))})"
            case LabelOperator.NOT_IN:
                return f"{self.key} notin ({','.join(sorted(self.values))})"
            case LabelOperator.EXISTS:
                return self.key
            case LabelOperator.DOES_NOT_EXIST:
                return f"!{self.key}"
            case _:
                assert_never(self.operator)


class LabelSelector(StrictPart, frozen=True, kw_only=True):
    """What labels must be, all of it together; an empty one is true of everything."""

    match_labels: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    match_expressions: tuple[LabelExpression, ...] = ()

    @property
    def selector(self) -> Selector:
        """The same as a selector."""
        equal = [Comparison(key, Comparator.EQUAL, value) for key, value in sorted(self.match_labels.items())]
        nodes: list[SelectorNode] = [*equal, *(expression.node for expression in self.match_expressions)]
        return Selector(nodes[0] if len(nodes) == 1 else And(tuple(nodes)) if nodes else All())

    @property
    def text(self) -> str:
        """The selector as ``kubectl`` lists it: ``app=web,tier in (a,b),!old``; ``<none>`` when it is empty."""
        equal = [f"{key}={value}" for key, value in sorted(self.match_labels.items())]
        return ",".join([*equal, *(expression.text for expression in self.match_expressions)]) or "<none>"


def check_label_selector(field: str, selector: LabelSelector | None) -> Iterator[Fault]:
    """Yield what is wrong with a selector in ``field``; None is fine."""
    if selector is None:
        return
    for key, value in selector.match_labels.items():
        yield from _check_key(f"{field}.matchLabels", key)
        yield from _check_value(f"{field}.matchLabels.{key}", value)
    for index, expression in enumerate(selector.match_expressions):
        place = f"{field}.matchExpressions[{index}]"
        yield from _check_key(f"{place}.key", expression.key)
        takes_values = expression.operator in {LabelOperator.IN, LabelOperator.NOT_IN}
        if takes_values and not expression.values:
            yield Fault(f"{place}.values", f"needs at least one value for the operator {expression.operator.value}")
        if not takes_values and expression.values:
            yield Fault(f"{place}.values", f"must be left out for the operator {expression.operator.value}")
        for at, value in enumerate(expression.values):
            yield from _check_value(f"{place}.values[{at}]", value)


def _check_key(field: str, key: str) -> Iterator[Fault]:
    if not is_label_key(key):
        yield Fault(field, f"{key!r} is not the key of a label")


def _check_value(field: str, value: str) -> Iterator[Fault]:
    if not is_label_value(value):
        yield Fault(field, f"{value!r} is not the value of a label")
