"""How long calls wait for an answer: long enough for a cluster that elects a leader, and no longer than a stop may."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

PATIENCE: Final = 15.0
"""Seconds after which a call that no endpoint answers fails."""
AT_THE_END: Final = 1.5
"""The same once the datastore is soon to be closed, for all that wait, and those to come, together."""
_LATE: Final = 0.5
"""What a call has that begins when that time is over."""


class Patience:
    """Bounds calls; when the last seconds have begun, for all of them at once."""

    def __init__(self) -> None:
        """Be patient."""
        self._waiting: set[asyncio.Timeout] = set()
        self._end: float | None = None
        self.lost = False
        """The end is near and a call has got no answer: there is nothing to be waited for any more."""

    def end_soon(self) -> None:
        """Give those who wait, and those who come, a moment; a second call does nothing."""
        if self._end is None:
            self._end = asyncio.get_running_loop().time() + AT_THE_END
            for each in self._waiting:
                each.reschedule(min(each.when() or self._end, self._end))

    @asynccontextmanager
    async def bounded(self) -> AsyncGenerator[None]:
        """Let what is inside take as long as is left; TimeoutError when that is over."""
        async with asyncio.timeout_at(self._when()) as bound:
            self._waiting.add(bound)
            try:
                yield
            finally:
                self._waiting.discard(bound)
                self.lost = self.lost or (bound.expired() and self._end is not None)

    def _when(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._end is None:
            return now + PATIENCE
        return now if self.lost else max(self._end, now + _LATE)
