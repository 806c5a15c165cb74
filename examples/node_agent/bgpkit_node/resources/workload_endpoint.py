"""WorkloadEndpoint: the network of a pod as its node set it up; written by the CNI plugin."""

from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_address, parse_interface, parse_interface_name, parse_mac
from bgpkit_node.resources.endpoint_port import check_port, check_profiles
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_text
from bgpkit_node.resources.field_types import InterfaceName, NodeName, Port, ProtocolName
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part

KUBERNETES: Final = "k8s"
CNI: Final = "cni"
LIBNETWORK: Final = "libnetwork"

_Rate = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


class IPNat(Part, frozen=True, kw_only=True):
    """An outside address that stands for one of the endpoint's own."""

    internal_ip: str = msgspec.field(name="internalIP")
    external_ip: str = msgspec.field(name="externalIP")


class WorkloadEndpointPort(Part, frozen=True, kw_only=True):
    """A port of the pod; with ``host_port`` the node hands connections on to it."""

    name: str = ""
    protocol: ProtocolName
    port: Port
    host_port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    host_ip: str = msgspec.field(default="", name="hostIP")


class QoSControls(Part, frozen=True, kw_only=True):
    """Limits of the pod's traffic, in bits, packets and connections; 0 is none."""

    ingress_bandwidth: _Rate = 0
    egress_bandwidth: _Rate = 0
    ingress_burst: _Rate = 0
    egress_burst: _Rate = 0
    ingress_peakrate: _Rate = 0
    egress_peakrate: _Rate = 0
    ingress_minburst: _Rate = 0
    egress_minburst: _Rate = 0
    ingress_packet_rate: _Rate = 0
    egress_packet_rate: _Rate = 0
    ingress_packet_burst: _Rate = 0
    egress_packet_burst: _Rate = 0
    ingress_max_connections: _Rate = 0
    egress_max_connections: _Rate = 0
    dscp: int | str | None = None


class WorkloadEndpointSpec(Part, frozen=True, kw_only=True):
    """Whose endpoint it is, its addresses, and the interface at the node's side."""

    orchestrator: str = ""
    workload: str = ""
    node: NodeName = ""
    container_id: str = msgspec.field(default="", name="containerID")
    pod: str = ""
    endpoint: str = ""
    service_account_name: str = ""
    ip_networks: tuple[str, ...] = msgspec.field(default=(), name="ipNetworks")
    ip_nats: tuple[IPNat, ...] = msgspec.field(default=(), name="ipNATs")
    ipv4_gateway: str = msgspec.field(default="", name="ipv4Gateway")
    ipv6_gateway: str = msgspec.field(default="", name="ipv6Gateway")
    profiles: tuple[str, ...] = ()
    interface_name: InterfaceName = ""
    mac: str = ""
    ports: tuple[WorkloadEndpointPort, ...] = ()
    allow_spoofed_source_prefixes: tuple[str, ...] = ()
    qos_controls: QoSControls | None = None

    @property
    def addresses(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """The addresses of the endpoint."""
        return tuple(parse_interface(text).ip for text in self.ip_networks)


class WorkloadEndpoint(Resource, frozen=True, kw_only=True):
    """The network of a pod."""

    kind: ClassVar[str] = "WorkloadEndpoint"
    spec: WorkloadEndpointSpec = WorkloadEndpointSpec()


def endpoint_name(spec: WorkloadEndpointSpec) -> str:
    """Return the name of the endpoint with ``spec``: its parts joined by hyphens, a hyphen inside a part doubled.

    ``k8s--node1-k8s-nginx--7d-eth0`` is ``eth0`` of the pod ``nginx-7d`` on ``k8s-node1``.
    """
    within = {KUBERNETES: spec.pod, CNI: spec.container_id, LIBNETWORK: LIBNETWORK}
    parts = (spec.node, spec.orchestrator, within.get(spec.orchestrator, spec.workload), spec.endpoint)
    return "-".join(part.replace("-", "--") for part in parts)


def node_in_name(name: str) -> str:
    """Return the node of the endpoint called ``name``: the first of the parts that the name is joined from."""
    return name.replace("--", "\0").partition("-")[0].replace("\0", "-")


def check_workload_endpoint(endpoint: WorkloadEndpoint) -> Iterator[Fault]:
    """Yield what is wrong with one endpoint."""
    yield from check_metadata(endpoint.metadata, namespaced=True)
    yield from _check_identity(endpoint)
    spec = endpoint.spec
    yield from _check_addresses(spec)
    yield from check_text("spec.ipv4Gateway", spec.ipv4_gateway, partial(parse_address, version=4))
    yield from check_text("spec.ipv6Gateway", spec.ipv6_gateway, partial(parse_address, version=6))
    yield from check_text("spec.interfaceName", spec.interface_name, parse_interface_name)
    yield from check_text("spec.mac", spec.mac, parse_mac)
    yield from check_profiles(spec.profiles)
    for index, port in enumerate(spec.ports):
        field = f"spec.ports[{index}]"
        yield from check_port(field, port.name or "unnamed", port.protocol)
        yield from check_text(f"{field}.hostIP", port.host_ip, parse_address)
    for index, prefix in enumerate(spec.allow_spoofed_source_prefixes):
        yield from check_text(f"spec.allowSpoofedSourcePrefixes[{index}]", prefix or "(empty)", parse_interface)


def _check_identity(endpoint: WorkloadEndpoint) -> Iterator[Fault]:
    spec = endpoint.spec
    required = {"node": spec.node, "orchestrator": spec.orchestrator, "endpoint": spec.endpoint}
    if spec.orchestrator == KUBERNETES:
        required["pod"] = spec.pod
    elif spec.orchestrator == CNI:
        required["containerID"] = spec.container_id
    elif spec.orchestrator not in {"", LIBNETWORK}:
        required["workload"] = spec.workload
    missing = [name for name, value in required.items() if not value]
    for name in missing:
        yield Fault(f"spec.{name}", "is required: the name of the endpoint is made from it")
    if not missing and endpoint.name != endpoint_name(spec):
        yield Fault("metadata.name", f"must be {endpoint_name(spec)}, made from node, orchestrator, pod and endpoint")


def _check_addresses(spec: WorkloadEndpointSpec) -> Iterator[Fault]:
    own: set[IPv4Address | IPv6Address] = set()
    for index, text in enumerate(spec.ip_networks):
        field = f"spec.ipNetworks[{index}]"
        try:
            interface = parse_interface(text)
        except ValueError as error:
            yield Fault(field, str(error))
            continue
        own.add(interface.ip)
        if interface.network.num_addresses != 1:
            yield Fault(field, f"must be one address, a /{interface.max_prefixlen}, not {text}")
    for index, nat in enumerate(spec.ip_nats):
        field = f"spec.ipNATs[{index}]"
        try:
            internal, external = parse_address(nat.internal_ip), parse_address(nat.external_ip)
        except ValueError as error:
            yield Fault(field, str(error))
            continue
        if internal.version != external.version:
            yield Fault(f"{field}.externalIP", f"must be an IPv{internal.version} address, as internalIP is")
        if internal not in own:
            yield Fault(f"{field}.internalIP", f"{internal} is none of spec.ipNetworks")


def _nats(endpoint: WorkloadEndpoint, _inherited: int) -> str:
    return ",".join(f"{nat.internal_ip}->{nat.external_ip}" for nat in endpoint.spec.ip_nats)


_NARROW: Final[tuple[Column[WorkloadEndpoint], ...]] = (
    Column("WORKLOAD", lambda endpoint, _: endpoint.spec.workload or endpoint.spec.pod),
    Column("NODE", lambda endpoint, _: endpoint.spec.node),
    Column("NETWORKS", lambda endpoint, _: ",".join(endpoint.spec.ip_networks)),
    Column("INTERFACE", lambda endpoint, _: endpoint.spec.interface_name),
)

WORKLOAD_ENDPOINT: Final[ResourceKind[WorkloadEndpoint]] = ResourceKind(
    name="WorkloadEndpoint",
    plural="workloadendpoints",
    aliases=frozenset({"wep", "weps"}),
    type=WorkloadEndpoint,
    narrow=_NARROW,
    wide=(
        Column("NAME", lambda endpoint, _: endpoint.name),
        *_NARROW,
        Column("PROFILES", lambda endpoint, _: ",".join(endpoint.spec.profiles)),
        Column("NATS", _nats),
    ),
    namespaced=True,
    check=check_workload_endpoint,
)
