"""Changing a node's own entry in the datastore, to which operators write as well."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bgpkit_node.errors import AlreadyExistsError, ConflictError, DatastoreError, NotFoundError
from bgpkit_node.resources import Metadata, Node, NodeSpec, ResourceStore

_ATTEMPTS: Final = 50


async def change_node(
    store: ResourceStore, name: str, change: Callable[[Node], Node], *, create: bool = False
) -> Node | None:
    """Write what ``change`` makes of Node ``name``, and return the Node as it stands then.

    What others write meanwhile is kept: the change is worked out anew. Nothing is written when nothing changes. When
    there is no such Node it is made if ``create``, else None is returned. Raises DatastoreError, InvalidResourcesError.
    """
    for attempt in range(_ATTEMPTS):
        present = await store.get(Node, name)
        if present is None and not create:
            return None
        node = present or Node(metadata=Metadata(name=name), spec=NodeSpec())
        wanted = change(node)
        with suppress(AlreadyExistsError, ConflictError, NotFoundError):
            return await (store.create(wanted) if present is None else store.replace(wanted))
        await asyncio.sleep(attempt * 0.001)
    raise DatastoreError(f"Node({name}) is being changed by others all the time: nothing was written")
