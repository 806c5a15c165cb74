"""Watching the best routes: a snapshot, then every change, with bounded memory however slow the watcher is."""

import asyncio
from collections.abc import AsyncGenerator

from bgpkit.speaker.route import Route, RouteChange
from bgpkit_rib import Entry, Prefix, Table, best_of

_SLICE = 500


class Watcher:
    """Notes which keys changed; what they changed to is looked up when the watcher reads (state compression)."""

    def __init__(self, table: Table, width: int) -> None:
        """Begin with every prefix of ``table`` as changed."""
        self._table = table
        self._width = width
        self._changed: dict[bytes, None] = {key: None for key, _ in table.loc_rib()}
        self._news = asyncio.Event()
        self._unsubscribe = table.subscribe(self._take)
        self._closed = False
        if self._changed:
            self._news.set()

    def close(self) -> None:
        """Stop watching; a pending read ends."""
        self._closed = True
        self._unsubscribe()
        self._news.set()

    async def changes(self) -> AsyncGenerator[RouteChange, None]:
        """Yield changes until :meth:`close`; changes of a prefix that came while nobody read are one."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._changed:
                taken, self._changed = self._changed, {}
                for number, key in enumerate(taken):
                    if number % _SLICE == _SLICE - 1:
                        await asyncio.sleep(0)
                    self._changed.pop(key, None)  # it is told as it is now
                    path = best_of(self._table.get(key))
                    prefix = Prefix.from_key(key, self._width)
                    yield RouteChange(prefix, None if path is None else Route(prefix, path, best=True))
            if self._closed:
                return

    def _take(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        del nlri
        if best_of(old) is not best_of(new):
            self._changed.update(dict.fromkeys(keys))
            self._news.set()
