"""Service of Kubernetes: the addresses under which pods are reached whichever they are."""

from collections.abc import Iterator, Sequence
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_address
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_text
from bgpkit_node.resources.field_types import Port
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.kubernetes_policy_fields import TransportProtocol
from bgpkit_node.resources.label_selector import LabelSelector
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import OpenPart

HEADLESS: Final = "None"
"""What stands for the cluster's address of a service that has none, and whose name leads to the pods themselves."""
_NOTHING: Final = "<none>"
_FAMILIES: Final = 2


class ServiceType(Enum):
    """From where a service is reached: from the cluster, by a port of every node, by a load balancer, as a name."""

    CLUSTER_IP = "ClusterIP"
    NODE_PORT = "NodePort"
    LOAD_BALANCER = "LoadBalancer"
    EXTERNAL_NAME = "ExternalName"


class TrafficPolicy(Enum):
    """To which pods a node passes what comes from outside: to all of the cluster, or to its own."""

    CLUSTER = "Cluster"
    LOCAL = "Local"


class ServicePort(OpenPart, frozen=True, kw_only=True):
    """A port of a service."""

    port: Port
    name: str = ""
    protocol: TransportProtocol = TransportProtocol.TCP
    node_port: int = 0
    target_port: int | str | None = None
    app_protocol: Any = None


class ServiceSpec(OpenPart, frozen=True, kw_only=True):
    """The addresses of a service, and what leads to its pods.

    Of what is passed over, all that resembles a field of use is named here.
    """

    type: ServiceType = ServiceType.CLUSTER_IP
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] = msgspec.field(default=(), name="clusterIPs")
    external_ips: tuple[str, ...] = msgspec.field(default=(), name="externalIPs")
    load_balancer_ip: str = msgspec.field(default="", name="loadBalancerIP")
    ports: tuple[ServicePort, ...] = ()
    selector: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    external_traffic_policy: TrafficPolicy = TrafficPolicy.CLUSTER
    external_name: str = ""
    internal_traffic_policy: Any = None
    load_balancer_class: Any = None
    load_balancer_source_ranges: Any = None


class LoadBalancerIngress(OpenPart, frozen=True, kw_only=True):
    """Where a load balancer takes traffic for a service: an address, or a name."""

    ip: str = ""
    hostname: str = ""


class LoadBalancerStatus(OpenPart, frozen=True, kw_only=True):
    """What a load balancer has given a service."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(OpenPart, frozen=True, kw_only=True):
    """What the cluster has made of a service."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Service(Resource, OpenPart, frozen=True, kw_only=True):
    """The addresses under which pods are reached; :class:`EndpointSlice` tells the pods."""

    kind: ClassVar[str] = "Service"
    api_version: ClassVar[str] = "v1"
    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()

    @property
    def cluster_addresses(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """The addresses inside the cluster; none of a headless service."""
        texts = dict.fromkeys((self.spec.cluster_ip, *self.spec.cluster_ips))
        return tuple(parse_address(text) for text in texts if text not in {"", HEADLESS})

    @property
    def external_addresses(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """The addresses that somebody outside leads to the nodes."""
        return tuple(map(parse_address, self.spec.external_ips))

    @property
    def load_balancer_addresses(self) -> tuple[IPv4Address | IPv6Address, ...]:
        """The addresses that a load balancer has given it; names are passed over."""
        return tuple(parse_address(each.ip) for each in self.status.load_balancer.ingress if each.ip)


def check_service(service: Service) -> Iterator[Fault]:
    """Yield what is wrong with one service."""
    yield from check_metadata(service.metadata, namespaced=True)
    spec = service.spec
    yield from _check_cluster_addresses(spec)
    for index, text in enumerate(spec.external_ips):
        yield from check_text(f"spec.externalIPs[{index}]", text or "(empty)", parse_address)
    yield from check_text("spec.loadBalancerIP", spec.load_balancer_ip, parse_address)
    for index, ingress in enumerate(service.status.load_balancer.ingress):
        yield from check_text(f"status.loadBalancer.ingress[{index}].ip", ingress.ip, parse_address)
    reached = spec.type in {ServiceType.NODE_PORT, ServiceType.LOAD_BALANCER} or spec.external_ips
    if spec.external_traffic_policy is TrafficPolicy.LOCAL and not reached:
        text = "can only be Local for a service that is reached from outside: NodePort, LoadBalancer, or externalIPs"
        yield Fault("spec.externalTrafficPolicy", text)


def _check_cluster_addresses(spec: ServiceSpec) -> Iterator[Fault]:
    yield from _check_cluster_address("spec.clusterIP", spec.cluster_ip)
    for index, text in enumerate(spec.cluster_ips):
        yield from _check_cluster_address(f"spec.clusterIPs[{index}]", text or "(empty)")
    if spec.cluster_ips and spec.cluster_ip not in {"", spec.cluster_ips[0]}:
        yield Fault("spec.clusterIPs[0]", f"must be {spec.cluster_ip}, as clusterIP is")
    if len(spec.cluster_ips) > _FAMILIES or _same_version(spec.cluster_ips):
        yield Fault("spec.clusterIPs", "takes one address, or one of each IP version")


def _check_cluster_address(field: str, text: str) -> Iterator[Fault]:
    if text != HEADLESS:
        yield from check_text(field, text, parse_address)


def _same_version(texts: Sequence[str]) -> bool:
    return len(texts) == _FAMILIES and len({":" in text for text in texts}) == 1


def _outside(service: Service, _inherited: int) -> str:
    """Return the addresses outside of the cluster as kubectl lists them."""
    spec = service.spec
    if spec.type is ServiceType.EXTERNAL_NAME:
        return spec.external_name or _NOTHING
    given = [each.ip or each.hostname for each in service.status.load_balancer.ingress]
    pending = ["<pending>"] if spec.type is ServiceType.LOAD_BALANCER and not given else []
    return ",".join([*given, *spec.external_ips] or pending) or _NOTHING


def _port(port: ServicePort) -> str:
    return f"{port.port}{f':{port.node_port}' if port.node_port else ''}/{port.protocol.value}"


_COLUMNS: Final[tuple[Column[Service], ...]] = (
    Column("NAME", lambda service, _: service.name),
    Column("TYPE", lambda service, _: service.spec.type.value),
    Column("CLUSTER-IP", lambda service, _: service.spec.cluster_ip or ",".join(service.spec.cluster_ips) or _NOTHING),
    Column("EXTERNAL-IP", _outside),
    Column("PORT(S)", lambda service, _: ",".join(map(_port, service.spec.ports)) or _NOTHING),
)

SERVICE: Final[ResourceKind[Service]] = ResourceKind(
    name="Service",
    plural="services",
    aliases=frozenset({"svc", "svcs"}),
    type=Service,
    narrow=_COLUMNS,
    wide=(
        *_COLUMNS,
        Column("SELECTOR", lambda service, _: LabelSelector(match_labels=service.spec.selector).text),
        Column("TRAFFIC", lambda service, _: service.spec.external_traffic_policy.value),
    ),
    namespaced=True,
    check=check_service,
)
