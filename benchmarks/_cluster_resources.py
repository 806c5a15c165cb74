"""The resources of the clusters whose sessions are measured: a full mesh, or two route reflectors."""

from ipaddress import IPv4Address
from typing import Final

from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPPeer,
    BGPPeerSpec,
    IPPool,
    IPPoolSpec,
    Metadata,
    Node,
    NodeBgp,
    NodeSpec,
    Resource,
)

REFLECTORS: Final = 2
ASN: Final = 64512
SIMULATED: Final = IPv4Address("10.4.0.0")
"""Node n has the n-th address after it."""


def resources(
    nodes: int, *, mesh: bool, base: IPv4Address = SIMULATED, port: int | None = None
) -> tuple[Resource, ...]:
    """Return the resources of a cluster whose nodes have addresses after ``base``, and listen at ``port``."""
    numbers = range(1, nodes + 1)
    return (*settings(mesh=mesh, port=port), *(node(number, base, reflects=not mesh) for number in numbers))


def settings(*, mesh: bool, port: int | None = None) -> tuple[Resource, ...]:
    """Return what a cluster has beside its nodes."""
    pool = IPPool(metadata=Metadata(name="pool"), spec=IPPoolSpec(cidr="10.244.0.0/16"))
    spec = BGPConfigurationSpec(as_number=ASN, node_to_node_mesh_enabled=mesh, listen_port=port)
    default = BGPConfiguration(metadata=Metadata(name="default"), spec=spec)
    if mesh:
        return pool, default
    peers = BGPPeerSpec(node_selector="all()", peer_selector="route-reflector == 'true'")
    return pool, default, BGPPeer(metadata=Metadata(name="reflectors"), spec=peers)


def node(number: int, base: IPv4Address, *, reflects: bool = False) -> Node:
    """Return the Node with a number; the first ones reflect, if any is to."""
    reflector = reflects and number <= REFLECTORS
    bgp = NodeBgp(ipv4_address=f"{base + number}/16", route_reflector_cluster_id="244.0.0.1" if reflector else "")
    labels = {"route-reflector": "true"} if reflector else {}
    return Node(metadata=Metadata(name=f"n{number}", labels=labels), spec=NodeSpec(bgp=bgp))


def block(number: int) -> str:
    """Return the block that the node with a number announces."""
    return f"10.244.{number >> 2}.{(number & 3) * 64}/26"
