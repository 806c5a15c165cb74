"""Work that a cancellation may not leave half done."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

_Result = TypeVar("_Result")


async def to_the_end(work: Coroutine[object, object, _Result] | asyncio.Future[_Result]) -> _Result:
    """Run ``work`` to its end and return or raise what it does.

    A cancellation that comes meanwhile is raised after that end, in place of the result.
    """
    task = asyncio.ensure_future(work)
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is None:
        return task.result()
    if not task.cancelled():
        task.exception()  # seen, or the loop would report it as lost
    raise cancellation
