"""The resources of the cluster in a datastore: typed, checked as a whole, changed all or nothing, watched."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bgpkit_node.datastore.port import Datastore
from bgpkit_node.errors import AlreadyExistsError, ConflictError, DatastoreError, NotFoundError
from bgpkit_node.resources import draft
from bgpkit_node.resources.documents import Document
from bgpkit_node.resources.draft import WriteMode
from bgpkit_node.resources.kind import R, Resource
from bgpkit_node.resources.output import decode
from bgpkit_node.resources.registry import KINDS, kind_of
from bgpkit_node.resources.watching import ResourceBatch, read_present, watch_resources

_ATTEMPTS: Final = 50
_RACES: Final = (AlreadyExistsError, ConflictError, NotFoundError)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a call did, each in the order of the documents; ``revision`` is that of the store when it was done.

    The resources are as they stand in the store now.
    """

    revision: int
    created: tuple[Resource, ...]
    updated: tuple[Resource, ...]
    unchanged: tuple[Resource, ...]


class ResourceStore:
    """Typed resources in a datastore.

    Every change is checked against all resources of its kind as they would stand afterwards, and written in one
    transaction; when any of them changed meanwhile, it is worked out and tried again.
    """

    def __init__(self, datastore: Datastore) -> None:
        """Use ``datastore``, which stays the caller's to close."""
        self.datastore = datastore

    async def get(self, kind: type[R], name: str) -> R | None:
        """Return a resource, or None. Raises ResourceError when what is stored cannot be read."""
        row = kind_of(kind)
        stored = await self.datastore.get(row.key(name))
        return decode(row, stored) if stored else None

    async def list(self, kind: type[R]) -> tuple[R, ...]:
        """Return all resources of a kind, ordered by name; those that cannot be read are logged and left out."""
        present = await read_present(self.datastore, kind_of(kind))
        return tuple(resource for resource in present.resources.values() if isinstance(resource, kind))

    async def create(self, resource: R) -> R:
        """Write a resource that must not exist, and return it as stored.

        Raises AlreadyExistsError, InvalidResourcesError.
        """
        return _only(await self.write((resource,), WriteMode.CREATE), type(resource))

    async def replace(self, resource: R) -> R:
        """Write a resource that must exist, and return it as stored.

        When it carries a resourceVersion, it must be the present one. Raises NotFoundError, ConflictError,
        InvalidResourcesError.
        """
        return _only(await self.write((resource,), WriteMode.REPLACE), type(resource))

    async def apply(self, resources: Sequence[Resource | Document]) -> Applied:
        """Write all ``resources``, new or not, or none of them; a resourceVersion in them is passed over.

        Raises InvalidResourcesError with all that is wrong. What is as it should be is not written, and when all of it
        is, the store's revision stays.
        """
        return await self.write(resources, WriteMode.APPLY)

    async def write(self, resources: Sequence[Resource | Document], mode: WriteMode) -> Applied:
        """Write all ``resources`` as ``mode`` says, or none of them, in one transaction.

        Raises AlreadyExistsError, NotFoundError, ConflictError, InvalidResourcesError.
        """
        documents = [item if isinstance(item, Document) else Document(item) for item in resources]
        draft.check_each(documents)
        for attempt in range(_ATTEMPTS):
            kinds = {document.resource.kind: kind_of(document.resource) for document in documents}
            present = {name: await read_present(self.datastore, kind) for name, kind in kinds.items()}
            writes = [draft.prepare(document, present[document.resource.kind], mode) for document in documents]
            draft.check_together(writes, present)
            operations = tuple(draft.operations(writes, present))
            if not operations:
                return _applied(writes, max((state.revision for state in present.values()), default=0))
            try:
                return _applied(writes, await self.datastore.transact(operations))
            except _RACES:
                await asyncio.sleep(attempt * 0.001)
        raise DatastoreError("the resources are being changed by others all the time: nothing was written")

    async def label(self, kind: type[R], name: str, changes: Mapping[str, str | None]) -> R:
        """Set labels, and remove those whose value is None; return the resource as stored.

        Raises NotFoundError, InvalidResourcesError.
        """
        for attempt in range(_ATTEMPTS):
            old = await self.get(kind, name)
            if old is None:
                raise NotFoundError(f"{kind.kind}({name})")
            labels = {key: value for key, value in {**old.metadata.labels, **changes}.items() if value is not None}
            metadata = msgspec.structs.replace(old.metadata, labels=labels)
            try:
                return await self.replace(msgspec.structs.replace(old, metadata=metadata))
            except ConflictError:
                await asyncio.sleep(attempt * 0.001)
        raise DatastoreError(f"{kind.kind}({name}) is being changed by others all the time: nothing was written")

    async def delete(self, kind: type[R], name: str, revision: int | None = None) -> None:
        """Delete a resource (with this ``revision``, unless None); raises NotFoundError, ConflictError."""
        try:
            await self.datastore.delete(kind_of(kind).key(name), revision)
        except NotFoundError as error:
            raise NotFoundError(f"{kind.kind}({name})") from error
        except ConflictError as error:
            raise ConflictError(f"{kind.kind}({name})", error.expected, error.found) from error

    def watch(self, *kinds: type[Resource]) -> AsyncGenerator[ResourceBatch, None]:
        """Yield a first batch with all resources of ``kinds`` (all kinds, when none are given) as new ones.

        It may be empty. Then a batch for every transaction that changes some. When the datastore no longer keeps the
        changes, everything is read again and what differs is yielded: whoever takes in every batch always knows the
        present state. Ends when the datastore is closed.
        """
        return watch_resources(self.datastore, [kind_of(kind) for kind in kinds] or KINDS)


def _applied(writes: Sequence[draft.Write], revision: int) -> Applied:
    stored = [draft.at_revision(write.resource, revision if write.changed else write.expected) for write in writes]
    pairs = list(zip(writes, stored, strict=True))
    return Applied(
        revision,
        created=tuple(resource for write, resource in pairs if write.changed and not write.expected),
        updated=tuple(resource for write, resource in pairs if write.changed and write.expected),
        unchanged=tuple(resource for write, resource in pairs if not write.changed),
    )


def _only(applied: Applied, kind: type[R]) -> R:
    for resource in (*applied.created, *applied.updated, *applied.unchanged):
        if isinstance(resource, kind):
            return resource
    raise ValueError("nothing was written")
