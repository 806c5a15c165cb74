"""What all kinds of resources have in common, and the row that describes a kind."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

from bgpkit_node.resources.elsewhere import Elsewhere
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.part import Part

API_VERSION: Final = "projectcalico.org/v3"
RESOURCES: Final = "/calico/resources/v3/"
"""The beginning of the datastore keys of all resources."""
ROOT: Final = f"{RESOURCES}projectcalico.org/"
"""The beginning of the datastore keys of the resources of Calico."""
DEFAULT_NAMESPACE: Final = "default"
_CORE: Final = "core"


class Resource(Part, frozen=True, kw_only=True):
    """A resource of any kind; equal when all fields are.

    ``kind`` is unique among all kinds. Documents write ``api_version`` and ``word``, or ``kind`` where that is empty:
    kinds of two groups may share a word. Where there is an ``older_prefix``, earlier versions kept it before the name.
    """

    kind: ClassVar[str]
    word: ClassVar[str] = ""
    api_version: ClassVar[str] = API_VERSION
    older_prefix: ClassVar[str] = ""
    metadata: Metadata

    @property
    def name(self) -> str:
        """The name, unique among the resources of the kind, or of the kind and the namespace."""
        return self.metadata.name

    @property
    def namespace(self) -> str:
        """The namespace it belongs to; empty for kinds that have none."""
        return self.metadata.namespace

    @property
    def qualified_name(self) -> str:
        """The name, behind the namespace and a slash if it belongs to one; unique in the kind."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def kept_name(self) -> str:
        """The name in the datastore."""
        return self.name

    def kept_as(self, _name: str) -> Self:
        """Return the resource as it is under a name in the datastore."""
        return self

    @property
    def revision(self) -> int:
        """The revision at which it was written last; 0 when it did not come from a store."""
        return int(self.metadata.resource_version or 0)

    def __str__(self) -> str:
        """Give kind and name as ``Node(k8s-node1)`` or ``WorkloadEndpoint(default/k8s--node1-k8s-nginx-eth0)``."""
        return f"{self.kind}({self.qualified_name})"


R = TypeVar("R", bound=Resource)


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column of the table that lists a kind.

    ``cell`` is given a resource and the AS number of nodes that have none of their own. Columns that
    version 3.9 of calicoctl did not print are marked ``recent``.
    """

    header: str
    cell: Callable[[R, int], str]
    recent: bool = False


NAMESPACE: Final[Column[Any]] = Column("NAMESPACE", lambda resource, _: resource.namespace)
"""Comes first in the table of a kind with namespaces when all of them are listed."""


def _nothing(_resource: object) -> Iterator[Fault]:
    return iter(())


def _nothing_across(_after: object, _before: object) -> Iterator[tuple[str, Fault]]:
    return iter(())


def _no_warning(_resource: object) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceKind(Generic[R]):
    """The row of a kind: its names, its struct, its rules and its columns.

    ``check`` yields what is wrong with one resource; ``check_written`` what the store may hold and people may not
    write; ``check_all`` what is wrong with all resources of the kind after a change, given those after and those
    before, as pairs of a resource's qualified name and a fault; ``warn`` says in a sentence what is allowed and yet
    does not do what it seems to. Resources of a ``namespaced`` kind belong to a namespace each.
    """

    name: str
    plural: str
    aliases: frozenset[str]
    type: type[R]
    narrow: tuple[Column[R], ...]
    wide: tuple[Column[R], ...]
    namespaced: bool = False
    check: Callable[[R], Iterator[Fault]] = _nothing
    check_written: Callable[[R], Iterator[Fault]] = _nothing
    check_all: Callable[[Iterable[R], Iterable[R]], Iterator[tuple[str, Fault]]] = _nothing_across
    warn: Callable[[R], Iterator[str]] = _no_warning
    elsewhere: Elsewhere | None = None
    """Where the only resource of the kind is kept, if not where its name says; such a kind is watched by itself."""

    @property
    def api_version(self) -> str:
        """The apiVersion that documents give, as ``projectcalico.org/v3``."""
        return self.type.api_version

    @property
    def word(self) -> str:
        """The kind that documents give; unique among those of one apiVersion."""
        return self.type.word or self.name

    @property
    def group(self) -> str:
        """The API group; empty for the core of Kubernetes."""
        return self.api_version.rpartition("/")[0]

    @property
    def words(self) -> frozenset[str]:
        """All that commands call the kind by, in lower case; the plural alone only where the name is not shared."""
        words = {self.name.lower(), f"{self.name.lower()}s"}
        if self.group:
            words |= {f"{self.plural}.{self.group}", f"{self.word.lower()}.{self.group}"}
        if self.word == self.name:
            words.add(self.plural)
        return self.aliases | words

    @property
    def prefix(self) -> str:
        """The beginning of the datastore keys of this kind, in whatever namespace."""
        if self.elsewhere is not None:
            return self.elsewhere.key
        return f"{RESOURCES}{self.group or _CORE}/{self.plural}/"

    @property
    def stands_alone(self) -> bool:
        """Whether each resource is right or wrong whatever others of the kind there are."""
        return self.check_all is _nothing_across

    def faults(self, resource: R) -> Iterator[Fault]:
        """Yield what is wrong with a resource that someone writes."""
        yield from self.check(resource)
        yield from self.check_written(resource)

    def key(self, name: str, namespace: str = "") -> str:
        """Return the datastore key of a resource; without a ``namespace`` that of one in ``default``, if it has any."""
        if self.elsewhere is not None:
            return self.elsewhere.key
        return f"{self.prefix}{self.within(namespace)}{name}"

    def keys(self, name: str, namespace: str = "") -> tuple[str, ...]:
        """Return the datastore keys where a resource may be, the first of them where a new one is written."""
        older = self.type.older_prefix
        return tuple(self.key(prefix + name, namespace) for prefix in (("", older) if older else ("",)))

    def key_of(self, resource: R) -> str:
        """Return the datastore key of a resource that was read, or of one that is written."""
        return self.key(resource.kept_name, resource.namespace)

    def qualified_name(self, key: str) -> str:
        """Return the qualified name of the resource that is kept at a datastore key of this kind."""
        return self.elsewhere.name if self.elsewhere is not None else key.removeprefix(self.prefix)

    def within(self, namespace: str) -> str:
        """Return what qualified names begin with: ``namespace`` or ``default``, and a slash; empty for other kinds."""
        return f"{namespace or DEFAULT_NAMESPACE}/" if self.namespaced else ""
