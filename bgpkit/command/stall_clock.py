"""How long the event loop has been kept from its timers."""

import asyncio
from typing import Final

from bgpkit.command.going_on import GoingOn

TICK: Final = 0.005
"""Seconds between two looks at the clock."""


class StallClock(GoingOn):
    """Measures, from entry to exit, by how much a timer of 5 ms came late."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._longest = 0.0

    def longest_milliseconds(self) -> int:
        """Return the longest stall so far, rounded up."""
        return -int(-self._longest * 1000 // 1)

    async def _go_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            self._longest = max(self._longest, loop.time() - due)
