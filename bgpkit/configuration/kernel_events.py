"""What happens to the kernel's table, for everybody who listens."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final, TypeAlias

from bgpkit.fib import FibEvent

_KEPT: Final = 256
"""Events that wait for a listener who is slow; older ones are not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelEventsMissed:
    """The listener was too slow: so many events before the next one are not told."""

    count: int


KernelEvent: TypeAlias = FibEvent | KernelEventsMissed
"""What `ConfiguredSpeaker.kernel_events` yields."""


class _Listener:
    """What waits for one listener."""

    def __init__(self) -> None:
        self.waiting: deque[FibEvent] = deque(maxlen=_KEPT)
        self.missed = 0
        self.something = asyncio.Event()


class KernelEvents:
    """Passes each event on to all that listen; it is called with it."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._listeners: list[_Listener] = []

    def __call__(self, event: FibEvent) -> None:
        """Pass an event on."""
        for listener in self._listeners:
            listener.missed += len(listener.waiting) == _KEPT
            listener.waiting.append(event)
            listener.something.set()

    async def listen(self) -> AsyncGenerator[KernelEvent, None]:
        """Yield what happens from now on."""
        listener = _Listener()
        self._listeners.append(listener)
        try:
            while True:
                await listener.something.wait()
                listener.something.clear()
                if listener.missed:
                    missed, listener.missed = listener.missed, 0
                    yield KernelEventsMissed(count=missed)
                while listener.waiting:
                    yield listener.waiting.popleft()
        finally:
            self._listeners.remove(listener)
