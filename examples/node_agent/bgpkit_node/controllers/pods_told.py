"""A mark in the datastore by which agents know that controllers run: what they do not know of a pod will be told."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Final

from bgpkit_node.cni.pod_facts import COPYING
from bgpkit_node.datastore import Datastore, Put
from bgpkit_node.errors import DatastoreError

_PATIENCE: Final = 1.0


@asynccontextmanager
async def pods_told(datastore: Datastore) -> AsyncGenerator[None, None]:
    """Have the mark while the context lasts, unless others have set theirs meanwhile.

    It stays when the process is killed: the next one has it, too.
    """
    revision = await datastore.transact([Put(COPYING, b"{}")])
    try:
        yield
    finally:
        with suppress(DatastoreError, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await datastore.delete(COPYING, revision)
