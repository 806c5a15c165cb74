"""Which addresses are in use, by what the resources say: endpoints of pods, and tunnels of nodes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_interface

from bgpkit_node.ipam.address import IPAddress
from bgpkit_node.ipam.assignment import describe
from bgpkit_node.ipam.snapshot import Snapshot
from bgpkit_node.resources import Node, WorkloadEndpoint


def users(nodes: Iterable[Node], endpoints: Iterable[WorkloadEndpoint]) -> Mapping[IPAddress, Sequence[str]]:
    """Return the addresses that tunnels and endpoints have, and the names of those."""
    found: defaultdict[IPAddress, list[str]] = defaultdict(list)
    for node in nodes:
        for text in _tunnels(node):
            found[ip_interface(text).ip].append(f"Node({node.name})")
    for endpoint in endpoints:
        for text in endpoint.spec.ip_networks:
            found[ip_interface(text).ip].append(f"Workload({endpoint.qualified_name})")
    return found


def presumed(
    snapshot: Snapshot, nodes: Iterable[Node], endpoints: Iterable[WorkloadEndpoint]
) -> Iterator[tuple[IPAddress, Sequence[str]]]:
    """Yield the addresses taken on nodes that tell of no endpoint at all: nobody knows, so they are in use.

    On a node that does not exist nobody uses any.
    """
    telling = {endpoint.spec.node for endpoint in endpoints}
    silent = {None, *(node.name for node in nodes)} - telling
    for block in snapshot.blocks.values():
        for address, allocation in block.allocations():
            if allocation.owner.node in silent:
                yield address, [describe(allocation.owner)]


def _tunnels(node: Node) -> Iterator[str]:
    spec = node.spec
    texts = [spec.ipv4_vxlan_tunnel_addr, spec.ipv6_vxlan_tunnel_addr]
    if spec.bgp is not None:
        texts.append(spec.bgp.ipv4_ipip_tunnel_addr)
    if spec.wireguard is not None:
        texts += [spec.wireguard.interface_ipv4_address, spec.wireguard.interface_ipv6_address]
    yield from filter(None, texts)
