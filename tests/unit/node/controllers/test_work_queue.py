"""Names that wait: each once, never twice at a time, again after a failure."""

import asyncio
from itertools import pairwise

from bgpkit_node.controllers.work_queue import WorkQueue
from tests.support import virtual_time


async def _taken(queue: WorkQueue[str]) -> list[str]:
    """Take all that waits."""
    found: list[str] = []
    while len(queue) > len(found):
        found.append(await queue.take())
    return found


async def test_each_name_is_taken_once_however_often_it_was_asked_for() -> None:
    """In the order in which they were asked for first."""
    queue: WorkQueue[str] = WorkQueue()
    queue.add(["a", "b", "a"])
    queue.add(["b", "c"])
    assert await _taken(queue) == ["a", "b", "c"]


async def test_a_name_that_changes_while_it_is_worked_on_is_taken_again_afterwards() -> None:
    """Not before: nobody else works on it."""
    queue: WorkQueue[str] = WorkQueue()
    queue.add(["a"])
    assert await queue.take() == "a"
    queue.add(["a", "b"])
    assert await queue.take() == "b"
    waiting = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    queue.done("a")
    assert await waiting == "a"
    queue.done("a")
    queue.done("b")
    assert len(queue) == 0


def test_a_name_that_failed_comes_again_after_pauses_that_grow_to_a_bound() -> None:
    """What is asked for meanwhile waits no longer for that; success makes the pauses short again."""

    async def pauses() -> list[float]:
        """Fail twelve times, settle, and fail once more; return how long each pause was."""
        queue: WorkQueue[str] = WorkQueue()
        loop, times = asyncio.get_running_loop(), list[float]()
        queue.add(["a"])
        for number in range(15):
            key = await queue.take()
            times.append(loop.time())
            if number == 12:
                queue.done(key)
                queue.add(["a"])
            else:
                queue.failed(key)
                assert len(queue) == 1
        return [round(after - before, 2) for before, after in pairwise(times)]

    found = virtual_time.run(pauses())
    assert found == [0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.0, 10.0, 10.0, 0.0, 0.02]
