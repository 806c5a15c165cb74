"""Steps of many packets at once, put together to the way of each through one base chain."""

from dataclasses import dataclass, field
from typing import Final

from bgpkit_node.policy_trace.head import Head
from bgpkit_node.policy_trace.step import Step

_KEPT: Final = 10_000
"""Packets whose end may still come; of older ones the end has been lost."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The steps of a packet from a base chain's first rule that it met to what became of it there."""

    head: Head
    steps: tuple[Step, ...]


@dataclass(slots=True)
class _Begun:
    head: Head
    steps: list[Step] = field(default_factory=list[Step])


class Trails:
    """The trails of packets that are on their way."""

    def __init__(self) -> None:
        """Know of no packet."""
        self._begun: dict[int, _Begun] = {}

    def take(self, step: Step) -> Trail | None:
        """Take a step in, and return the trail that ends with it, if it ends one whose beginning is known."""
        if step.head is not None:
            self._begun.pop(step.packet, None)
            self._begun[step.packet] = _Begun(step.head)
        begun = self._begun.get(step.packet)
        if begun is None:
            return None
        begun.steps.append(step)
        if step.fate.is_last:
            del self._begun[step.packet]
            return Trail(begun.head, tuple(begun.steps))
        if len(self._begun) > _KEPT:
            del self._begun[next(iter(self._begun))]
        return None

    def forget(self) -> None:
        """Forget what has begun: steps have been lost."""
        self._begun.clear()
