"""The resources of the cluster in a datastore: typed, checked as a whole, changed all or nothing, watched."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from bgpkit_node.datastore.port import Datastore, KeyValue
from bgpkit_node.errors import AlreadyExistsError, ConflictError, DatastoreError, NotFoundError
from bgpkit_node.resources import draft
from bgpkit_node.resources.documents import Document
from bgpkit_node.resources.draft import Present, WriteMode
from bgpkit_node.resources.kind import R, Resource, ResourceKind
from bgpkit_node.resources.output import decode
from bgpkit_node.resources.registry import KINDS, kind_of
from bgpkit_node.resources.watching import ResourceBatch, read_present, read_some, watch_resources

_ATTEMPTS: Final = 50
_RACES: Final = (AlreadyExistsError, ConflictError, NotFoundError)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a call did, each in the order of the documents; ``revision`` is one of the store at which it was done.

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
        self._logged: dict[str, int] = {}

    async def get(self, kind: type[R], name: str, *, namespace: str = "") -> R | None:
        """Return a resource, or None. Raises ResourceError when what is stored cannot be read.

        Of kinds with namespaces, here and below, it is that in ``namespace``, or in ``default``.
        """
        found = await self.find(kind, name, namespace=namespace)
        return found[0] if found else None

    async def find(self, kind: type[R], name: str, *, namespace: str = "") -> tuple[R, KeyValue] | None:
        """Return a resource as :meth:`get` does, and what is stored of it."""
        row = kind_of(kind)
        for key in row.keys(name, namespace):
            stored = await self.datastore.get(key)
            if stored is not None:
                resource = decode(row, stored)
                if resource.qualified_name == f"{row.within(namespace)}{name}":
                    return resource, stored
        return None

    async def list(self, kind: type[R], *, namespace: str = "") -> tuple[R, ...]:
        """Return all resources of a kind, of ``namespace`` if one is given, ordered by namespace and name.

        Those that cannot be read are logged and left out.
        """
        present = await self.present(kind, namespace=namespace)
        return tuple(resource for resource in present.resources.values() if isinstance(resource, kind))

    async def present(self, kind: type[Resource], *, namespace: str = "") -> Present:
        """Return all resources of a kind as :meth:`list` does, and all that is stored of the kind."""
        return await read_present(self.datastore, kind_of(kind), namespace=namespace)

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

    async def write(
        self, resources: Sequence[Resource | Document], mode: WriteMode, *, dry_run: bool = False
    ) -> Applied:
        """Write all ``resources`` as ``mode`` says, or none of them, in one transaction.

        With ``dry_run`` everything is worked out and checked, by the store, too, and nothing written. Raises
        AlreadyExistsError, NotFoundError, ConflictError, InvalidResourcesError.
        """
        documents = [item if isinstance(item, Document) else Document(item) for item in resources]
        draft.check_each(documents)
        for attempt in range(_ATTEMPTS):
            kinds = {document.resource.kind: kind_of(document.resource) for document in documents}
            unseen = mode is WriteMode.CREATE and not attempt and not dry_run
            present = {name: await self._present(kind, documents, unseen=unseen) for name, kind in kinds.items()}
            writes = [draft.prepare(document, present[document.resource.kind], mode) for document in documents]
            draft.check_together(writes, present)
            operations = tuple(draft.operations(writes, present))
            if dry_run and operations:
                await self.datastore.rehearse(operations)
            if dry_run or not operations:
                return _applied(writes, max((state.revision for state in present.values()), default=0))
            try:
                return _applied(writes, await self.datastore.transact(operations))
            except _RACES:
                await asyncio.sleep(attempt * 0.001)
        raise DatastoreError("the resources are being changed by others all the time: nothing was written")

    async def _present(self, kind: ResourceKind[Any], documents: Sequence[Document], *, unseen: bool) -> Present:
        """Read what has a say in writing ``documents`` of ``kind``: many nodes write endpoints of pods at once.

        Where nothing but a resource of its own key has, an ``unseen`` one is taken to be new: the transaction tells.
        """
        if not kind.stands_alone:
            return await read_present(self.datastore, kind)
        if unseen and not kind.type.older_prefix:
            return Present(kind, 0, {}, {})
        resources = [document.resource for document in documents if document.resource.kind == kind.name]
        return await read_some(self.datastore, kind, resources)

    async def label(self, kind: type[R], name: str, changes: Mapping[str, str | None], *, namespace: str = "") -> R:
        """Set labels, and remove those whose value is None; return the resource as stored.

        Raises NotFoundError, InvalidResourcesError.
        """
        title = _title(kind, name, namespace)
        for attempt in range(_ATTEMPTS):
            old = await self.get(kind, name, namespace=namespace)
            if old is None:
                raise NotFoundError(title)
            labels = {key: value for key, value in {**old.metadata.labels, **changes}.items() if value is not None}
            metadata = msgspec.structs.replace(old.metadata, labels=labels)
            try:
                return await self.replace(msgspec.structs.replace(old, metadata=metadata))
            except ConflictError:
                await asyncio.sleep(attempt * 0.001)
        raise DatastoreError(f"{title} is being changed by others all the time: nothing was written")

    async def delete(self, kind: type[R], name: str, revision: int | None = None, *, namespace: str = "") -> None:
        """Delete a resource (with this ``revision``, unless None); raises NotFoundError, ConflictError."""
        title = _title(kind, name, namespace)
        keys = kind_of(kind).keys(name, namespace)
        present = [key for key in keys if await self.datastore.get(key) is not None]
        try:
            await self.datastore.delete((*present, *keys)[0], revision)
        except NotFoundError as error:
            raise NotFoundError(title) from error
        except ConflictError as error:
            raise ConflictError(title, error.expected, error.found) from error

    def watch(self, *kinds: type[Resource]) -> AsyncGenerator[ResourceBatch, None]:
        """Yield a first batch with all resources of ``kinds`` (all kinds, when none are given) as new ones.

        It may be empty. Then a batch for every transaction that changes some. When the datastore no longer keeps the
        changes, everything is read again and what differs is yielded: whoever takes in every batch always knows the
        present state. Ends when the datastore is closed.
        """
        return watch_resources(self.datastore, [kind_of(kind) for kind in kinds] or KINDS, self._logged)


def _title(kind: type[Resource], name: str, namespace: str) -> str:
    return f"{kind.kind}({kind_of(kind).within(namespace)}{name})"


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
