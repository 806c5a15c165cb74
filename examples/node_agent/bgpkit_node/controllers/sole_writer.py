"""One process of a cluster copies from Kubernetes; a second waits until the first has ended."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from bgpkit_node.datastore import Datastore
from bgpkit_node.datastore.schema import CONTROLLERS, KEPT_SECONDS
from bgpkit_node.datastore.settings import DatastoreSettings, SqliteSettings
from bgpkit_node.errors import AlreadyExistsError
from bgpkit_node.file_lock import FileLock

_PAUSE: Final = 1.0
"""Seconds between two attempts to become the one."""


@asynccontextmanager
async def sole_writer(
    datastore: Datastore, settings: DatastoreSettings, waiting: Callable[[str], None]
) -> AsyncGenerator[asyncio.Event, None]:
    """Be the one that writes while the context lasts, after having waited for another; the event says that it is lost.

    ``waiting`` is told whom it waits for, at each attempt. On one machine that is a lock, among machines a key that the
    datastore keeps as long as its holder lives, and a little longer.
    """
    async with AsyncExitStack() as stack:
        if isinstance(settings, SqliteSettings):
            lock = FileLock(_lock_of(settings.path))
            stack.callback(lock.release)
            while not lock.take():
                waiting(f"process {lock.holder} copies from Kubernetes")
                await asyncio.sleep(_PAUSE)
        yield await stack.enter_async_context(_held(datastore, waiting))


@asynccontextmanager
async def _held(datastore: Datastore, waiting: Callable[[str], None]) -> AsyncGenerator[asyncio.Event, None]:
    holder = f"{socket.gethostname()} {os.getpid()} {os.urandom(8).hex()}".encode()
    while True:
        try:
            async with datastore.hold(CONTROLLERS, holder, KEPT_SECONDS) as lost:
                yield lost
                return
        except AlreadyExistsError:
            other = await datastore.get(CONTROLLERS)
            where = other.value.decode(errors="replace").partition(" ")[0] if other is not None else "another machine"
            waiting(f"a process on {where} copies from Kubernetes, or did until less than {KEPT_SECONDS} seconds ago")
            await asyncio.sleep(_PAUSE)


def _lock_of(datastore: Path) -> Path:
    return datastore.with_name(f"{datastore.name}.controllers.lock")
