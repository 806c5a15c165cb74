"""Work in a thread made for it, which ends with it."""

import asyncio
from _thread import start_new_thread
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_Result = TypeVar("_Result")


def in_own_thread(work: Callable[[], _Result]) -> asyncio.Future[_Result]:
    """Begin ``work`` in a new thread at once, and return what will do as it does; cancelled it leaves the thread alone.

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

    start_new_thread(run, ())  # a Thread's start would have the event loop wait for it
    return asyncio.wrap_future(outcome)
