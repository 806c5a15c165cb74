"""What becomes of one kind of Kubernetes in the datastore: what both have told, and making them agree."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from bgpkit_node.controllers.objects import Unusable, check_named, name_of
from bgpkit_node.datastore import KeyValue
from bgpkit_node.errors import ResourceError
from bgpkit_node.kubernetes import ApiObject, WatchedKind
from bgpkit_node.resources import Resource, ResourceStore, Unreadable

T = TypeVar("T")
S = TypeVar("S", bound=Resource)


class Copier(ABC, Generic[T, S]):
    """Keeps what is read of the objects of one kind, and the resources of another that are about them.

    Everything goes by the names of the objects. A name is settled by comparing what both sides have told; so it does
    not matter which change has made that necessary, nor how often it is done.
    """

    prefix = ""
    """Below which the datastore has other things about the objects, beside resources; empty: nowhere."""

    def __init__(self, watched: WatchedKind, kept: type[S]) -> None:
        """Copy ``watched`` objects into ``kept`` resources; nothing is known yet."""
        self.watched = watched
        self.kept = kept
        self.seen: dict[str, T | Unusable] = {}
        """What is read of the objects there are."""
        self.complete = False
        """Whether all objects are known, so that what is not among them is gone."""
        self._stored: defaultdict[str, dict[str, S]] = defaultdict(dict)
        self._unreadable: frozenset[str] = frozenset()

    @abstractmethod
    def read(self, found: ApiObject) -> T:
        """Return what is kept of an object. ResourceError when it cannot be read."""

    @abstractmethod
    def about(self, resource: S) -> str:
        """Return the name of the object that a resource is about; empty: it is about none."""

    @abstractmethod
    async def settle(self, name: str, store: ResourceStore) -> bool:
        """Make the datastore agree with the object ``name``, or with its absence; return whether that took a write.

        ResourceError or InvalidResourcesError when it cannot be, DatastoreError when it must be tried again.
        """

    def place(self, _namespace: str, _name: str) -> str:
        """Return the name of the object that a resource of which only the name can be read is about; empty: of none."""
        return ""

    def unusable(self, found: ApiObject, error: ResourceError) -> Unusable:
        """Return what stands for an object that cannot be read."""
        return Unusable(error, b"")

    def take(self, found: ApiObject, *, gone: bool = False) -> set[str]:
        """Take in an object that is there, or is gone; return the names to settle."""
        name = name_of(found)
        before = self.seen.pop(name, None)
        if not gone:
            self.seen[name] = self._read(found)
        return {name} if self.seen.get(name) != before else set()

    def read_all(self, objects: Iterable[ApiObject]) -> dict[str, T | Unusable]:
        """Return what is kept of each of some objects, by name."""
        return {name_of(each): self._read(each) for each in objects}

    def take_whole(self, read: dict[str, T | Unusable]) -> set[str]:
        """Take in what is kept of all objects that there are; return the names to settle."""
        before, self.seen = self.seen, read
        changed = {name for name in before.keys() | read.keys() if before.get(name) != read.get(name)}
        changed |= set() if self.complete else self.names()
        self.complete = True
        return changed

    def take_stored(self, old: Resource | None, new: Resource | None) -> Iterator[str]:
        """Take in a change in the datastore; yield the names to settle."""
        for resource in (old, new):
            if isinstance(resource, self.kept) and (name := self.about(resource)):
                there = self._stored[name]
                there.pop(resource.qualified_name, None)
                if resource is new:
                    there[resource.qualified_name] = resource
                if not there:
                    del self._stored[name]
                yield name

    def take_unreadable(self, unreadable: Iterable[Unreadable]) -> frozenset[str]:
        """Take in what cannot be read in the datastore at present; return the names to settle."""
        mine = [self.place(each.namespace, each.name) for each in unreadable if each.kind == self.kept.kind]
        before, self._unreadable = self._unreadable, frozenset(filter(None, mine))
        return before ^ self._unreadable

    def take_keys(self, values: Mapping[str, KeyValue], changed: Iterable[str]) -> set[str]:
        """Take in what is below :attr:`prefix`, of which some keys have changed; return the names to settle."""
        del values, changed
        return set()

    def forget_stored(self) -> None:
        """Know nothing of the datastore: it is read anew."""
        self._stored.clear()
        self._unreadable = frozenset()

    def names(self) -> set[str]:
        """Return all names that either side knows."""
        return {*self.seen, *self._stored, *self._unreadable}

    def stored(self, name: str) -> tuple[S, ...]:
        """Return the resources about an object."""
        return tuple(self._stored.get(name, {}).values())

    def is_unreadable(self, name: str) -> bool:
        """Tell whether the datastore has something of that name that cannot be read."""
        return name in self._unreadable

    def _read(self, found: ApiObject) -> T | Unusable:
        try:
            check_named(self.watched, found)
        except ResourceError as error:
            return Unusable(error, b"")
        try:
            return self.read(found)
        except ResourceError as error:
            return self.unusable(found, error)
