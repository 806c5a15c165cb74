"""Numbers that look random and follow from a seed."""

import random
from typing import Self


class Dice(random.Random):
    """A generator for simulations; not for secrets."""

    @classmethod
    def of(cls, seed: int, name: str) -> Self:
        """Return a generator whose numbers follow from ``seed`` and ``name``, and are the same in every process.

        Another name gives numbers that have nothing to do with these.
        """
        return cls(f"{seed} {name}")
