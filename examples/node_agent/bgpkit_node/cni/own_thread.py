"""Work in a thread made for it, which ends with it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

_Result = TypeVar("_Result")


async def in_own_thread(work: Callable[[], _Result]) -> _Result:
    """Run ``work`` in a new thread and return or raise what it does; a cancellation leaves the thread to itself.

    For work that leaves its thread in another network namespace, where a pooled one would be lost.
    """
    outcome: Future[_Result] = Future()
    outcome.set_running_or_notify_cancel()  # from here on it cannot be cancelled

    def run() -> None:
        """Work, and hand the outcome over."""
        try:
            outcome.set_result(work())
        except BaseException as error:  # handed to who waits, whatever it is
            outcome.set_exception(error)

    Thread(target=run, name="pod-network", daemon=True).start()
    return await asyncio.wrap_future(outcome)
