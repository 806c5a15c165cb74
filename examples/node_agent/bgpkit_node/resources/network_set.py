"""NetworkSet: networks with labels, which rules of one namespace find by selector."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar, Final

from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_text
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import Metadata, check_metadata
from bgpkit_node.resources.part import StrictPart

RESERVED: Final = "projectcalico.org/"


class NetworkSetSpec(StrictPart, frozen=True, kw_only=True):
    """The networks, or single addresses."""

    nets: tuple[str, ...] = ()

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks, an address alone as one of its own."""
        return tuple(parse_interface(text).network for text in self.nets)


class NetworkSet(Resource, frozen=True, kw_only=True):
    """Networks that rules find as they find pods."""

    kind: ClassVar[str] = "NetworkSet"
    spec: NetworkSetSpec = NetworkSetSpec()


def check_network_set(metadata: Metadata, spec: NetworkSetSpec, *, namespaced: bool) -> Iterator[Fault]:
    """Yield what is wrong with one set; labels that the system gives are not for people to set."""
    yield from check_metadata(metadata, namespaced=namespaced)
    for key in metadata.labels:
        if key.startswith(RESERVED):
            yield Fault(f"metadata.labels.{key}", f"is reserved: labels of {RESERVED.rstrip('/')} are not set by hand")
    for index, text in enumerate(spec.nets):
        yield from check_text(f"spec.nets[{index}]", text or "(empty)", parse_interface)


_NAME: Final[Column[NetworkSet]] = Column("NAME", lambda one, _: one.name)

NETWORK_SET: Final[ResourceKind[NetworkSet]] = ResourceKind(
    name="NetworkSet",
    plural="networksets",
    aliases=frozenset({"netset", "netsets"}),
    type=NetworkSet,
    narrow=(_NAME,),
    wide=(_NAME, Column("NETS", lambda one, _: ",".join(one.spec.nets))),
    namespaced=True,
    check=lambda one: check_network_set(one.metadata, one.spec, namespaced=True),
)
