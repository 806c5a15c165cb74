"""How often the event loop turns meanwhile."""

import asyncio
from typing import Self


class Turns:
    """Counts turns of the loop while a block runs."""

    def __init__(self) -> None:
        """Count nothing yet."""
        self.count = 0

    async def __aenter__(self) -> Self:
        """Begin."""
        self._task = asyncio.create_task(self._turn())
        await asyncio.sleep(0)
        self.count = 0
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        self._task.cancel()

    async def _turn(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0)
