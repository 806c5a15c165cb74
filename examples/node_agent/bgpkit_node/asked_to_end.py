"""The ways in which a process that serves is asked to end, and work that ends with it."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def when_asked_to_end(call: Callable[[], object]) -> None:
    """Have the running loop call ``call`` at SIGTERM, at SIGINT (Ctrl-C), and at SIGHUP (the terminal is gone).

    A signal that is ignored stays so: under nohup(1) the end of the terminal is no reason.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, call)


async def unless_stopped(stop: asyncio.Event, wanted: Coroutine[Any, Any, T]) -> T | None:
    """Return what is ``wanted``, or None as soon as ``stop`` is set, which ends it."""
    coming, stopping = asyncio.ensure_future(wanted), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else None
    finally:
        for each in (coming, stopping):
            each.cancel()
        await asyncio.gather(coming, stopping, return_exceptions=True)
