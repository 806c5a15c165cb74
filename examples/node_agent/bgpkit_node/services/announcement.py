"""Which addresses of a service a node announces one by one."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

from bgpkit_node.resources import EndpointSlice, Service, ServiceType, TrafficPolicy
from bgpkit_node.resources.service import HEADLESS
from bgpkit_node.services.blocks import ServiceBlocks


def announced_addresses(
    service: Service, slices: Iterable[EndpointSlice], node: str, blocks: ServiceBlocks
) -> frozenset[IPv4Address | IPv6Address]:
    """Return the addresses of ``service`` that ``node`` announces each on its own, beside the ranges in ``blocks``.

    Where traffic is to stay on the node that it reaches, those of an IP version in which a pod of that node is ready;
    else those that no range stands for. A service without an address in the cluster has none outside of it.
    """
    if service.spec.type is ServiceType.EXTERNAL_NAME or service.spec.cluster_ip == HEADLESS:
        return frozenset()
    found = blocks.addresses(service)
    if service.spec.external_traffic_policy is TrafficPolicy.LOCAL:
        versions = _served(slices, node)
        return frozenset(address for address, _ in found if address.version in versions)
    return frozenset(address for address, apart in found if apart)


def _served(slices: Iterable[EndpointSlice], node: str) -> frozenset[int]:
    """Return the IP versions in which a pod of ``node`` is ready."""
    return frozenset(
        each.address_type.version
        for each in slices
        if each.address_type.version is not None
        and any(endpoint.ready and endpoint.node_name == node for endpoint in each.endpoints)
    )
