"""The ranges of addresses that a cluster uses, by what its resources and a machine's interfaces say. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Interface, IPv6Interface, ip_network
from typing import Final

from bgpkit_node.ipam import IPAddress, IPNetwork
from bgpkit_node.resources import BGPConfiguration, BGPPeer, IPPool, Node, PoolUse, Resource
from bgpkit_node.resources.address_text import parse_network
from bgpkit_node.startup.host_interface import HostInterface

_OUT_OF_POOLS: Final = re.compile(r"cali|tunl|vxlan\.calico|vxlan-v6\.calico|wireguard\.cali|wg-v6\.cali|kube-ipvs")
"""Interfaces whose addresses are of pools and services by right, by how their names begin."""
_NAMED_NODES: Final = 3


def cluster_ranges(
    resources: Iterable[Resource], interfaces: Iterable[HostInterface] = ()
) -> tuple[tuple[str, IPNetwork], ...]:
    """Return the ranges that ``resources`` speak of, each with a name for a person: input of ``overlaps``.

    They are the pools, the services' ranges, the networks that nodes stand in, and the addresses of peers outside of
    those, and of the networks of a machine with ``interfaces`` of its own. What load balancers are given out of a pool
    is not named beside that pool.
    """
    known = tuple(resources)
    pools = [resource for resource in known if isinstance(resource, IPPool)]
    nodes = [resource for resource in known if isinstance(resource, Node)]
    named: list[tuple[str, IPNetwork]] = [(str(pool), pool.network) for pool in pools]
    for resource in known:
        if isinstance(resource, BGPConfiguration) and resource.name == "default":
            named += _services(resource, pools)
    networks = _networks(nodes)
    named += ((f"the network of {_listed(names)}", network) for network, names in networks.items())
    near = [*networks, *_networks_of_machine(interfaces)]
    for resource in known:
        address = resource.peer_address if isinstance(resource, BGPPeer) else None
        if address is not None and not any(address in network for network in near):
            named.append((f"the peer of {resource}", ip_network(address)))
    return tuple(named)


def local_ranges(
    interfaces: Iterable[HostInterface], resources: Iterable[Resource]
) -> tuple[tuple[str, IPNetwork], ...]:
    """Return the ranges on the ``interfaces`` of a machine that are no part of the cluster: docker0, cni0, flannel.1.

    What carries the addresses of ``resources`` is part of it: the nodes' own network, pods, tunnels and services.
    """
    nodes = [resource for resource in resources if isinstance(resource, Node)]
    networks = _networks(nodes)
    own = {address.ip for node in nodes for address in _addresses(node)}
    return tuple(
        (f"interface {interface.name}", address.network)
        for interface in interfaces
        if not _OUT_OF_POOLS.match(interface.name)
        for address in interface.addresses
        if not _is_of_no_network(address.ip) and address.ip not in own and address.network not in networks
    )


def _networks_of_machine(interfaces: Iterable[HostInterface]) -> Iterator[IPNetwork]:
    for interface in interfaces:
        if not interface.of_containers:
            yield from (address.network for address in interface.addresses)


def _services(configuration: BGPConfiguration, pools: Iterable[IPPool]) -> Iterator[tuple[str, IPNetwork]]:
    spec = configuration.spec
    balanced = [pool.network for pool in pools if PoolUse.LOAD_BALANCER in pool.spec.allowed_uses]
    for field, blocks in (
        ("serviceClusterIPs", spec.service_cluster_ips),
        ("serviceExternalIPs", spec.service_external_ips),
        ("serviceLoadBalancerIPs", spec.service_load_balancer_ips),
    ):
        for network in (parse_network(block.cidr) for block in blocks):
            if not (field == "serviceLoadBalancerIPs" and any(network.overlaps(pool) for pool in balanced)):
                yield f"{field} of {configuration}", network


def _networks(nodes: Iterable[Node]) -> dict[IPNetwork, list[str]]:
    found: defaultdict[IPNetwork, list[str]] = defaultdict(list)
    for node in nodes:
        for address in _addresses(node):
            found[address.network].append(node.name)
    return found


def _addresses(node: Node) -> tuple[IPv4Interface | IPv6Interface, ...]:
    return tuple(address for address in (node.ipv4, node.ipv6) if address is not None)


def _is_of_no_network(address: IPAddress) -> bool:
    return address.is_loopback or address.is_link_local or address.is_unspecified


def _listed(names: list[str]) -> str:
    if len(names) <= _NAMED_NODES:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED_NODES])} and {len(names) - _NAMED_NODES} other nodes"
