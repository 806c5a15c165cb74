"""What all kinds of resources have in common, and the row that describes a kind."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.part import Part

API_VERSION: Final = "projectcalico.org/v3"
ROOT: Final = "/calico/resources/v3/projectcalico.org/"
DEFAULT_NAMESPACE: Final = "default"


class Resource(Part, frozen=True, kw_only=True):
    """A resource of any kind; equal when all fields are."""

    kind: ClassVar[str]
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

    ``check`` yields what is wrong with one resource; ``check_all`` what is wrong with all resources of the kind after a
    change, given those after and those before, as pairs of a resource's qualified name and a fault; ``warn`` says in a
    sentence what is allowed and yet does not do what it seems to. Resources of a ``namespaced`` kind belong to a
    namespace each.
    """

    name: str
    plural: str
    aliases: frozenset[str]
    type: type[R]
    narrow: tuple[Column[R], ...]
    wide: tuple[Column[R], ...]
    namespaced: bool = False
    check: Callable[[R], Iterator[Fault]] = _nothing
    check_all: Callable[[Iterable[R], Iterable[R]], Iterator[tuple[str, Fault]]] = _nothing_across
    warn: Callable[[R], Iterator[str]] = _no_warning

    @property
    def prefix(self) -> str:
        """The beginning of the datastore keys of this kind, in whatever namespace."""
        return f"{ROOT}{self.plural}/"

    @property
    def stands_alone(self) -> bool:
        """Whether each resource is right or wrong whatever others of the kind there are."""
        return self.check_all is _nothing_across

    def key(self, name: str, namespace: str = "") -> str:
        """Return the datastore key of a resource; without a ``namespace`` that of one in ``default``, if it has any."""
        return f"{self.prefix}{self.within(namespace)}{name}"

    def within(self, namespace: str) -> str:
        """Return what qualified names begin with: ``namespace`` or ``default``, and a slash; empty for other kinds."""
        return f"{namespace or DEFAULT_NAMESPACE}/" if self.namespaced else ""
