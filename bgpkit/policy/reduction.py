"""Conditions with what the path answers put in, and how what is left divides prefixes."""

from collections.abc import Mapping
from typing import TypeAlias

from bgpkit.policy.condition import AllOf, AnyOf, Condition, Divider, Division, KeyCondition, Not
from bgpkit.policy.key_block import KeyBlock

Reduced: TypeAlias = Condition | bool
"""True or False where the path has decided, else what prefixes are still to be asked."""


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


def decided(condition: Reduced, width: int, head: bytes) -> bool | None:
    """Tell what a reduced condition says of every prefix that starts with ``head``; None if that varies."""
    match condition:
        case bool():
            return condition
        case KeyCondition():
            return condition.decides(width, head)
        case Not(inner):
            inside = decided(inner, width, head)
            return None if inside is None else not inside
        case AllOf(conditions):
            return _unanimous([decided(each, width, head) for each in conditions], ends=False)
        case AnyOf(conditions):
            return _unanimous([decided(each, width, head) for each in conditions], ends=True)
        case _:
            return None


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


def _unanimous(answers: list[bool | None], *, ends: bool) -> bool | None:
    if ends in answers:
        return ends
    return None if None in answers else not ends


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
