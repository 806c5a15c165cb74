"""An event loop whose clock jumps to the next timer as soon as nothing else is left to do."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, TypeVarTuple

from bgpkit.errors import BgpError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_GRACE: Final = 0.05
"""Seconds of real time that octets on their way through the kernel get before the clock jumps."""
_FIRST_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)
_TURNS_A_POLL: Final = 1024
"""Turns of a loop without sockets between two looks at what signals and threads may have left."""


class NothingLeftError(BgpError):
    """Nothing can ever happen any more: no timer runs, nothing is ready, and somebody waits."""


class _JumpingSelector(selectors.DefaultSelector):
    """Looks for sockets that are ready; where there is none, time passes at once."""

    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self.jobs = 0
        """Calls in threads that are not done: time stands still until they are."""
        self.threads = False
        """Whether there ever was a thread, which may wake the loop unasked."""
        self._jump = jump
        self._turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now or in a moment; let ``timeout`` seconds pass otherwise."""
        if self.jobs:
            return super().select(timeout if timeout is not None and timeout <= 0 else None)
        if len(self.get_map()) > 1:  # one is the loop's own, by which threads and signals wake it
            return self._select_among_sockets(timeout)
        self._turns += 1
        if timeout is None or self._turns % _TURNS_A_POLL == 0:
            ready = super().select(None if timeout is None and self.threads else 0)
            if ready:
                return ready
        if timeout is None:
            raise NothingLeftError("nothing is left to happen: no timer runs, and whoever still waits waits for ever")
        if timeout > 0:
            self._jump(timeout)
        return []

    def _select_among_sockets(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(min(timeout, _GRACE))
        if not ready:
            self._jump(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Runs hours of timers in moments.

    Without real sockets (see `VirtualNetwork`) nothing ever waits, and the same program runs the same way each time.
    Real sockets work, too: what is on its way through the kernel gets a moment before the clock jumps. Time stands
    still while a call in a thread is under way. `NothingLeftError` ends a run in which everybody waits for ever.
    """

    def __init__(self) -> None:
        """Start at time 0."""
        self._now = 0.0
        self._jumping = _JumpingSelector(self._advance)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return self._now

    def time_of_day(self) -> datetime:
        """Return the virtual time of day: each run begins on the same day."""
        return _FIRST_DAY + timedelta(seconds=self._now)

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Call ``func`` in a thread; the clock waits for it."""
        future = super().run_in_executor(executor, func, *args)
        self._jumping.threads = True
        self._jumping.jobs += 1
        future.add_done_callback(self._job_done)
        return future

    def _job_done(self, future: asyncio.Future[Any]) -> None:
        del future
        self._jumping.jobs -= 1

    def _advance(self, seconds: float) -> None:
        self._now += seconds


def run_in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time, from 0 on, in a loop of its own; return what it returns."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
