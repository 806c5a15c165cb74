"""Those who follow a table block by block: the kernel's routes, and programs that embed the speaker."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

import structlog

from bgpkit_fsm import Family
from bgpkit_rib import Entry, Table

BlockConsumer: TypeAlias = Callable[[list[bytes], Entry | None, Entry | None], None]
"""Takes keys, the entry they had and the entry they have."""

SLICE: Final = 1000
"""Keys replayed before others get their turn."""
AT_ONCE: Final = 3
"""Slices replayed before the call returns: who writes them down in batches has a next one as the first is under way."""


class Subscription:
    """One who follows a table; to call it is to end it.

    The table as it is comes first, as additions, in slices: some at once, the others in turns of the event loop.
    A key that changes before its slice has come is told then, as an addition of what it is by now, and not again. So
    to the consumer every key begins with ``old`` None, and from then on each ``old`` is the ``new`` before it.
    """

    __slots__ = ("_consumer", "_ended", "_log", "_replayed", "_snapshot", "_table", "_told", "_unsubscribe")

    def __init__(
        self, family: Family, table: Table, consumer: BlockConsumer, ended: Callable[["Subscription"], None]
    ) -> None:
        """Begin the replay; ``ended`` is called once, when it is all over."""
        self._table = table
        self._consumer = consumer
        self._ended = ended
        self._log = structlog.get_logger("bgpkit.speaker").bind(family=str(family))
        self._replayed = asyncio.Event()
        self._snapshot = table.keys()
        self._snapshot.reverse()  # slices are cut off at the end, so that their memory goes
        self._told: set[bytes] | None = set()
        self._unsubscribe: Callable[[], None] | None = table.subscribe(self._take)
        self._replay(AT_ONCE * SLICE)

    def __call__(self) -> None:
        """Tell the consumer nothing more."""
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()
            self._finish()
            self._ended(self)

    async def replayed(self) -> None:
        """Wait until the consumer has been told all that the table held, or the subscription has ended."""
        await self._replayed.wait()

    def _replay(self, count: int) -> None:
        told = self._told
        if told is None:
            return
        part = self._snapshot[-count:]
        del self._snapshot[-count:]
        part.reverse()
        fresh = part if told.isdisjoint(part) else [key for key in part if key not in told]
        told.update(fresh)
        blocks: dict[int, tuple[Entry, list[bytes]]] = {}
        last, block = None, list[bytes]()
        for key, entry in zip(fresh, self._table.entries_of(fresh), strict=True):
            if entry is None:
                continue
            if entry is not last:  # that of neighbours is, as a rule
                last, block = entry, blocks.setdefault(id(entry), (entry, []))[1]
            block.append(key)
        for entry, keys in blocks.values():
            self._tell(keys, None, entry)
        if not self._snapshot:
            self._finish()
        else:
            loop = asyncio.get_running_loop()  # after what sockets wake in this turn, and what that wakes in the next
            loop.call_later(0, loop.call_soon, self._replay, SLICE)

    def _finish(self) -> None:
        self._snapshot, self._told = [], None
        self._replayed.set()

    def _take(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        del nlri
        told = self._told
        if told is None or told.issuperset(keys):
            self._tell(keys, old, new)
            return
        known = [key for key in keys if key in told]
        if known:
            self._tell(known, old, new)
        if new is not None:
            fresh = [key for key in keys if key not in told]
            told.update(fresh)
            self._tell(fresh, None, new)

    def _tell(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        if self._unsubscribe is None:
            return
        try:
            self._consumer(keys, old, new)
        except Exception:  # somebody else's fault ends no session and hides no change from others
            self._log.exception("subscriber.failed")
            self()


class Subscriptions:
    """The subscriptions of a speaker."""

    def __init__(self) -> None:
        """Start without any."""
        self._all: set[Subscription] = set()

    def add(self, family: Family, table: Table, consumer: BlockConsumer) -> Subscription:
        """Tell ``consumer`` what ``table`` holds, then each of its changes, until what is returned is called."""
        over: list[Subscription] = []

        def ended(subscription: Subscription) -> None:
            over.append(subscription)
            self._all.discard(subscription)

        subscription = Subscription(family, table, consumer, ended)
        if not over:
            self._all.add(subscription)
        return subscription

    def close(self) -> None:
        """End all."""
        for subscription in tuple(self._all):
            subscription()
