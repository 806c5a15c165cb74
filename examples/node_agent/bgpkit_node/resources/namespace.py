"""Namespace of Kubernetes: a name that resources belong to, with labels that policies select by."""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

import msgspec

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata, check_namespace_name
from bgpkit_node.resources.part import Part
from bgpkit_node.resources.policy_columns import pairs_text

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""The label that every namespace has, with its name."""


class NamespaceSpec(Part, frozen=True, kw_only=True):
    """What has to be done before a namespace goes; carried, not interpreted."""

    finalizers: tuple[str, ...] = ()


class Namespace(Resource, frozen=True, kw_only=True):
    """A name that resources belong to; the label with its name is always there."""

    kind: ClassVar[str] = "Namespace"
    api_version: ClassVar[str] = "v1"
    spec: NamespaceSpec = NamespaceSpec()
    status: Any = None

    def __post_init__(self) -> None:
        """Give the namespace its name as a label, as the API server of Kubernetes does."""
        if self.metadata.labels.get(NAME_LABEL) != self.name:
            labels = {**self.metadata.labels, NAME_LABEL: self.name}
            msgspec.structs.force_setattr(self, "metadata", msgspec.structs.replace(self.metadata, labels=labels))


def check_namespace(namespace: Namespace) -> Iterator[Fault]:
    """Yield what is wrong with one namespace."""
    faults = list(check_namespace_name("metadata.name", namespace.name))
    if faults:
        yield from faults
        return
    yield from check_metadata(namespace.metadata)


_NAME: Final[Column[Namespace]] = Column("NAME", lambda namespace, _: namespace.name)

KUBERNETES_NAMESPACE: Final[ResourceKind[Namespace]] = ResourceKind(
    name="Namespace",
    plural="namespaces",
    aliases=frozenset({"ns"}),
    type=Namespace,
    narrow=(_NAME,),
    wide=(_NAME, Column("LABELS", lambda namespace, _: pairs_text(namespace.metadata.labels))),
    check=check_namespace,
)
