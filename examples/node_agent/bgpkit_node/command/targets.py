"""Resources that a command names, by kind, namespace and name, and what is said when they are not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bgpkit_node.command.resource_options import kind_argument
from bgpkit_node.errors import NodeError, UsageError
from bgpkit_node.resources import Document, ResourceKind, ResourceStore, kind_of


@dataclass(frozen=True, slots=True)
class Target:
    """One resource that a command is about; it need not exist."""

    kind: ResourceKind[Any]
    namespace: str
    name: str

    @property
    def qualified_name(self) -> str:
        """Its name, behind the namespace if it belongs to one."""
        return f"{self.kind.within(self.namespace)}{self.name}"

    def __str__(self) -> str:
        """Give kind and name as ``Node(k8s-node1)``."""
        return f"{self.kind.name}({self.qualified_name})"


def targets_of(word: str, names: Sequence[str], namespace: str) -> list[Target]:
    """Return the resources of the kind ``word`` with ``names``; UsageError for an unknown kind or an empty name."""
    kind = kind_argument(word, namespace=namespace)
    if "" in names:
        raise UsageError("the name of a resource may not be empty")
    return [Target(kind, namespace, name) for name in dict.fromkeys(names)]


def targets_in(documents: Sequence[Document]) -> list[Target]:
    """Return the resources that ``documents`` are about."""
    resources = [document.resource for document in documents]
    return [Target(kind_of(resource), resource.namespace, resource.name) for resource in resources]


async def not_found(store: ResourceStore, missing: Sequence[Target]) -> NodeError:
    """Return the error that names what is missing, and what there is of those kinds."""
    sentences: list[str] = []
    for kind in dict.fromkeys(target.kind for target in missing):
        names = ", ".join(target.qualified_name for target in missing if target.kind is kind)
        there = ", ".join(resource.qualified_name for resource in await store.list(kind.type))
        sentences.append(f"{kind.name} {names} not found; there is {there or 'none'}")
    return NodeError("\n".join(sentences))
