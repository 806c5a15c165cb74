"""One step of one program on the clock, judged by the kernel."""

import gc
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks._fib_monitor import Monitor, heard
from benchmarks._fib_place import differing, installed
from benchmarks._fib_program import Program, ProgramError, Step, Word
from benchmarks._fib_routes import MOVED, Routes

_SOON: Final = 0.02
_QUIET: Final = 0.3
"""Seconds without a change after which a step is over, when as many changes were heard of as there must be."""
_SILENT: Final = 2.0
"""The same when there were fewer: some programs do more with one message."""
_IDLE: Final = 0.01
"""A program that uses no more processor time while the kernel is quiet does nothing but wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one step took."""

    seconds: float
    processor: float
    """Seconds of processor time of the program, in the kernel too."""
    peak: int
    """Octets of memory at the highest until then."""
    changes: int | None = None
    """Changes of routes that the kernel told of: counted at a restart only."""
    stall: float | None = None
    """The most seconds of processor time from one turn of an event loop to the next."""
    own: float | None = None
    """Of a restart: the seconds from when the program was ready to work."""
    writes: int | None = None


class Measurement:
    """A running program, and what is to be in the kernel as the steps go on."""

    def __init__(self, program: Program, limit: float) -> None:
        """Take the program and the seconds that a step may take."""
        self._program = program
        self._limit = limit
        self._wanted: Mapping[str, str] = {}
        self._again: Mapping[str, str] = {}

    def run(self, step: Step) -> Figures:
        """Let the program do a step; ProgramError when the kernel's routes are not as asked for in the end."""
        routes = self._program.routes
        changed = self._aim(step, routes)
        gc.collect()
        gc.disable()
        try:
            return self._restart() if step is Step.ADOPT else self._step(step, changed)
        finally:
            gc.enable()

    def _aim(self, step: Step, routes: Routes) -> int:
        """Note what is to be there after a step; return how many changes will be heard of at least."""
        keys = list(routes.keys)
        match step:
            case Step.ADD:
                self._wanted = self._again = routes.wanted()
            case Step.REPLACE:
                self._wanted = self._again = routes.wanted(shifted=True)
            case Step.MOVE:
                self._wanted = self._again = routes.wanted(shifted=True, moved=True)
                keys = [routes.keys[place] for place in routes.with_next_hop(MOVED, shifted=True)]
            case Step.DELETE:
                self._wanted = {}
            case Step.DUMP:
                self._wanted, keys = self._again, []
            case Step.ADOPT:
                keys = []
        return heard(keys)

    def _step(self, step: Step, changed: int) -> Figures:
        program = self._program
        program.prepare(step)
        with Monitor() as monitor:
            processor, start = program.processor, time.monotonic()
            word = program.do(step)
            end = time.monotonic()
            if word is None:
                word = Word()
                end = self._until_over(monitor, start, changed)
            used = program.processor - processor if word.processor is None else word.processor
        self._compare(step)
        seconds = end - start if word.seconds is None else word.seconds
        return Figures(
            seconds=seconds, processor=used, peak=program.peak, stall=word.stall, writes=word.writes, own=None
        )

    def _until_over(self, monitor: Monitor, start: float, changed: int) -> float:
        """Wait until the kernel has told of all changes and the program rests; return when the last change was."""
        while True:
            monitor.wait(_SOON)
            now = time.monotonic()
            quiet = now - (monitor.last_at or start)
            if quiet > _QUIET and (monitor.count >= changed or quiet > _SILENT) and self._is_idle():
                return monitor.last_at or start
            if now - start > self._limit:
                raise ProgramError(f"not finished after {self._limit:.0f} s")
            if not self._program.is_alive:
                raise ProgramError(f"it has ended: {self._program.words()}")

    def _restart(self) -> Figures:
        """Count every change of routes from the crash until the program rests again."""
        program = self._program
        with Monitor(every=True) as monitor:
            start = time.monotonic()
            word = program.restart()
            end = time.monotonic()
            if word is None:
                word = Word()
                end = self._until_idle(monitor, start)
            else:
                monitor.wait(_QUIET)
            used = program.processor
        if monitor.lost:
            raise ProgramError("more changes than could be counted")
        self._compare(Step.ADOPT)
        return Figures(
            seconds=end - start,
            processor=used,
            peak=program.peak,
            changes=monitor.count,
            stall=word.stall,
            own=word.seconds,
            writes=word.writes,
        )

    def _until_idle(self, monitor: Monitor, start: float) -> float:
        """Wait until there is neither work nor change for a while; return when that began."""
        last = time.monotonic()
        while True:
            before, count = self._program.processor, monitor.count
            monitor.wait(_SOON)
            now = time.monotonic()
            if self._program.processor - before > _IDLE * _SOON or monitor.count != count:
                last = now
            if now - last > _SILENT:
                return last
            if now - start > self._limit:
                raise ProgramError(f"not at rest {self._limit:.0f} s after its start")

    def _is_idle(self) -> bool:
        """Tell whether the program uses hardly any processor time, looking for a while."""
        before = self._program.processor
        time.sleep(0.1)
        return self._program.processor - before < _IDLE

    def _compare(self, step: Step) -> None:
        """Compare the kernel's routes with those asked for; ProgramError tells the difference."""
        difference = differing(self._wanted, installed(self._program.protocol))
        if difference:
            raise ProgramError(f"{step.value}: {difference}")
