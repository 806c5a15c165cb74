"""Long walks that let others have their turn."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Final, TypeVar

T = TypeVar("T")

SLICE_SECONDS: Final = 0.001
"""How long is walked before the loop gets a turn."""


async def paced(items: Iterable[T | None]) -> AsyncGenerator[T, None]:
    """Yield items, some milliseconds' worth before others have their turn; None is work without an item."""
    clock = asyncio.get_running_loop().time
    until = clock() + SLICE_SECONDS
    for item in items:
        if clock() > until:
            await asyncio.sleep(0)
            until = clock() + SLICE_SECONDS
        if item is not None:
            yield item


async def in_turns(steps: Iterable[object]) -> None:
    """Take all steps likewise."""
    async with aclosing(paced(steps)) as walk:
        async for _ in walk:
            pass
