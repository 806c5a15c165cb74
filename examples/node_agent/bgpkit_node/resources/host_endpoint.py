"""HostEndpoint: an interface of a node that policies apply to."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_address, parse_interface_name
from bgpkit_node.resources.endpoint_port import EndpointPort, check_port, check_profiles
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_text
from bgpkit_node.resources.field_types import InterfaceName, NodeName
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part

ALL_INTERFACES: Final = "*"


class HostEndpointSpec(Part, frozen=True, kw_only=True):
    """Which interface it is: by name, all of them by ``*``, or that with one of the addresses."""

    node: NodeName = ""
    interface_name: InterfaceName = ""
    expected_ips: tuple[str, ...] = msgspec.field(default=(), name="expectedIPs")
    profiles: tuple[str, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class HostEndpoint(Resource, frozen=True, kw_only=True):
    """An interface of a node."""

    kind: ClassVar[str] = "HostEndpoint"
    spec: HostEndpointSpec = HostEndpointSpec()

    @property
    def expected_ips(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """The addresses that the interface is known by."""
        return tuple(map(parse_address, self.spec.expected_ips))


def check_host_endpoint(endpoint: HostEndpoint) -> Iterator[Fault]:
    """Yield what is wrong with one endpoint."""
    yield from check_metadata(endpoint.metadata)
    spec = endpoint.spec
    if not spec.node:
        yield Fault("spec.node", "is required: the name of the node that has the interface")
    if not spec.interface_name and not spec.expected_ips:
        yield Fault("spec.interfaceName", "is required, or spec.expectedIPs")
    if spec.interface_name != ALL_INTERFACES:
        yield from check_text("spec.interfaceName", spec.interface_name, parse_interface_name)
    for index, text in enumerate(spec.expected_ips):
        yield from check_text(f"spec.expectedIPs[{index}]", text or "(empty)", parse_address)
    yield from check_profiles(spec.profiles)
    for index, port in enumerate(spec.ports):
        yield from check_port(f"spec.ports[{index}]", port.name, port.protocol)


_NAME: Final[Column[HostEndpoint]] = Column("NAME", lambda endpoint, _: endpoint.name)
_NODE: Final[Column[HostEndpoint]] = Column("NODE", lambda endpoint, _: endpoint.spec.node)

HOST_ENDPOINT: Final[ResourceKind[HostEndpoint]] = ResourceKind(
    name="HostEndpoint",
    plural="hostendpoints",
    aliases=frozenset({"hep", "heps"}),
    type=HostEndpoint,
    narrow=(_NAME, _NODE),
    wide=(
        _NAME,
        _NODE,
        Column("INTERFACE", lambda endpoint, _: endpoint.spec.interface_name),
        Column("IPS", lambda endpoint, _: ",".join(endpoint.spec.expected_ips)),
        Column("PROFILES", lambda endpoint, _: ",".join(endpoint.spec.profiles)),
    ),
    check=check_host_endpoint,
)
