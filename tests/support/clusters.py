"""Resources of a cluster in few words, for tests."""

import msgspec

from bgpkit_node.peering import Cluster, cluster_of
from bgpkit_node.peering.cluster import DRAINED
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPPeer,
    BGPPeerSpec,
    Metadata,
    Node,
    NodeBgp,
    NodeSpec,
    Resource,
)
from bgpkit_node.resources.bgp_identifier import IDENTIFIER

REFLECTORS = "route-reflector == 'true'"


def node(
    name: str, address: str = "", address6: str = "", *, cluster_id: str = "", asn: int | None = None, **labels: str
) -> Node:
    """Make a Node; underscores in the names of labels become hyphens."""
    bgp = NodeBgp(ipv4_address=address, ipv6_address=address6, route_reflector_cluster_id=cluster_id, as_number=asn)
    return Node(
        metadata=Metadata(name=name, labels={key.replace("_", "-"): value for key, value in labels.items()}),
        spec=NodeSpec(bgp=bgp),
    )


def drained(one: Node) -> Node:
    """Return a Node as it is while it is drained."""
    return _annotated(one, DRAINED, "2026-11-29T12:00:00Z")


def identified(one: Node, identifier: str) -> Node:
    """Return a Node whose agent has been told a BGP Identifier."""
    return _annotated(one, IDENTIFIER, identifier)


def _annotated(one: Node, key: str, value: str) -> Node:
    return msgspec.structs.replace(one, metadata=msgspec.structs.replace(one.metadata, annotations={key: value}))


def reflector(name: str, address: str, cluster_id: str) -> Node:
    """Make a Node that reflects, and is labelled so."""
    return node(name, address, cluster_id=cluster_id, route_reflector="true")


def configuration(
    name: str = "default", *, mesh: bool | None = None, asn: int | None = None, port: int | None = None
) -> BGPConfiguration:
    """Make a BGPConfiguration."""
    return BGPConfiguration(
        metadata=Metadata(name=name),
        spec=BGPConfigurationSpec(node_to_node_mesh_enabled=mesh, as_number=asn, listen_port=port),
    )


def peer(name: str, spec: BGPPeerSpec) -> BGPPeer:
    """Make a BGPPeer."""
    return BGPPeer(metadata=Metadata(name=name), spec=spec)


def all_with_reflectors() -> BGPPeer:
    """Make the BGPPeer with which every node peers with the reflectors."""
    return peer("peer-with-route-reflectors", BGPPeerSpec(node_selector="all()", peer_selector=REFLECTORS))


def cluster(*resources: Resource) -> Cluster:
    """Make a cluster of resources."""
    return cluster_of(resources)
