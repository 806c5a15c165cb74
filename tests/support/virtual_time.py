"""An event loop whose clock jumps to the next timer as soon as nothing else is left to do."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_GRACE = 0.05  # seconds of real time that octets on their way through the kernel get before the clock jumps


class _JumpingSelector(selectors.DefaultSelector):
    """Looks for sockets that are ready; where there is none, time passes at once."""

    def __init__(self, jump: Callable[[float], None]) -> None:
        """Call ``jump`` instead of waiting."""
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now or in a moment; let ``timeout`` seconds pass otherwise."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(min(timeout, _GRACE))
        if not ready:
            self._jump(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Runs hours of timers in moments; sockets work as ever."""

    def __init__(self) -> None:
        """Start at time 0."""
        self._now = 0.0
        super().__init__(_JumpingSelector(self._advance))

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return self._now

    def _advance(self, seconds: float) -> None:
        self._now += seconds


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
