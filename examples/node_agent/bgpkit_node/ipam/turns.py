"""Changes of one process, one after the other, and each of them anew when another process comes first."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from bgpkit_node.datastore.port import Datastore
from bgpkit_node.errors import AlreadyExistsError, ConflictError, IpamError, NotFoundError
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.to_the_end import to_the_end

T = TypeVar("T")

ATTEMPTS: Final = 100
"""How often a change is tried anew when other writers come first."""

Go = Callable[[], Awaitable[object]]
"""Returns when an address may be taken; what it raises, or its cancellation, is why none is."""
Change = Callable[[Draft], Awaitable[T]]
"""Works out in a draft what is to be written, and returns what the caller gets once it is."""


async def at_once() -> None:
    """Let an address be taken without waiting for anything (a Go)."""


@dataclass(frozen=True, slots=True)
class _WorkedOut(Generic[T]):
    draft: Draft
    result: T
    changes: int
    """How many changes had been carried out when it was begun: it holds as long as there are no more."""


class Turns:
    """Carries changes out; whoever waits for a `Go` keeps nobody from his turn meanwhile."""

    def __init__(self, datastore: Datastore, now: Callable[[], datetime]) -> None:
        """Write to ``datastore``; ``now`` tells the time that drafts go by."""
        self._datastore = datastore
        self._now = now
        self._turn = asyncio.Lock()
        self._changes = 0
        self._is_ahead = False

    async def carry_out(self, change: Change[T], go: Go = at_once) -> T:
        """Write what ``change`` works out, once ``go`` has returned, and return its result.

        IpamError when other writers come first again and again; what ``change`` and ``go`` raise, and then nothing is
        written. A write that has begun is over when its cancellation is told.
        """
        async with self._ahead(change, go) as ahead, self._turn:
            for attempt in range(ATTEMPTS):
                if ahead is None or ahead.changes != self._changes:
                    ahead = await self._work_out(change)
                try:
                    await to_the_end(ahead.draft.commit())  # a cancelled one might be done after what undoes it
                except (AlreadyExistsError, ConflictError, NotFoundError):
                    ahead = None
                    await asyncio.sleep(min(attempt, 20) / 1000)
                else:
                    self._changes += 1
                    return ahead.result
        raise IpamError(f"other writers came first {ATTEMPTS} times")

    @asynccontextmanager
    async def _ahead(self, change: Change[T], go: Go) -> AsyncGenerator[_WorkedOut[T] | None]:
        """Wait for ``go``, and work the change out meanwhile: one at a time, or all would find the same address."""
        if go is at_once or self._is_ahead:
            await go()
            yield None
            return
        self._is_ahead = True
        try:
            ahead = None
            try:
                ahead = await self._work_out(change)
            except IpamError:
                if not self._turn.locked():  # else what is lacking may just be coming back
                    raise
            await go()
            yield ahead
        finally:
            self._is_ahead = False

    async def _work_out(self, change: Change[T]) -> _WorkedOut[T]:
        changes, draft = self._changes, Draft(self._datastore, self._now())
        return _WorkedOut(draft, await change(draft), changes)
