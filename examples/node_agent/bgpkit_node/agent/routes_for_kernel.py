"""The routes of a speaker that a kernel may be told of: those to service addresses lead nowhere in a node."""

from collections.abc import Callable

from bgpkit import Entry, Family
from bgpkit_node.services import NO_BLOCKS, ServiceBlocks
from bgpkit_node.tunnels.route_source import VERSIONS, Consumer, Source, Telling


class RoutesForKernel:
    """Stands for a speaker towards its Fib, and leaves out what lies in the blocks of services.

    A reflector takes such routes to pass them on, and a router may send back what it was told.
    """

    def __init__(self, source: Source) -> None:
        """Pass on what ``source`` has; no block is known yet."""
        self._source = source
        self._blocks = NO_BLOCKS
        self._told: list[_Told] = []

    def subscribe(self, family: Family, consumer: Consumer, /) -> Telling:
        """Tell ``consumer`` of the present table without service addresses, then of each block of changes."""
        told = _Told(self._source, family, consumer, self._blocks, self._told.remove)
        self._told.append(told)
        return told

    def follow(self, blocks: ServiceBlocks) -> None:
        """Leave out what lies in ``blocks`` from now on, and tell of what no longer does."""
        if blocks.every != self._blocks.every:
            self._blocks = blocks
            for told in self._told:
                told.leave_out(blocks)


class _Told:
    """One consumer, and what it is told."""

    def __init__(
        self,
        source: Source,
        family: Family,
        consumer: Consumer,
        blocks: ServiceBlocks,
        ended: Callable[["_Told"], None],
    ) -> None:
        self._source = source
        self._family = family
        self._version = VERSIONS[family]
        self._consumer = consumer
        self._blocks = blocks
        self._ended = ended
        self._again: Telling | None = None
        self._telling = source.subscribe(family, self._take)

    def __call__(self) -> None:
        self._ended(self)
        self._telling()
        if self._again is not None:
            self._again()

    async def replayed(self) -> None:
        await self._telling.replayed()
        if self._again is not None:
            await self._again.replayed()

    def leave_out(self, blocks: ServiceBlocks) -> None:
        """Have all told once more: what is left out as withdrawn, the rest as new, which changes nothing if it is."""
        self._blocks = blocks
        if self._again is not None:
            self._again()
        self._again = self._source.subscribe(self._family, self._take_again)

    def _take(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        if not self._blocks.every:
            self._consumer(keys, old, new)
        elif kept := [key for key in keys if not self._blocks.covers(key, self._version)]:
            self._consumer(kept, old, new)

    def _take_again(self, keys: list[bytes], _old: Entry | None, new: Entry | None) -> None:
        if new is None:
            return
        self._take(keys, None, new)
        if out := [key for key in keys if self._blocks.covers(key, self._version)]:
            self._consumer(out, new, None)
