"""Objects of Kubernetes in few words, and copiers beside a datastore in memory, for unit tests."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from bgpkit_node.controllers.copier import Copier
from bgpkit_node.kubernetes import ApiEvent, ApiObject, WatchedKind
from bgpkit_node.resources import Resource, ResourceStore
from tests.support.memory_datastore import MemoryDatastore


def an_object(name: str, *, labels: Mapping[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """Make an object; what stands before a slash in its name is its namespace."""
    namespace, _, plain = name.rpartition("/")
    metadata: dict[str, Any] = {"name": plain, "uid": f"uid-{plain}", "resourceVersion": "7"}
    if namespace:
        metadata["namespace"] = namespace
    if labels is not None:
        metadata["labels"] = dict(labels)
    return {"metadata": metadata, **fields}


class QuietKubernetes:
    """An API with objects, given by plural, that never change."""

    def __init__(self, **objects: Sequence[ApiObject]) -> None:
        """Have these."""
        self._objects = objects

    async def pages(self, kind: WatchedKind) -> AsyncGenerator[tuple[list[ApiObject], str], None]:
        """Yield them."""
        yield list(self._objects.get(kind.plural, ())), "10"

    async def watch(self, kind: WatchedKind, version: str) -> AsyncGenerator[ApiEvent, None]:
        """Tell nothing."""
        del kind, version
        await asyncio.Event().wait()
        yield ApiEvent({})


class Copied:
    """A copier that is told all that the datastore has, before each look at a name."""

    def __init__(self, copier: Copier[Any, Any]) -> None:
        """Begin with an empty datastore."""
        self.copier = copier
        self.datastore = MemoryDatastore()
        self.store = ResourceStore(self.datastore)
        self._keys = set[str]()

    async def settle(self, objects: Sequence[dict[str, Any]]) -> list[str]:
        """Settle all names, given all objects that there are; return the names that took a write."""
        self.copier.take_whole(self.copier.read_all(objects))
        await self.tell_stored()
        return [name for name in sorted(self.copier.names()) if await self.copier.settle(name, self.store)]

    async def tell_stored(self) -> None:
        """Tell the copier all that the datastore has."""
        self.copier.forget_stored()
        batch = await anext(self.store.watch(self.copier.kept))
        for change in batch.changes:
            list(self.copier.take_stored(change.old, change.new))
        self.copier.take_unreadable(batch.unreadable)
        if self.copier.prefix:
            _, found = await self.datastore.list(self.copier.prefix)
            self.copier.take_keys({each.key: each for each in found}, {each.key for each in found} | self._keys)
            self._keys = {each.key for each in found}

    async def names(self) -> list[str]:
        """Return the qualified names of what the datastore has."""
        found: Sequence[Resource] = await self.store.list(self.copier.kept)
        return [each.qualified_name for each in found]
