"""How long the event loop has been kept from its timers."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

TICK: Final = 0.005
"""Seconds between two looks at the clock."""


class StallClock:
    """Measures, from entry to exit, by how much a timer of 5 ms came late."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._longest = 0.0
        self._task: asyncio.Task[None] | None = None

    def longest_milliseconds(self) -> int:
        """Return the longest stall so far, rounded up."""
        return -int(-self._longest * 1000 // 1)

    async def __aenter__(self) -> Self:
        """Begin to measure."""
        self._task = asyncio.create_task(self._measure())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            self._longest = max(self._longest, loop.time() - due)
