"""The parts a selector is made of, how each matches labels, and how each is written."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias, assert_never


class Comparator(Enum):
    """What stands between a label and a value; the value of each member is how it is written."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"


@dataclass(frozen=True, slots=True)
class All:
    """``all()``: true of everything."""


@dataclass(frozen=True, slots=True)
class Global:
    """``global()``: stands for what belongs to no namespace; true of everything when asked about labels."""


@dataclass(frozen=True, slots=True)
class Has:
    """``has(label)``: the label is there, with whatever value."""

    label: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """``label == 'value'`` and its like; of an absent label only ``!=`` is true."""

    label: str
    comparator: Comparator
    value: str


@dataclass(frozen=True, slots=True)
class Membership:
    """``label in {..}`` or ``label not in {..}``; of an absent label only ``not in`` is true."""

    label: str
    values: frozenset[str]
    negated: bool


@dataclass(frozen=True, slots=True)
class Not:
    """``!`` before an operand."""

    operand: "SelectorNode"


@dataclass(frozen=True, slots=True)
class And:
    """Two or more operands joined by ``&&``."""

    operands: tuple["SelectorNode", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Two or more operands joined by ``||``."""

    operands: tuple["SelectorNode", ...]


SelectorNode: TypeAlias = All | Global | Has | Comparison | Membership | Not | And | Or

_COMPARE: Final[dict[Comparator, Callable[[str, str], bool]]] = {
    Comparator.EQUAL: operator.eq,
    Comparator.NOT_EQUAL: operator.ne,
    Comparator.CONTAINS: operator.contains,
    Comparator.STARTS_WITH: str.startswith,
    Comparator.ENDS_WITH: str.endswith,
}


def matches(node: SelectorNode, labels: Mapping[str, str]) -> bool:
    """Tell whether ``labels`` satisfy ``node``."""
    match node:
        case All() | Global():
            return True
        case Has(label):
            return label in labels
        case Comparison(label, comparator, value):
            found = labels.get(label)
            return comparator is Comparator.NOT_EQUAL if found is None else _COMPARE[comparator](found, value)
        case Membership(label, values, negated):
            return (labels.get(label) in values) is not negated
        case Not(operand):
            return not matches(operand, labels)
        case And(operands):
            return all(matches(operand, labels) for operand in operands)
        case Or(operands):
            return any(matches(operand, labels) for operand in operands)
        case _:
            assert_never(node)


def write(node: SelectorNode) -> str:
    """Write ``node`` in the canonical form: one spelling for everything that reads the same."""
    match node:
        case All():
            return "all()"
        case Global():
            return "global()"
        case Has(label):
            return f"has({label})"
        case Comparison(label, comparator, value):
            return f"{label} {comparator.value} {_quote(value)}"
        case Membership(label, values, negated):
            return f"{label} {'not in' if negated else 'in'} {{{', '.join(map(_quote, sorted(values)))}}}"
        case Not(operand):
            return f"!{write(operand)}"
        case And(operands):
            return f"({' && '.join(map(write, operands))})"
        case Or(operands):
            return f"({' || '.join(map(write, operands))})"
        case _:
            assert_never(node)


def _quote(value: str) -> str:
    return f"'{value}'" if '"' in value else f'"{value}"'
