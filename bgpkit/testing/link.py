"""The way between two hosts of a virtual network, with what befalls it."""

import asyncio
from typing import Protocol

from bgpkit.testing.dice import Dice
from bgpkit.testing.link_conditions import LinkConditions


class Interruptible(Protocol):
    """What waits while a link is interrupted."""

    def link_restored(self) -> None:
        """Go on."""
        ...


class Link:
    """The conditions of a way, its dice, and whether it is interrupted."""

    __slots__ = ("_conditions", "_dice", "_waiting", "interrupted", "is_plain")

    def __init__(self, conditions: LinkConditions, dice: Dice) -> None:
        """Begin with ``conditions``; every chance is drawn from ``dice``."""
        self._dice = dice
        self._waiting: list[Interruptible] = []
        self.interrupted = False
        """Whether nothing arrives until `restore`; TCP sends it again then."""
        self.conditions = conditions

    @property
    def conditions(self) -> LinkConditions:
        """What the way is like; new ones hold for what is sent from then on."""
        return self._conditions

    @conditions.setter
    def conditions(self, conditions: LinkConditions) -> None:
        """Take other ones."""
        self._conditions = conditions
        self.is_plain = not (conditions.bandwidth or conditions.jitter or conditions.reset or conditions.half_open)
        """Whether every segment takes the same time and arrives."""

    def chance(self, probability: float) -> bool:
        """Throw the dice."""
        return probability > 0 and self._dice.random() < probability

    def connect_delay(self) -> float:
        """Return the seconds that this connect takes one way."""
        return self._conditions.delay + self._more(self._conditions.connect_jitter)

    def segment_delay(self) -> float:
        """Return the seconds that this segment takes."""
        return self._conditions.delay + self._more(self._conditions.jitter)

    def interrupt(self) -> None:
        """Let nothing arrive from now on."""
        self.interrupted = True

    def restore(self) -> None:
        """Let arrive what waits, and what comes."""
        self.interrupted = False
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            asyncio.get_running_loop().call_later(self._conditions.delay, each.link_restored)

    def wait(self, waiting: Interruptible) -> None:
        """Call ``waiting`` once the link is restored and the delay has passed."""
        self._waiting.append(waiting)

    def _more(self, most: float) -> float:
        return self._dice.uniform(0.0, most) if most else 0.0
