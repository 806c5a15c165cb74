"""Regular expressions over AS numbers: their parts, and the automaton that runs them, one step for each number."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from bgpkit.policy.number_range import NumberRange

_STATES_MAXIMUM: Final = 4096
"""States remembered at most; they are found out as paths come."""


class Edge(Enum):
    """An end of the path."""

    START = "^"
    END = "$"


START: Final = Edge.START
END: Final = Edge.END


@dataclass(frozen=True, slots=True)
class Numbers:
    """One AS number of several ranges."""

    ranges: tuple[NumberRange, ...]


@dataclass(frozen=True, slots=True)
class Sequenced:
    """Parts one after the other; of none, nothing at all."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of several parts."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A part ``least`` times, 0 or 1; more often when ``many``."""

    part: "Node"
    least: int
    many: bool


Node: TypeAlias = Edge | Numbers | Sequenced | Alternatives | Repeated

_Places: TypeAlias = frozenset[int]


class Automaton:
    """Finds an expression anywhere in a path.

    Places lie between parts of the expression; ways without a number lead from some to others, and from a place
    numbers of certain ranges lead on. A state is the set of places where one can be, whatever was taken for the
    beginning; states and steps between them are found out when first needed. AS numbers that no range tells apart
    are one letter.
    """

    __slots__ = ("_accepting", "_bounds", "_ends", "_free", "_goal", "_numbers", "_states", "_steps", "_taken")

    def __init__(self, node: Node) -> None:
        """Lay out the places of ``node``."""
        self._free: list[list[tuple[int, Edge | None]]] = []
        self._taken: list[list[tuple[int, Numbers]]] = []
        begin = self._place()
        self._goal = self._lay(node, begin)
        ranges = [each for ways in self._taken for _, numbers in ways for each in numbers.ranges]
        self._bounds = sorted({bound for each in ranges for bound in (each.first, each.last + 1)})
        self._states: list[_Places] = []
        self._numbers: dict[_Places, int] = {}
        self._accepting: list[bool] = []
        self._ends: list[bool] = []
        self._steps: list[dict[int, int]] = []
        self._forget()

    def finds(self, asns: Sequence[int]) -> bool:
        """Tell whether the expression is found in a path."""
        accepting, steps, bounds = self._accepting, self._steps, self._bounds
        state = 0
        for asn in asns:
            if accepting[state]:
                return True
            letter = bisect_right(bounds, asn)
            following = steps[state].get(letter)
            if following is None:
                following = self._step(state, letter, asn)
            state = following
        return self._ends[state] if asns else self._goal in self._reached((0,), {Edge.START, Edge.END})

    def _forget(self) -> None:
        """Begin with nothing but the state before the first number."""
        for found in (self._states, self._numbers, self._accepting, self._ends, self._steps):
            found.clear()
        self._state(self._reached((0,), {Edge.START}))

    def _state(self, places: _Places) -> int:
        """Return the number of the state that is these places."""
        number = self._numbers.get(places)
        if number is not None:
            return number
        self._numbers[places] = len(self._states)
        self._states.append(places)
        self._accepting.append(self._goal in places)
        self._ends.append(self._goal in self._reached(places, {Edge.END}))
        self._steps.append({})
        return len(self._states) - 1

    def _step(self, state: int, letter: int, asn: int) -> int:
        places = [
            target
            for place in self._states[state]
            for target, numbers in self._taken[place]
            if any(asn in each for each in numbers.ranges)
        ]
        reached = self._reached((0, *places), set())
        if len(self._states) >= _STATES_MAXIMUM:
            self._forget()
            return self._state(reached)
        following = self._steps[state][letter] = self._state(reached)
        return following

    def _reached(self, places: Iterable[int], edges: set[Edge]) -> _Places:
        """Return all places that ways without a number lead to, past those ``edges`` where one stands."""
        reached: set[int] = set()
        pending = list(places)
        while pending:
            place = pending.pop()
            if place not in reached:
                reached.add(place)
                pending += [target for target, edge in self._free[place] if edge is None or edge in edges]
        return frozenset(reached)

    def _place(self) -> int:
        self._free.append([])
        self._taken.append([])
        return len(self._free) - 1

    def _lay(self, node: Node, begin: int) -> int:
        """Lay out ``node`` from a place on; return the place behind it."""
        match node:
            case Edge():
                end = self._place()
                self._free[begin].append((end, node))
            case Numbers():
                end = self._place()
                self._taken[begin].append((end, node))
            case Sequenced(parts):
                end = begin
                for part in parts:
                    end = self._lay(part, end)
            case Alternatives(parts):
                end = self._place()
                for part in parts:
                    inner = self._place()
                    self._free[begin].append((inner, None))
                    self._free[self._lay(part, inner)].append((end, None))
            case Repeated(part, least, many):
                inner, end = self._place(), self._place()
                behind = self._lay(part, inner)
                self._free[begin].append((inner, None))
                self._free[behind].append((end, None))
                if many:
                    self._free[behind].append((inner, None))
                if not least:
                    self._free[begin].append((end, None))
        return end
