"""The one task that writes, checks and waits."""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Final

import structlog

from bgpkit.errors import FibError
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.events import FibLost, Resynced, ResyncReason
from bgpkit.fib.pacing import in_turns
from bgpkit.fib.report import Reporter

_log = structlog.stdlib.get_logger("bgpkit.fib")

_SETTLING: Final = 0.05
"""Seconds from a doubt to the check: events come in swarms."""
_REST: Final = 4
"""A check is followed by a rest of so many times its own length: checks take a fifth of the time at most."""
_AFTER_FAILURE: Final = 1.0
"""Seconds until a check that failed is tried again."""


class Worker:
    """Drives one dialogue on the running loop until it is stopped.

    Nothing else writes or checks, so that no two of its steps ever overlap; callers only change what is wanted
    and call :meth:`wake`.
    """

    def __init__(
        self, dialogue: Dialogue, check_interval: float, clock: Callable[[], float], reporter: Reporter
    ) -> None:
        """Check all routes every ``check_interval`` seconds of ``clock``, at the latest; ``reporter`` tells of it."""
        self._dialogue = dialogue
        self._reporter = reporter
        self._interval = check_interval
        self._clock = clock
        self._wakeup = asyncio.Event()
        self._idle = asyncio.Event()
        self._doubt_since: float | None = None
        self._rest_until = clock()
        self._routine_at = clock() + check_interval
        self._check_now = False
        self._ended: FibError | None = None

    def wake(self) -> None:
        """Look what there is to do, once the loop gets to it."""
        self._idle.clear()
        self._wakeup.set()

    def listen(self) -> None:
        """Read notices; called when there are some."""
        try:
            self._dialogue.listen()
        except FibError as error:
            self._lose(error)
        self.wake()

    def check_soon(self) -> None:
        """Check all routes without the usual delays."""
        self._check_now = True
        self.wake()

    async def settled(self) -> None:
        """Wait until nothing is pending and no check is due; FibError when the work has ended."""
        while self._ended is None and self._busy():
            self.wake()
            await self._idle.wait()
        if self._ended is not None:
            raise FibError(str(self._ended), self._ended.errno) from self._ended

    async def run(self) -> None:
        """Work until cancelled, or until the kernel is lost."""
        try:
            while self._ended is None:
                await self._step()
        except FibError as error:
            self._lose(error)
        except Exception as error:  # a fault of ours: nobody must go on believing that the table is kept
            _log.exception("fib.failed")
            self._lose(FibError(f"the work on the kernel's routes has ended by a fault: {error!r}"))
        finally:
            if self._ended is None:
                self._ended = FibError("the FIB is closed")
            self._idle.set()

    async def check(self, *, adopt: bool = False) -> None:
        """Dump the table, compare it with what is wanted and queue what differs. FibError: it cannot be read."""
        start = self._clock()
        self._doubt_since, self._check_now = None, False
        await self._dialogue.read_all(self._clock, in_turns, adopt=adopt)
        await asyncio.sleep(0)
        await in_turns(self._dialogue.compare())
        end = self._clock()
        self._rest_until = end + _REST * (end - start)
        self._routine_at = end + self._interval

    async def _step(self) -> None:
        now = self._clock()
        if self._check_at(now) <= now:
            await self._try_check()
        elif self._dialogue.pending or self._attempt_at() <= now:
            await self._dialogue.write_objects(self._clock)
            await self._dialogue.write(now)
            self._reporter.tell_news(self._dialogue)
            await asyncio.sleep(0)
        else:
            await self._wait(now)

    async def _try_check(self) -> None:
        doubted, before, reason = self._dialogue.check_wanted, self._dialogue.pending, self._reason()
        try:
            await self.check()
            if not doubted:
                await self._tidy()
        except FibError as error:
            _log.warning("fib.check_failed", reason=str(error), errno=error.errno)
            self._rest_until = self._clock() + _AFTER_FAILURE
            self._routine_at = self._clock() + self._interval
            return
        self._reporter.tell_news(self._dialogue)
        differing = max(0, self._dialogue.pending - before)
        if doubted or differing:
            _log.info("fib.resynced", differing=differing, reason=reason.value)
            self._reporter.tell(Resynced(reason=reason, differing=differing))

    def _reason(self) -> ResyncReason:
        """Return why the table is about to be read."""
        if self._dialogue.hearing.lost:
            return ResyncReason.NOTICES_LOST
        if self._dialogue.check_wanted:
            return ResyncReason.DOUBT
        return ResyncReason.ASKED if self._check_now else ResyncReason.INTERVAL

    async def _tidy(self) -> None:
        """Remove what nothing needs any more."""
        await in_turns(self._dialogue.release())
        while await self._dialogue.remove_unused(self._clock):
            pass

    async def _wait(self, now: float) -> None:
        self._wakeup.clear()
        self._reporter.tell_news(self._dialogue)
        if not self._busy():
            self._idle.set()
        until = min(self._check_at(now), self._attempt_at())
        timer = asyncio.get_running_loop().call_later(max(0.0, until - now), self._wakeup.set)
        try:
            await self._wakeup.wait()
        finally:
            timer.cancel()

    def _check_at(self, now: float) -> float:
        """Return when the next check is due."""
        if self._check_now:
            return now
        if not self._dialogue.check_wanted:
            return self._routine_at
        if self._doubt_since is None:
            self._doubt_since = now
        return max(self._doubt_since + _SETTLING, self._rest_until)

    def _attempt_at(self) -> float:
        """Return when the next failed route is to be tried again."""
        attempt = self._dialogue.next_attempt
        return attempt if attempt is not None else inf

    def _lose(self, error: FibError) -> None:
        """Note that the kernel cannot be heard any more."""
        self._ended = error
        _log.error("fib.lost", reason=str(error), errno=error.errno)
        self._reporter.tell(FibLost(errno=error.errno, reason=str(error)))

    def _busy(self) -> bool:
        return bool(self._dialogue.pending or self._dialogue.check_wanted or self._check_now)
