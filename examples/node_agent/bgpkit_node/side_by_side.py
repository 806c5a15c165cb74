"""Two pieces of work at the same time, of which neither outlives the other's failure."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

_First = TypeVar("_First")
_Second = TypeVar("_Second")


async def side_by_side(
    first: Coroutine[object, object, _First], second: Coroutine[object, object, _Second]
) -> tuple[_First, _Second]:
    """Run both and return what they return.

    When one fails the other is cancelled, both have ended when its error is raised as it is; a cancellation is handed
    on to both and waits for them likewise.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            one, other = tasks.create_task(first), tasks.create_task(second)
    except BaseExceptionGroup as group:
        error: BaseException = group.exceptions[0]
        raise error from error.__cause__
    return one.result(), other.result()
