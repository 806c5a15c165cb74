"""Copying, for as long as it is right: following Kubernetes and the datastore, and settling what differs."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Final, NamedTuple

from bgpkit_node.controllers.copier import Copier
from bgpkit_node.controllers.following import Reader, follow
from bgpkit_node.controllers.tally import Tally
from bgpkit_node.controllers.work_queue import WorkQueue
from bgpkit_node.datastore.known_keys import KnownKeys
from bgpkit_node.errors import (
    AlreadyExistsError,
    ConflictError,
    DatastoreError,
    InvalidResourcesError,
    NotFoundError,
    ResourceError,
)
from bgpkit_node.resources import ResourceBatch, ResourceStore
from bgpkit_node.running.through_outages import through_outages

AnyCopier = Copier[Any, Any]
_RACES: Final = (AlreadyExistsError, ConflictError, NotFoundError)
_WORKERS: Final = 8
"""Names that are settled at the same time."""


class _Key(NamedTuple):
    copier: AnyCopier
    name: str


class Copying:
    """Makes the datastore agree with Kubernetes, again and again."""

    def __init__(self, api: Reader, store: ResourceStore, copiers: Sequence[AnyCopier], tally: Tally) -> None:
        """Prepare; nothing is read before :meth:`run`."""
        self._api = api
        self._store = store
        self._copiers = copiers
        self._tally = tally
        tally.unknown.update(copier.watched.title for copier in copiers if not copier.watched.optional)
        self._queue: WorkQueue[_Key] = WorkQueue()
        self._unread = {"", *(copier.prefix for copier in copiers)}
        """What has not been read of the datastore yet: prefixes, and the resources as the empty one."""
        self._read = asyncio.Event()
        """Set when the datastore has been read: what is there is not known before."""

    async def run(self) -> None:
        """Go on until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_store())
            for copier in self._copiers:
                if copier.prefix:
                    group.create_task(self._follow_keys(copier))
                group.create_task(follow(self._api, copier, partial(self._ask, copier), self._tally))
            for _ in range(_WORKERS):
                group.create_task(self._work())

    def _ask(self, copier: AnyCopier, names: set[str]) -> None:
        self._queue.add(_Key(copier, name) for name in names)
        self._tally.waits(len(self._queue))

    async def _follow_store(self) -> None:
        watch = partial(self._store.watch, *dict.fromkeys(copier.kept for copier in self._copiers))
        async with aclosing(through_outages("controllers", watch, self._tally.datastore)) as batches:
            async for anew, batch in batches:
                for copier in self._copiers:
                    self._take(copier, batch, anew=anew)
                self._has_read("")

    async def _follow_keys(self, copier: AnyCopier) -> None:
        known = KnownKeys(self._store.datastore, copier.prefix)
        async with aclosing(through_outages(copier.prefix, known.changes, self._tally.datastore)) as changes:
            async for _, changed in changes:
                self._ask(copier, copier.take_keys(known.values, changed))
                self._has_read(copier.prefix)

    def _has_read(self, prefix: str) -> None:
        self._unread.discard(prefix)
        if not self._unread:
            self._tally.waits_for = ""
            self._read.set()

    def _take(self, copier: AnyCopier, batch: ResourceBatch, *, anew: bool) -> None:
        asked = copier.names() if anew else set[str]()
        if anew:
            copier.forget_stored()
        for change in batch.changes:
            asked.update(copier.take_stored(change.old, change.new))
        asked |= copier.take_unreadable(batch.unreadable)
        self._ask(copier, asked)

    async def _work(self) -> None:
        await self._read.wait()
        while True:
            key = await self._queue.take()
            await self._settle(key)
            self._tally.waits(len(self._queue))

    async def _settle(self, key: _Key) -> None:
        kind, tally = key.copier.watched.title, self._tally
        try:
            written = await key.copier.settle(key.name, self._store)
        except (InvalidResourcesError, ResourceError) as error:
            tally.refuses(kind, key.name, error)
            self._queue.done(key)
        except DatastoreError as error:
            tally.retries[kind] += 1
            if not isinstance(error, _RACES):
                tally.datastore.began("writer", error)
            self._queue.failed(key)
        else:
            tally.datastore.over("writer")
            tally.settled(kind, key.name, written=written)
            self._queue.done(key)
