"""Who is told of events: every subscriber of each one once, in order, with bounded memory however slow it is."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Final, Self
from weakref import WeakSet

from bgpkit.speaker.events import Event, Missed, PeerEvent

QUEUE: Final = 10_000
"""Events that wait for a subscriber at most, unless it asks for another bound."""


class EventSubscription:
    """An asynchronous iterator over the events since it was made.

    Of a subscriber that reads too slowly the oldest events are dropped, and `Missed` says how many before the next
    one is told. It ends when the speaker has stopped, or after :meth:`close`, as soon as what waits has been read.
    """

    __slots__ = ("__weakref__", "_closed", "_maximum", "_missed", "_news", "_waiting")

    def __init__(self, maximum: int) -> None:
        """Keep up to ``maximum`` events; ValueError for less than one."""
        if maximum < 1:
            raise ValueError(f"a subscriber that keeps {maximum} events is told nothing; keep at least 1")
        self._maximum = maximum
        self._waiting: deque[PeerEvent] = deque()
        self._missed = 0
        self._news = asyncio.Event()
        self._closed = False

    @property
    def pending(self) -> int:
        """How many events wait."""
        return len(self._waiting)

    def close(self) -> None:
        """End: nothing more is taken, and whoever waits for an event wakes up."""
        self._closed = True
        self._news.set()

    def put(self, event: PeerEvent) -> None:
        """Let ``event`` wait; drop the oldest one where there are too many."""
        if self._closed:
            return
        if len(self._waiting) >= self._maximum:
            self._waiting.popleft()
            self._missed += 1
        self._waiting.append(event)
        self._news.set()

    def __aiter__(self) -> Self:
        """Return itself."""
        return self

    async def __anext__(self) -> Event:
        """Return the next event as soon as there is one."""
        while not (self._missed or self._waiting):
            if self._closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        if self._missed:
            count, self._missed = self._missed, 0
            return Missed(count=count)
        return self._waiting.popleft()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close, and drop what waits."""
        self.close()
        self._waiting.clear()
        self._missed = 0


class EventLog:
    """The subscribers of a speaker; one that nobody holds any more is forgotten."""

    def __init__(self) -> None:
        """Start without any."""
        self._subscriptions: WeakSet[EventSubscription] = WeakSet()
        self._closed = False

    def __len__(self) -> int:
        """Return the number of subscribers."""
        return len(self._subscriptions)

    def subscribe(self, maximum: int = QUEUE) -> EventSubscription:
        """Return a subscriber of all events from now on, of which up to ``maximum`` may wait."""
        subscription = EventSubscription(maximum)
        if self._closed:
            subscription.close()
        else:
            self._subscriptions.add(subscription)
        return subscription

    def publish(self, event: PeerEvent) -> None:
        """Tell every subscriber."""
        for subscription in tuple(self._subscriptions):
            subscription.put(event)

    def close(self) -> None:
        """End all."""
        self._closed = True
        for subscription in tuple(self._subscriptions):
            subscription.close()
        self._subscriptions.clear()
