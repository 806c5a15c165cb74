"""Endpoints and nodes, as resources have them, as those that policies decide for."""

from collections.abc import Iterable, Iterator, Mapping

from bgpkit_node import resources
from bgpkit_node.policy.model import Address, Endpoint, NamedPort
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.policy.system_labels import KUBERNETES, ORCHESTRATOR, SERVICE_ACCOUNT, labels_of_pod
from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.endpoint_port import EndpointPort
from bgpkit_node.resources.workload_endpoint import WorkloadEndpointPort


def endpoint_of_workload(
    resource: resources.WorkloadEndpoint, namespace_labels: Mapping[str, str], inherited: Mapping[str, str], node: str
) -> Endpoint:
    """Return the endpoint of a pod, local if it is on ``node``; ``inherited`` are labels of its profiles."""
    spec = resource.spec
    own = resource.metadata.labels
    labels = labels_of_pod(
        own,
        resource.namespace,
        namespace_labels,
        service_account=spec.service_account_name or own.get(SERVICE_ACCOUNT, ""),
        orchestrator=spec.orchestrator or own.get(ORCHESTRATOR, KUBERNETES),
    )
    return Endpoint(
        key=resource.qualified_name,
        node=spec.node,
        labels=tuple(sorted({**inherited, **dict(labels)}.items())),
        addresses=spec.addresses,
        ports=tuple(named_ports(spec.ports)),
        profiles=spec.profiles,
        interface=spec.interface_name,
        local=spec.node == node,
        spoofable=tuple(parse_interface(text).network for text in spec.allow_spoofed_source_prefixes),
    )


def endpoint_of_host(resource: resources.HostEndpoint, inherited: Mapping[str, str], node: str) -> Endpoint:
    """Return the endpoint that an interface of a node is, local if it is one of ``node``."""
    spec = resource.spec
    return Endpoint(
        key=resource.name,
        node=spec.node,
        labels=tuple(sorted({**inherited, **resource.metadata.labels}.items())),
        addresses=resource.expected_ips,
        ports=tuple(named_ports(spec.ports)),
        profiles=spec.profiles,
        interface=spec.interface_name,
        local=spec.node == node,
        host=True,
    )


def addresses_of_node(resource: resources.Node) -> frozenset[Address]:
    """Return every address that a node is known to have, those of its tunnels too."""
    spec = resource.spec
    texts = [spec.ipv4_vxlan_tunnel_addr, spec.ipv6_vxlan_tunnel_addr, *(each.address for each in spec.addresses)]
    if spec.bgp is not None:
        texts += [spec.bgp.ipv4_address, spec.bgp.ipv6_address, spec.bgp.ipv4_ipip_tunnel_addr]
    if spec.wireguard is not None:
        texts += [spec.wireguard.interface_ipv4_address, spec.wireguard.interface_ipv6_address]
    return frozenset(_addresses(texts))


def named_ports(ports: Iterable[WorkloadEndpointPort | EndpointPort]) -> Iterator[NamedPort]:
    """Yield the ports that have a name."""
    return (NamedPort(port.name, protocol_number(port.protocol), port.port) for port in ports if port.name)


def _addresses(texts: Iterable[str]) -> Iterator[Address]:
    for text in texts:
        try:
            yield parse_interface(text).ip
        except ValueError:
            continue  # the address of a node may be its name
