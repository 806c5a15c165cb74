"""Flows that have been told a while ago: a packet that is sent again and again is news only once."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

AGAIN_AFTER: Final = 60.0
"""Seconds after which what still goes on is told again."""
_KEPT: Final = 50_000


class Recent:
    """What has been told, and when."""

    def __init__(self) -> None:
        """Have told nothing."""
        self._told: OrderedDict[Hashable, float] = OrderedDict()

    def is_news(self, what: Hashable, now: float) -> bool:
        """Tell whether something has not been told within a minute, and note it; ``now`` never goes back."""
        while self._told and (len(self._told) > _KEPT or next(iter(self._told.values())) <= now - AGAIN_AFTER):
            self._told.popitem(last=False)
        if what in self._told:
            return False
        self._told[what] = now
        return True
