"""Several streams as one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def merged(*streams: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield what any of ``streams`` yields, as it comes, until all have ended; they are closed in the end."""
    coming = {asyncio.ensure_future(_next(stream)): stream for stream in streams}
    try:
        while coming:
            await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in coming if task.done()]:
                stream = coming.pop(task)
                for item in task.result():
                    coming[asyncio.ensure_future(_next(stream))] = stream
                    yield item
    finally:
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        for stream in streams:
            await stream.aclose()


async def _next(stream: AsyncIterator[T]) -> tuple[T, ...]:
    """Return the next item, or nothing at the end."""
    try:
        return (await anext(stream),)
    except StopAsyncIteration:
        return ()
