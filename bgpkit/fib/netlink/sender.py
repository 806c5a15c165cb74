"""Requests that take the kernel its time, sent beside the loop. Linux only.

netlink(7): the kernel has carried requests out, and has answered them, before ``send`` returns.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, NamedTuple

_BEGINNING: Final = 0.002
"""Seconds that the thread may take to begin, before the loop goes on all the same."""
_READING: Final = 0.002
"""Seconds that the loop may take to read the last answer, before the thread tells the end all the same."""


class _Job(NamedTuple):
    """Requests, and who waits for their end."""

    octets: bytes
    began: Lock
    loop: asyncio.AbstractEventLoop
    end: Callable[[OSError | None], None]


class Sender:
    """A thread that waits for the kernel in the place of the loop.

    To begin and to return it needs the interpreter, and does not get it from a loop that is busy: that lets go of it
    at each turn, too briefly for another thread to take it, which then begins to wait anew. So the loop stands still
    until the thread has begun, which takes some ten microseconds; and the end is read from the kernel's answer, not
    heard from the thread, which keeps still meanwhile: it would hold the loop up right when that has to go on.
    """

    def __init__(self, asking: socket.socket) -> None:
        """Send by ``asking``, which stays the caller's."""
        self._asking = asking
        self._jobs = SimpleQueue[_Job | None]()
        self._working = False

    def close(self) -> None:
        """Let the thread end when it has done what it has begun."""
        self._jobs.put(None)

    async def send(self, octets: bytes, meanwhile: Callable[[], None], answered: Callable[[], bool]) -> None:
        """Send, and return when the requests have been carried out; OSError as of ``send``.

        ``meanwhile`` is called as soon as the kernel is at work; ``answered``, which tells whether the last request
        has its answer, whenever there is something to read. Where that answer is lost, the thread tells the end.
        """
        loop = asyncio.get_running_loop()
        began, over, ended = Lock(), False, loop.create_future()
        began.acquire()

        def end(error: OSError | None = None) -> None:
            """Note the end, which may be told twice."""
            nonlocal over
            over = True
            if ended.done():
                return
            if error is None:
                ended.set_result(None)
            else:
                ended.set_exception(error)

        def look() -> None:
            """Read what the kernel answers."""
            if answered():
                end()

        if not self._working:
            self._working = True
            Thread(target=_work, args=(self._asking, self._jobs), name="bgpkit.fib", daemon=True).start()
        self._jobs.put(_Job(octets, began, loop, end))
        loop.add_reader(self._asking.fileno(), look)
        try:
            began.acquire(timeout=_BEGINNING)
            meanwhile()
            await ended  # shielded it would be heard of a turn later
        except asyncio.CancelledError:
            ended = loop.create_future()
            if not over:
                await ended
            raise
        finally:
            loop.remove_reader(self._asking.fileno())


def _work(asking: socket.socket, jobs: SimpleQueue[_Job | None]) -> None:
    """Wait for the kernel, in the thread, until there is no job but None."""
    job = jobs.get()
    while job is not None:
        job = _do(job, asking, jobs)


def _do(job: _Job, asking: socket.socket, jobs: SimpleQueue[_Job | None]) -> _Job | None:
    """Send, tell the end unless it has been read, and return the next job."""
    job.began.release()
    failed: OSError | None = None
    try:
        asking.send(job.octets)
    except OSError as error:
        failed = error
    closed = False
    try:
        following = jobs.get(timeout=_READING if failed is None else 0)
        if following is not None:  # who asks for more knows the end
            return following
        closed = True
    except Empty:
        pass
    with suppress(RuntimeError):  # the answer was read before, and the loop has been closed since
        job.loop.call_soon_threadsafe(job.end, failed)
    return None if closed else jobs.get()
