"""GlobalNetworkSet: networks with labels, which rules of all policies find by selector."""

from typing import ClassVar, Final

from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.network_set import NetworkSetSpec, check_network_set


class GlobalNetworkSetSpec(NetworkSetSpec, frozen=True, kw_only=True):
    """The networks, or single addresses."""


class GlobalNetworkSet(Resource, frozen=True, kw_only=True):
    """Networks that belong to no namespace."""

    kind: ClassVar[str] = "GlobalNetworkSet"
    spec: GlobalNetworkSetSpec = GlobalNetworkSetSpec()


_NAME: Final[Column[GlobalNetworkSet]] = Column("NAME", lambda one, _: one.name)

GLOBAL_NETWORK_SET: Final[ResourceKind[GlobalNetworkSet]] = ResourceKind(
    name="GlobalNetworkSet",
    plural="globalnetworksets",
    aliases=frozenset({"gns"}),
    type=GlobalNetworkSet,
    narrow=(_NAME,),
    wide=(_NAME, Column("NETS", lambda one, _: ",".join(one.spec.nets))),
    check=lambda one: check_network_set(one.metadata, one.spec, namespaced=False),
)
