"""What a rule asks of a route, and how questions are put together with ``&``, ``|`` and ``~``."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from bgpkit.policy.key_block import KeyBlock
from bgpkit.policy.path_facts import PathFacts

Division: TypeAlias = tuple[list[bytes], list[bytes]]
"""Keys for which a condition holds, and the others; the very list that was divided when all go one way."""

Divider: TypeAlias = Callable[[list[bytes], KeyBlock], Division]
"""Divides prefixes of one block."""

Lengths: TypeAlias = tuple[int, int]
"""Two bitmaps of prefix lengths: those for which a condition holds for all of some prefixes, and for none of them."""


class Condition:
    """A question about a route; ``&``, ``|`` and ``~`` make others of it. Conditions are hashable values.

    A rule looks at a route as it came to the policy, never at what rules before it have changed.
    """

    __slots__ = ()

    def __and__(self, other: "Condition") -> "AllOf":
        """Return the condition that both hold."""
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __or__(self, other: "Condition") -> "AnyOf":
        """Return the condition that at least one of both holds."""
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __invert__(self) -> "Not":
        """Return the condition that this one does not hold."""
        return Not(self)


class PathCondition(Condition, ABC):
    """A question that the path alone answers: its attributes, where it is from.

    Subclass it for a question of your own; it must be hashable, and its answer always the same for one path.
    """

    __slots__ = ()

    @abstractmethod
    def holds(self, facts: PathFacts) -> bool:
        """Tell whether it holds for a path."""


class KeyCondition(Condition, ABC):
    """A question that takes the destination to answer."""

    __slots__ = ()
    uses_rpki: ClassVar[bool] = False
    """Whether ROAs have a say in it."""

    @abstractmethod
    def divider(self, width: int) -> Divider:
        """Return what divides prefixes of ``width`` bits, 0 for keys that hold none, by whether it holds."""

    def lengths(self, width: int, octets: bytes) -> Lengths | None:
        """Tell for which lengths it holds for all prefixes that begin with ``octets``, and for which for none.

        There are as many ``octets`` of the address as `cuts` says, or fewer: then they are a whole prefix. None when it
        takes more than the prefix to tell.
        """
        del width, octets
        return None


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """All of several conditions hold; of none, that is so."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        """Return the conditions with ``and`` between them."""
        return " and ".join(map(_bracketed, self.conditions)) or "any route"


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """At least one of several conditions holds; of none, that is never so."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        """Return the conditions with ``or`` between them."""
        return " or ".join(map(_bracketed, self.conditions)) or "no route"


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """A condition does not hold."""

    condition: Condition

    def __str__(self) -> str:
        """Return the condition behind ``not``."""
        return f"not {_bracketed(self.condition)}"


ANY_ROUTE: Final = AllOf(())
"""Holds for every route."""


def leaves(condition: Condition) -> Iterator[Condition]:
    """Yield the questions that a condition is made of, from the left."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from leaves(each)
        case Not(inner):
            yield from leaves(inner)
        case _:
            yield condition


def _parts(condition: Condition, kind: type[AllOf | AnyOf]) -> tuple[Condition, ...]:
    """Return what ``condition`` joins in the way of ``kind``, so that chains stay flat."""
    return condition.conditions if isinstance(condition, kind) and condition.conditions else (condition,)


def _bracketed(condition: Condition) -> str:
    if isinstance(condition, AllOf | AnyOf) and len(condition.conditions) > 1:
        return f"({condition})"
    return str(condition)
