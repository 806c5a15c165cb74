"""A thread for one piece of work: what it returns and raises arrives, and a cancelled wait harms nobody."""

import asyncio
import threading
from pathlib import Path

import pytest

from bgpkit_node.cni.own_thread import in_own_thread
from tests.support.processes import wait_until


async def test_each_work_has_a_thread_of_its_own_that_ends() -> None:
    """Not the loop's, and not a pooled one."""
    threads = [await in_own_thread(threading.get_native_id) for _ in range(2)]
    assert threading.get_native_id() not in threads
    places = [Path(f"/proc/self/task/{thread}") for thread in threads]
    await asyncio.to_thread(wait_until, lambda: not any(place.exists() for place in places), "their end", 5)


async def test_what_the_work_raises_is_raised() -> None:
    """With its type and words."""
    with pytest.raises(ZeroDivisionError):
        await in_own_thread(lambda: 1 // 0)


async def test_a_cancelled_wait_leaves_the_work_to_its_end() -> None:
    """Nothing is reported as lost."""
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        """Wait until told."""
        go_on.wait(5)
        done.set()

    waiting = asyncio.ensure_future(in_own_thread(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    assert await asyncio.to_thread(done.wait, 5)
