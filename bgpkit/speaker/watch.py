"""Watching the best routes: a snapshot, then every change, with bounded memory however slow the watcher is."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing
from typing import Final
from zlib import crc32

from bgpkit.speaker.route import Route, RouteChange
from bgpkit.speaker.watch_events import Lagged, SnapshotEnd, SnapshotStart, WatchEvent
from bgpkit.speaker.watch_log import LoggedBlock, WatchLog
from bgpkit.speaker.watched_prefixes import WatchedPrefixes
from bgpkit.wire import ROWS
from bgpkit_fsm import Family
from bgpkit_rib import Table, best_of

SLICE: Final = 500
"""Keys looked at before others get their turn."""


class WatchedTable:
    """One table as a watcher sees it: the keys of which it has yet to be told.

    Of each such key it is known whether the watcher has ever been told of it. One that came and went while nobody
    read is forgotten, so that there are never more keys than the table and the watcher's own picture have.
    """

    __slots__ = ("_decode", "_inside", "_table", "changed", "family", "snapshot")

    def __init__(self, family: Family, table: Table, inside: WatchedPrefixes | None) -> None:
        """Watch ``table``, or what lies ``inside`` some prefixes."""
        self.family = family
        self.snapshot: list[bytes] = []
        """Keys to be told in the snapshot, the first one last."""
        self.changed: dict[bytes, bool] = {}
        """Keys that have changed, in order, each with whether the watcher may know it."""
        self._table = table
        self._decode = ROWS[family].decode
        self._inside = inside

    def begin(self) -> None:
        """Begin a snapshot."""
        self.snapshot = self._table.keys()
        self.snapshot.reverse()

    def wants(self, key: bytes) -> bool:
        """Tell whether a key is watched."""
        return self._inside is None or self._inside.has(self._table.width, key)

    def note(self, keys: list[bytes], *, had: bool, has: bool) -> None:
        """Take note that keys which ``had`` a best path, or had none, now have another, or none."""
        changed = self.changed
        if self._inside is not None:
            keys = self._inside.of(self._table.width, keys)
        for key in keys:
            if not changed.setdefault(key, had or not has) and not has:
                del changed[key]

    def take(self) -> dict[bytes, bool]:
        """Return the keys that have changed, and note those to come afresh."""
        taken, self.changed = self.changed, {}
        return taken

    def now(self, key: bytes, cursor: str, *, known: bool) -> RouteChange | None:
        """Return what there is to tell of ``key`` at this moment, to somebody who may know it."""
        self.changed.pop(key, None)
        path = best_of(self._table.get(key))
        if path is None and not known:
            return None
        nlri = self._decode(key, b"" if path is None else path.rest)
        route = None if path is None else Route(nlri, path, best=True)
        return RouteChange(family=self.family, nlri=nlri, route=route, cursor=cursor)


class Watcher:
    """One reader of the log (``LogReader``).

    What a key changed to is looked up when the watcher is told (state compression). Before each look all that is in
    the log is taken in, so that no change is told twice, and what is told is what is known.
    """

    def __init__(
        self, log: WatchLog, tables: Mapping[Family, Table], inside: WatchedPrefixes | None, since: str
    ) -> None:
        """Go on from the cursor ``since`` where that is possible, else begin with a snapshot."""
        self._log = log
        self._tables = {family: WatchedTable(family, table, inside) for family, table in tables.items()}
        asked = (*tables, "", *(() if inside is None else inside.prefixes))
        scope = crc32(" ".join(sorted(map(str, asked))).encode())
        self._name = f"{log.name}-{scope:08x}-"
        self._news = asyncio.Event()
        self._closed = False
        self._lagged = 0
        log.join(self, dict(tables))
        found = self._found(since)
        self._anew = found is None
        self.position = log.end if found is None else found
        # Who comes back may have been told more than its cursor says: up to here it may know everything.
        self._doubtful = 0 if found is None else log.end
        self._told_to = self._cursor(self.position)

    @property
    def pending(self) -> int:
        """How many changed keys the watcher keeps for itself, beside the log that all share."""
        return sum(len(each.changed) for each in self._tables.values())

    def close(self) -> None:
        """Stop watching: what has changed until now is told yet, and a pending read ends."""
        if not self._closed:
            self._catch_up()
            self._log.leave(self)
            self._closed = True
            self._news.set()

    def overtaken(self, block: LoggedBlock) -> None:
        """Take in the next block, which the log is about to forget."""
        self._lagged += len(block.keys)
        self._absorb(block)

    def wake(self) -> None:
        """Go on reading."""
        self._news.set()

    async def events(self) -> AsyncGenerator[WatchEvent, None]:
        """Yield what there is to tell, until :meth:`close`."""
        if self._anew:
            yield SnapshotStart()
            for change in self._snapshot():
                if change is None:
                    await asyncio.sleep(0)
                else:
                    yield change
            yield SnapshotEnd(self._told_to)
        while True:
            self._news.clear()
            self._catch_up()
            if self._lagged:
                keys, self._lagged = self._lagged, 0
                yield Lagged(keys, self._told_to)
            for change in self._batch():
                if change is None:
                    await asyncio.sleep(0)
                else:
                    yield change
            if not self._behind:
                if self._closed:
                    return
                await self._news.wait()

    @property
    def _behind(self) -> bool:
        """Whether there is anything to be told."""
        return (self.position < self._log.end and not self._closed) or any(
            each.changed for each in self._tables.values()
        )

    def _snapshot(self) -> Generator[RouteChange | None, None, None]:
        """Yield the best route of each key; None where others may have their turn."""
        looked = 0
        for watched in self._tables.values():
            watched.begin()
        for watched in self._tables.values():
            while watched.snapshot:
                looked += 1
                if not looked % SLICE:
                    yield None
                self._catch_up()
                key = watched.snapshot.pop()
                change = watched.now(key, "", known=False) if watched.wants(key) else None
                if change is not None:
                    yield change

    def _batch(self) -> Generator[RouteChange | None, None, None]:
        """Yield the changes noted until now; None where others may have their turn.

        Only when the last one is told has everything been told that the log had when the batch began.
        """
        batch = [(watched, watched.take()) for watched in self._tables.values()]
        left = sum(len(changed) for _, changed in batch)
        end = self._cursor(self.position)
        for watched, changed in batch:
            for key, known in changed.items():
                left -= 1
                if not left % SLICE:
                    yield None
                self._catch_up()
                if not left:
                    self._told_to = end
                change = watched.now(key, self._told_to, known=known)
                if change is not None:
                    yield change
        self._told_to = end

    def _catch_up(self) -> None:
        """Take in what the log has."""
        while not self._closed and self.position < self._log.end:
            self._absorb(self._log.block(self.position))

    def _absorb(self, block: LoggedBlock) -> None:
        watched = self._tables.get(block.family)
        if watched is not None:
            watched.note(block.keys, had=block.had or self.position < self._doubtful, has=block.has)
        self.position += 1

    def _cursor(self, position: int) -> str:
        return f"{self._name}{position}"

    def _found(self, cursor: str) -> int | None:
        """Return the position that a cursor of ours means, None when the log cannot go on from there."""
        number = cursor.removeprefix(self._name)
        if number == cursor or not number.isdecimal() or not self._log.first <= int(number) <= self._log.end:
            return None
        return int(number)


class Watchers:
    """Those who watch the routes of a speaker."""

    def __init__(self) -> None:
        """Start without any."""
        self._log = WatchLog()
        self._all: set[Watcher] = set()

    async def events(
        self, tables: Mapping[Family, Table], inside: WatchedPrefixes | None, since: str
    ) -> AsyncGenerator[WatchEvent, None]:
        """Yield what happens in ``tables`` to routes ``inside`` some prefixes, until they are closed."""
        watcher = Watcher(self._log, tables, inside, since)
        self._all.add(watcher)
        try:
            async with aclosing(watcher.events()) as events:
                async for event in events:
                    yield event
        finally:
            watcher.close()
            self._all.discard(watcher)

    async def changes(
        self, tables: Mapping[Family, Table], inside: WatchedPrefixes | None
    ) -> AsyncGenerator[RouteChange, None]:
        """Yield the same without the marks: routes and changes of them."""
        async with aclosing(self.events(tables, inside, "")) as events:
            async for event in events:
                if isinstance(event, RouteChange):
                    yield event

    def close(self) -> None:
        """End all."""
        for watcher in tuple(self._all):
            watcher.close()
        self._log.close()
