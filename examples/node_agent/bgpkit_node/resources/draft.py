"""What a change of resources would write, worked out from the resources present; no input or output here."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import msgspec

from bgpkit_node.datastore.port import KeyValue, Operation, Put, Unchanged
from bgpkit_node.errors import AlreadyExistsError, ConflictError, InvalidResourcesError, NotFoundError, ResourceError
from bgpkit_node.resources.documents import Document, check_distinct
from bgpkit_node.resources.kind import Resource, ResourceKind
from bgpkit_node.resources.output import encode, unknown_in
from bgpkit_node.resources.registry import kind_of


class WriteMode(Enum):
    """Whether a resource must not exist, must exist, or either."""

    CREATE = "create"
    REPLACE = "replace"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Present:
    """Resources of one kind at the store's ``revision``: those that can be read, and all of them as stored.

    They go by qualified name. Of kinds that stand alone only those asked for need be here.
    """

    kind: ResourceKind[Any]
    revision: int
    resources: Mapping[str, Resource]
    stored: Mapping[str, KeyValue]


@dataclass(frozen=True, slots=True)
class Write:
    """A resource completed for writing; ``expected`` is the revision it replaces, 0 for none."""

    document: Document
    expected: int
    changed: bool

    @property
    def resource(self) -> Resource:
        """The resource as it is to be written."""
        return self.document.resource

    @property
    def key(self) -> str:
        """Its key in the datastore."""
        return kind_of(self.resource).key_of(self.resource)


def check_each(documents: Sequence[Document]) -> None:
    """Raise InvalidResourcesError when one of the resources is wrong in itself, or given twice."""
    errors = [
        document.error(fault)
        for document in documents
        for fault in kind_of(document.resource).faults(document.resource)
    ]
    errors += check_distinct(documents)
    if errors:
        raise InvalidResourcesError(errors)


def prepare(document: Document, present: Present, mode: WriteMode) -> Write:
    """Complete a resource from the present one of its name, if there is one.

    uid, creationTimestamp and managedFields are kept, the first two made for a new one. Raises AlreadyExistsError or
    NotFoundError as ``mode`` demands, and ConflictError when a resource to be replaced carries another resourceVersion.
    """
    resource = document.resource
    stored = present.stored.get(resource.qualified_name)
    found = stored.revision if stored else 0
    if mode is WriteMode.CREATE and found:
        raise AlreadyExistsError(str(resource))
    if mode is WriteMode.REPLACE and not found:
        raise NotFoundError(str(resource))
    if mode is WriteMode.REPLACE and resource.revision and resource.revision != found:
        raise ConflictError(str(resource), resource.revision, found)
    old = present.resources.get(resource.qualified_name)
    if old is not None:
        resource = resource.kept_as(old.kept_name)
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = msgspec.structs.replace(
        resource.metadata,
        uid=old.metadata.uid if old else str(uuid.uuid4()),
        creation_timestamp=old.metadata.creation_timestamp if old else now,
        generation=old.metadata.generation if old else 0,
        managed_fields=old.metadata.managed_fields if old else None,
        resource_version=str(found) if found else "",
    )
    completed = msgspec.structs.replace(resource, metadata=metadata)
    return Write(replace(document, resource=completed), found, completed != old)


def check_together(writes: Sequence[Write], present: Mapping[str, Present]) -> None:
    """Raise InvalidResourcesError when the resources as they would stand cannot be; faults of others are let be."""
    errors: list[ResourceError] = []
    for state in present.values():
        mine = {write.resource.qualified_name: write for write in writes if write.resource.kind == state.kind.name}
        after = dict(state.resources) | {name: write.resource for name, write in mine.items()}
        said: set[str] = set()
        for name, fault in state.kind.check_all(after.values(), state.resources.values()):
            if name in mine and mine[name].changed and fault.text not in said:
                said.add(fault.text)
                errors.append(mine[name].document.error(fault))
    if errors:
        raise InvalidResourcesError(errors)


def operations(writes: Sequence[Write], present: Mapping[str, Present]) -> Iterator[Operation]:
    """Yield what has to be done in one transaction; nothing when nothing changes."""
    kinds = {write.resource.kind for write in writes if write.changed}
    for name in sorted(kinds):
        if not present[name].kind.stands_alone:
            yield Unchanged(present[name].kind.prefix, present[name].revision)
    for write in writes:
        if write.changed:
            kind = kind_of(write.resource)
            replaced = present[write.resource.kind].stored.get(write.resource.qualified_name)
            unknown = unknown_in(kind, replaced) if replaced else None
            yield Put(write.key, encode(write.resource, kind.elsewhere, unknown), write.expected)


def at_revision(resource: Resource, revision: int) -> Resource:
    """Return ``resource`` as it stands in the store after being written at ``revision``."""
    metadata = msgspec.structs.replace(resource.metadata, resource_version=str(revision))
    return msgspec.structs.replace(resource, metadata=metadata)
