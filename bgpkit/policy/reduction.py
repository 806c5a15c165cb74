"""Conditions with what the path answers put in, and how what is left divides prefixes."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bgpkit.policy.condition import AllOf, AnyOf, Condition, Divider, Division, KeyCondition, Lengths, Not
from bgpkit.policy.key_block import KeyBlock
from bgpkit.policy.verdict import Verdict

Reduced: TypeAlias = Condition | bool
"""True or False where the path has decided, else what prefixes are still to be asked."""

Step: TypeAlias = tuple[int, Reduced, bool]
"""The index of a rule, for which prefixes it is, and whether it has the last word. The last step is for all."""

VerdictOf: TypeAlias = Callable[[tuple[int, ...]], Verdict]
"""Takes the indexes of the rules that matched, in order; returns what they say together, always the same object."""


def reduced(condition: Condition, answers: Mapping[Condition, bool]) -> Reduced:
    """Return ``condition`` with the ``answers`` of all path conditions put in."""
    match condition:
        case AllOf(conditions):
            return _joined(AllOf, [reduced(each, answers) for each in conditions], ends=False)
        case AnyOf(conditions):
            return _joined(AnyOf, [reduced(each, answers) for each in conditions], ends=True)
        case Not(inner):
            rest = reduced(inner, answers)
            return not rest if isinstance(rest, bool) else Not(rest)
        case KeyCondition():
            return condition
        case _:
            return answers[condition]


def divider(condition: Condition, width: int) -> Divider:
    """Return what divides prefixes of ``width`` bits by a reduced condition; the very list for all of them."""
    match condition:
        case KeyCondition():
            return condition.divider(width)
        case Not(inner):
            return _turned(divider(inner, width))
        case AllOf(conditions):
            return _narrowing([divider(each, width) for each in conditions])
        case AnyOf(conditions):
            return _turned(_narrowing([divider(Not(each), width) for each in conditions]))
        case _:
            raise TypeError(f"{condition} is no condition that prefixes are divided by")


def lengths(condition: Reduced, answers: Mapping[Condition, Lengths], every: int) -> Lengths:
    """Return for which of ``every`` length a reduced condition holds for all prefixes, and for which for none.

    The ``answers`` are those that its parts give for these prefixes by `KeyCondition.lengths`.
    """
    match condition:
        case bool():
            return (every, 0) if condition else (0, every)
        case Not(inner):
            all_of, none_of = lengths(inner, answers, every)
            return none_of, all_of
        case AllOf(conditions):
            return _lengths_of_all([lengths(each, answers, every) for each in conditions], every)
        case AnyOf(conditions):
            none_of, all_of = _lengths_of_all([lengths(Not(each), answers, every) for each in conditions], every)
            return all_of, none_of
        case _:
            return answers[condition]


def _joined(kind: type[AllOf | AnyOf], parts: list[Reduced], *, ends: bool) -> Reduced:
    """Put parts together again; one that is ``ends`` decides, one that is the opposite says nothing."""
    left: list[Condition] = []
    for part in parts:
        if not isinstance(part, bool):
            left.append(part)
        elif part is ends:
            return ends
    if not left:
        return not ends
    return left[0] if len(left) == 1 else kind(tuple(left))


def _lengths_of_all(parts: list[Lengths], every: int) -> Lengths:
    """Return the lengths for which all of several conditions hold, and those for which one of them never does."""
    inside, outside = every, 0
    for all_of, none_of in parts:
        inside &= all_of
        outside |= none_of
    return inside, outside


def _turned(divide: Divider) -> Divider:
    def turned(keys: list[bytes], block: KeyBlock) -> Division:
        inside, outside = divide(keys, block)
        return outside, inside

    return turned


def _narrowing(dividers: list[Divider]) -> Divider:
    """Return what divides by whether all of several hold, each asked of what is left only."""

    def divide(keys: list[bytes], block: KeyBlock) -> Division:
        inside, others = keys, list[bytes]()
        for each in dividers:
            inside, outside = each(inside, block)
            if not inside:
                return inside, keys
            others += outside
        return inside, others

    return divide
