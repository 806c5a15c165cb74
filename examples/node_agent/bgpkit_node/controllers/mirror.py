"""Objects of Kubernetes that the datastore has a resource of each, made, changed and deleted here."""

from collections.abc import Collection
from typing import Final

import msgspec

from bgpkit_node.controllers.copier import Copier, S
from bgpkit_node.controllers.objects import UID, Unusable, as_it_is, is_made_here, resource_of
from bgpkit_node.datastore import Delete, Put
from bgpkit_node.errors import NotFoundError, ResourceError
from bgpkit_node.kubernetes import ApiObject, WatchedKind
from bgpkit_node.policy.conversion import POLICY_TYPES
from bgpkit_node.resources import ResourceStore
from bgpkit_node.resources.kind import Resource
from bgpkit_node.resources.registry import kind_of

_OF_THE_STORE: Final = ("uid", "creation_timestamp", "resource_version", "generation")
"""Metadata that the resource store gives."""


class Mirror(Copier[S, S]):
    """A resource for each object. One of the same name that somebody else wrote becomes the object's.

    What is no more in Kubernetes is deleted, if it was made here. A policy that this version cannot read is kept as it
    is: agents deny what it might be about, as with all policies that they cannot read.
    """

    def __init__(self, watched: WatchedKind, kept: type[S], *, without: Collection[str] = ()) -> None:
        """Mirror ``watched`` objects ``without`` some of their fields."""
        super().__init__(watched, kept)
        self._row = kind_of(kept)
        self._without = without

    def read(self, found: ApiObject) -> S:
        """Return the resource that an object is."""
        return resource_of(self._row, found, without=self._without)

    def unusable(self, found: ApiObject, error: ResourceError) -> Unusable:
        """Keep a policy that cannot be read as it is."""
        is_policy = issubclass(self.kept, POLICY_TYPES)
        return Unusable(error, as_it_is(self._row, found, without=self._without) if is_policy else b"")

    def about(self, resource: S) -> str:
        """Return the object that it is named after."""
        return self.place(resource.namespace, resource.name)

    def place(self, namespace: str, name: str) -> str:
        """Return its own name: an object has the same."""
        return f"{namespace}/{name}" if namespace else name

    def kept_name(self, name: str) -> str:
        """Return the qualified name of the resource that an object has."""
        return name

    async def settle(self, name: str, store: ResourceStore) -> bool:
        """Make the resource, change it, or delete it."""
        wanted = self.seen.get(name)
        stored = next(iter(self.stored(name)), None)
        if isinstance(wanted, Unusable):
            if wanted.value:
                await self._keep(name, wanted.value, store)
            raise wanted.error
        if wanted is not None:
            if stored is not None and _is_same(stored, wanted) and not self.is_unreadable(name):
                return False
            applied = await store.apply((wanted,))
            return bool(applied.created or applied.updated)
        if not self.complete:
            return False
        if stored is not None and not self.is_unreadable(name):
            return is_made_here(stored.metadata) and await _deleted(store, stored)
        return self.is_unreadable(name) and await self._removed(name, store)

    async def _keep(self, name: str, value: bytes, store: ResourceStore) -> None:
        """Write an object as it is, unless it stands there already."""
        key = self._row.prefix + self.kept_name(name)
        found = await store.datastore.get(key)
        if found is None or found.value != value:
            await store.datastore.transact([Put(key, value, found.revision if found is not None else 0)])

    async def _removed(self, name: str, store: ResourceStore) -> bool:
        """Delete what cannot be read, if it was made here; return whether it was."""
        key = self._row.prefix + self.kept_name(name)
        found = await store.datastore.get(key)
        if found is None or not _says_made_here(found.value):
            return False
        await store.datastore.transact([Delete(key, found.revision)])
        return True


async def _deleted(store: ResourceStore, resource: Resource) -> bool:
    try:
        await store.delete(type(resource), resource.name, resource.revision, namespace=resource.namespace)
    except NotFoundError:
        return False
    return True


def _is_same(stored: Resource, wanted: Resource) -> bool:
    """Compare all but what the store gives."""
    given = {field: getattr(wanted.metadata, field) for field in _OF_THE_STORE}
    return msgspec.structs.replace(stored, metadata=msgspec.structs.replace(stored.metadata, **given)) == wanted


class _Marked(msgspec.Struct):
    annotations: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class _Envelope(msgspec.Struct):
    metadata: _Marked


def _says_made_here(value: bytes) -> bool:
    try:
        return UID in msgspec.json.decode(value, type=_Envelope).metadata.annotations
    except msgspec.MsgspecError:
        return False
