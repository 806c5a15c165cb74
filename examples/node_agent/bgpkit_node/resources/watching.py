"""Reading and following resources in a datastore: a first whole picture, then every transaction, for ever."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import structlog

from bgpkit_node.datastore.port import Datastore, KeyValue, WatchEvent
from bgpkit_node.datastore.read_and_watch import read_and_watch
from bgpkit_node.errors import ResourceError
from bgpkit_node.resources.draft import Present
from bgpkit_node.resources.kind import RESOURCES, ROOT, Resource, ResourceKind
from bgpkit_node.resources.output import decode

_LOG: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One resource that changed: ``old`` is None when it is new, ``new`` is None when it is gone."""

    old: Resource | None
    new: Resource | None

    @property
    def resource(self) -> Resource:
        """The resource as it is, or as it was when it is gone."""
        resource = self.new or self.old
        if resource is None:
            raise ValueError("a change has an old or a new resource")
        return resource


class Unreadable(NamedTuple):
    """A stored resource of which only the place is known, and why it cannot be read."""

    kind: str
    namespace: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResourceBatch:
    """All that one transaction changed, or all that differs from what was told before; at ``revision``.

    ``unreadable`` is all that cannot be read at that revision, of whatever transaction.
    """

    revision: int
    changes: tuple[ResourceChange, ...]
    unreadable: frozenset[Unreadable] = frozenset()


async def read_present(datastore: Datastore, kind: ResourceKind[Any], *, namespace: str = "") -> Present:
    """Read all resources of a kind, of one ``namespace`` if given.

    What cannot be read is logged and left out of the resources.
    """
    revision, found = await datastore.list(kind.prefix + (kind.within(namespace) if namespace else ""))
    return _present(kind, revision, found)


async def read_some(datastore: Datastore, kind: ResourceKind[Any], wanted: Sequence[Resource]) -> Present:
    """Read the resources of a kind that have the names of those ``wanted``; the revision is the latest of theirs."""
    keys = [key for resource in wanted for key in kind.keys(resource.name, resource.namespace)]
    read = [await datastore.get(key) for key in keys]
    found = [stored for stored in read if stored is not None]
    return _present(kind, max((stored.revision for stored in found), default=0), found)


def _present(kind: ResourceKind[Any], revision: int, found: Iterable[KeyValue]) -> Present:
    resources: dict[str, Resource] = {}
    all_stored: dict[str, KeyValue] = {}
    for stored in found:
        resource = _decoded(kind, stored)
        if isinstance(resource, ResourceError):
            _log_unreadable(stored, resource)
            all_stored[kind.qualified_name(stored.key)] = stored
        else:
            all_stored[resource.qualified_name] = stored
            resources[resource.qualified_name] = resource
    return Present(kind, revision, resources, all_stored)


async def watch_resources(
    datastore: Datastore, kinds: Sequence[ResourceKind[Any]], logged: dict[str, int] | None = None
) -> AsyncGenerator[ResourceBatch, None]:
    """Yield a first batch with all resources of ``kinds`` as new ones (it may be empty), then one for each transaction.

    What can no longer be read counts as it was last, and is told as unreadable in every batch. When the datastore no
    longer keeps the changes, everything is read again and the difference is yielded. Ends when the datastore is closed.
    Several watches that share ``logged``, revisions by key, log only once what they cannot read.
    """
    follower = _Follower(kinds, {} if logged is None else logged)
    first, revision, found = True, 0, tuple[KeyValue, ...]()

    async def read() -> int:
        """Read all there is."""
        nonlocal revision, found
        revision, found = await datastore.list(follower.prefix)
        return revision

    async with aclosing(read_and_watch(datastore, follower.prefix, read)) as batches:
        async for batch in batches:
            before = follower.unreadable
            changes = follower.take(batch) if batch else follower.take_all(found)
            if first or changes or follower.unreadable != before:
                yield ResourceBatch(batch[0].revision if batch else revision, changes, follower.unreadable)
            first, found = False, ()


class _Follower:
    """Knows what was told, so that every change carries what was before."""

    def __init__(self, kinds: Sequence[ResourceKind[Any]], logged: dict[str, int]) -> None:
        self._logged = logged
        self._kinds = {kind.prefix: kind for kind in kinds}
        self._known: dict[str, Resource] = {}
        self._unreadable: dict[str, Unreadable] = {}
        within = ROOT if all(prefix.startswith(ROOT) for prefix in self._kinds) else RESOURCES
        self.prefix = kinds[0].prefix if len(kinds) == 1 else within

    @property
    def unreadable(self) -> frozenset[Unreadable]:
        """All that cannot be read at present."""
        return frozenset(self._unreadable.values())

    def take_all(self, found: Iterable[KeyValue]) -> tuple[ResourceChange, ...]:
        """Compare with all values there are."""
        values = {stored.key: stored for stored in found}
        gone = [(key, None) for key in self._known | self._unreadable if key not in values]
        return self._changes([*gone, *values.items()])

    def take(self, events: Iterable[WatchEvent]) -> tuple[ResourceChange, ...]:
        """Compare with the events of a transaction."""
        return self._changes(
            [
                (event.key, None if event.value is None else KeyValue(event.key, event.value, event.revision))
                for event in events
            ]
        )

    def _changes(self, values: Iterable[tuple[str, KeyValue | None]]) -> tuple[ResourceChange, ...]:
        changes: list[ResourceChange] = []
        for key, stored in values:
            kind = self._kinds.get(key) or self._kinds.get(_kind_prefix(key))
            if kind is None:
                continue
            old = self._known.pop(key, None)
            # What cannot be read any more is no reason to forget what could: it may be of a newer version than we are.
            new = (self._read(kind, stored) or old) if stored else None
            if stored is None:
                self._unreadable.pop(key, None)
            if new is not None:
                self._known[key] = new
            if new != old:
                changes.append(ResourceChange(old, new))
        return tuple(changes)

    def _read(self, kind: ResourceKind[Any], stored: KeyValue) -> Resource | None:
        read = _decoded(kind, stored)
        if isinstance(read, ResourceError):
            if self._logged.get(stored.key) != stored.revision:
                self._logged[stored.key] = stored.revision
                _log_unreadable(stored, read)
            namespace, _, name = kind.qualified_name(stored.key).rpartition("/")
            self._unreadable[stored.key] = Unreadable(kind.name, namespace, name, str(read))
            return None
        self._unreadable.pop(stored.key, None)
        return read


def _kind_prefix(key: str) -> str:
    """Return the beginning of a key up to what stands behind the group and the plural."""
    return key[: key.find("/", key.find("/", len(RESOURCES)) + 1) + 1]


def _decoded(kind: ResourceKind[Any], stored: KeyValue) -> Resource | ResourceError:
    try:
        resource: Resource = decode(kind, stored)
    except ResourceError as error:
        return error
    return resource


def _log_unreadable(stored: KeyValue, error: ResourceError) -> None:
    _LOG.warning("resources.unreadable", key=stored.key, reason=str(error).removeprefix(f"{stored.key}: "))
