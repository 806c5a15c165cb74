"""The store that a command opens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.errors import NodeError
from bgpkit_node.resources import ResourceStore


@asynccontextmanager
async def opened_store(datastore: Path, *, create: bool = False) -> AsyncGenerator[ResourceStore, None]:
    """Open the resources in ``datastore``; NodeError when there is no such file, unless it is to be made."""
    await asyncio.to_thread(_prepare, datastore, create=create)
    async with await SqliteDatastore.open(datastore) as opened:
        yield ResourceStore(opened)


def _prepare(datastore: Path, *, create: bool) -> None:
    try:
        present = datastore.exists()
    except OSError as error:
        raise NodeError(f"{datastore}: cannot be reached: {error.strerror}") from error
    if not create and not present:
        raise NodeError(
            f"{datastore}: there is no datastore; name it with --datastore or BGPKIT_NODE_DATASTORE, "
            "or make one by applying a first resource (bgpkit-node apply -f FILE)"
        )
    if create and not present and not datastore.parent.exists():
        try:
            datastore.parent.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise NodeError(f"{datastore.parent}: cannot be made: {error.strerror}") from error
