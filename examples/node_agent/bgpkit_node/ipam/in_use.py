"""Which addresses are in use, by what the resources say: endpoints of pods, and tunnels of nodes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_interface
from typing import Final

from bgpkit_node.ipam.address import IPAddress
from bgpkit_node.ipam.assignment import describe
from bgpkit_node.ipam.block import Owner
from bgpkit_node.ipam.leaks import GRACE
from bgpkit_node.ipam.snapshot import Snapshot
from bgpkit_node.resources import Node, WorkloadEndpoint

_TO_THE_SECOND: Final = 19
"""Characters of a time up to its seconds, which all writers give in UTC; what follows is each one's own."""


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
    snapshot: Snapshot, nodes: Iterable[Node], endpoints: Iterable[WorkloadEndpoint], now: datetime
) -> Iterator[tuple[IPAddress, Sequence[str]]]:
    """Yield the addresses that nobody tells of, and that must be taken for used all the same.

    Those on nodes that tell of no endpoint at all, and those that were taken so short a time before ``now`` that their
    pod may be on its way. On a node that does not exist nobody uses any.
    """
    names = {node.name for node in nodes}
    silent = {None, *names} - {endpoint.spec.node for endpoint in endpoints}
    for block in snapshot.blocks.values():
        for address, allocation in block.allocations():
            owner = allocation.owner
            if owner.node in silent or (owner.node in names and _is_young(owner, now)):
                yield address, [describe(owner)]


def _is_young(owner: Owner, now: datetime) -> bool:
    """Tell whether an address was taken within the grace period of leaks; what does not tell when is old."""
    text = dict(owner.attributes).get("timestamp", "")[:_TO_THE_SECOND]
    try:
        taken = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return False
    return now - taken < timedelta(seconds=GRACE)


def _tunnels(node: Node) -> Iterator[str]:
    spec = node.spec
    texts = [spec.ipv4_vxlan_tunnel_addr, spec.ipv6_vxlan_tunnel_addr]
    if spec.bgp is not None:
        texts.append(spec.bgp.ipv4_ipip_tunnel_addr)
    if spec.wireguard is not None:
        texts += [spec.wireguard.interface_ipv4_address, spec.wireguard.interface_ipv6_address]
    yield from filter(None, texts)
