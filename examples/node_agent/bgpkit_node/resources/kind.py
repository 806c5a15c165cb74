"""What all kinds of resources have in common, and the row that describes a kind."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, TypeVar

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.part import Part

API_VERSION: Final = "projectcalico.org/v3"
ROOT: Final = "/calico/resources/v3/projectcalico.org/"


class Resource(Part, frozen=True, kw_only=True):
    """A resource of any kind; equal when all fields are."""

    kind: ClassVar[str]
    metadata: Metadata

    @property
    def name(self) -> str:
        """The name, unique among the resources of the kind."""
        return self.metadata.name

    @property
    def revision(self) -> int:
        """The revision at which it was written last; 0 when it did not come from a store."""
        return int(self.metadata.resource_version or 0)

    def __str__(self) -> str:
        """Give kind and name as ``Node(k8s-node1)``."""
        return f"{self.kind}({self.name})"


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
    change, given those after and those before, as pairs of a resource's name and a fault; ``warn`` says in a sentence
    what is allowed and yet does not do what it seems to.
    """

    name: str
    plural: str
    aliases: frozenset[str]
    type: type[R]
    narrow: tuple[Column[R], ...]
    wide: tuple[Column[R], ...]
    check: Callable[[R], Iterator[Fault]] = _nothing
    check_all: Callable[[Iterable[R], Iterable[R]], Iterator[tuple[str, Fault]]] = _nothing_across
    warn: Callable[[R], Iterator[str]] = _no_warning

    @property
    def prefix(self) -> str:
        """The beginning of the datastore keys of this kind."""
        return f"{ROOT}{self.plural}/"

    def key(self, name: str) -> str:
        """Return the datastore key of a resource."""
        return self.prefix + name
