"""Work for a client, which ends when the client goes."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

_Result = TypeVar("_Result")
_Sign = TypeVar("_Sign")


async def unless_gone(
    work: Coroutine[object, object, _Result], sign: asyncio.Future[_Sign], gone: Callable[[], bool]
) -> _Result:
    """Return what ``work`` does; ConnectionResetError once its client has ``gone``, which is asked when ``sign`` comes.

    No work is left running: what is cancelled, by this or from outside, has ended when the error is raised.
    """
    task = asyncio.ensure_future(work)
    try:
        waited: set[asyncio.Future[_Result] | asyncio.Future[_Sign]] = {task, sign}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() and sign.done() and gone():
            raise ConnectionResetError
        return await asyncio.shield(task)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
