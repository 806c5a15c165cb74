"""What is allowed and does nothing is named. walkthrough 22."""

import pytest

from bgpkit_node.peering import findings
from bgpkit_node.resources import BGPConfiguration, BGPConfigurationSpec, BGPPeerSpec, Metadata, Resource
from bgpkit_node.resources.bgp_configuration import BindMode
from tests.support.clusters import (
    REFLECTORS,
    all_with_reflectors,
    cluster,
    configuration,
    drained,
    node,
    peer,
    reflector,
)

A, B, C = (node(name, f"10.4.7.{number}/24") for number, name in enumerate("abc", 1))
OFF = configuration(mesh=False)
RR1, RR2 = reflector("r1", "10.4.7.11/24", "244.0.0.1"), reflector("r2", "10.4.7.12/24", "244.0.0.1")
LABELLED = node("a", "10.4.7.1/24", route_reflector="true")
IDLE = node("b", "10.4.7.2/24", cluster_id="244.0.0.2")

BOUND = BGPConfiguration(
    metadata=Metadata(name="default"),
    spec=BGPConfigurationSpec(bind_mode=BindMode.NODE_IP, local_workload_peering_ipv4="169.254.1.2"),
)
WORKLOAD_ADDRESSES = "localWorkloadPeeringIPV4 or localWorkloadPeeringIPV6"
NO_REFLECTOR = "and no BGPPeer makes it a reflector: it reflects nothing"
BOTH = "at nodes that both are for"
NO_ID = "and has no routeReflectorClusterID: it reflects nothing"


def _tor(asn: int, *, node: str = "", peer_ip: str = "10.9.9.9") -> BGPPeerSpec:
    return BGPPeerSpec(node=node, peer_ip=peer_ip, as_number=asn)


CASES: dict[str, tuple[tuple[Resource, ...], tuple[str, ...]]] = {
    "a mesh": ((A, B, C), ()),
    "two reflectors": ((A, B, RR1, RR2, OFF, all_with_reflectors()), ()),
    "one reflector": (
        (A, B, RR1, OFF, all_with_reflectors()),
        ("Node(r1) is the only reflector: without it no two other nodes have a path to each other",),
    ),
    "one reflector of two nodes": ((A, RR1, OFF, all_with_reflectors()), ()),
    "files mixed up": (
        (LABELLED, IDLE, C, OFF, all_with_reflectors()),
        (
            f"Node(a) is selected by peerSelector of {all_with_reflectors()}, {NO_ID}",
            f"Node(b) has routeReflectorClusterID 244.0.0.2, {NO_REFLECTOR}",
        ),
    ),
    "reflectors that select their clients": (
        (A, B, RR1, RR2, OFF, peer("x", BGPPeerSpec(node_selector=REFLECTORS, peer_selector=f"!({REFLECTORS})"))),
        (),
    ),
    "a cluster ID in a mesh": (
        (A, IDLE, C),
        (f"Node(b) has routeReflectorClusterID 244.0.0.2, {NO_REFLECTOR}",),
    ),
    "nodes of one cluster alone": (
        (RR1, RR2, OFF, peer("x", BGPPeerSpec(peer_selector="all()"))),
        tuple(f"Node({name}) has routeReflectorClusterID 244.0.0.1, {NO_REFLECTOR}" for name in ("r1", "r2")),
    ),
    "a selector that matches nothing": (
        (A, B, peer("x", BGPPeerSpec(node_selector="has(x)", peer_selector="has(y)"))),
        ("BGPPeer(x): nodeSelector 'has(x)' matches no node", "BGPPeer(x): peerSelector 'has(y)' matches no node"),
    ),
    "a node that does not exist": (
        (A, B, peer("x", BGPPeerSpec(node="z", peer_ip="10.9.9.9", as_number=1))),
        ("BGPPeer(x): there is no node z",),
    ),
    "a router in two ASes": (
        (A, B, peer("x", _tor(65001)), peer("z", _tor(65002, node="a"))),
        (f"BGPPeer(x) and BGPPeer(z) give 10.9.9.9 AS 65001 and AS 65002: {BOTH}, BGPPeer(z) counts",),
    ),
    "a router in two ASes and at two ports, by name": (
        (A, peer("x", _tor(65001)), peer("y", _tor(0, peer_ip="10.9.9.9:1179"))),
        (f"BGPPeer(y) and BGPPeer(x) give 10.9.9.9 no AS number at port 1179 and AS 65001: {BOTH}, BGPPeer(x) counts",),
    ),
    "routers of one address at different nodes": (
        (A, B, peer("x", _tor(65001, node="a")), peer("y", _tor(65002, node="b"))),
        (),
    ),
    "a node that has another AS number": (
        (A, B, peer("x", BGPPeerSpec(peer_ip="10.4.7.2", as_number=65001))),
        ("BGPPeer(x): 10.4.7.2 is Node(b) of AS 64512, not of AS 65001: no session opens",),
    ),
    "a node by its address": (
        (A, B, peer("x", BGPPeerSpec(peer_ip="10.4.7.2", as_number=64512)), peer("y", BGPPeerSpec(peer_ip="10.4.7.1"))),
        (),
    ),
    "a router with an IPv6 address": (
        (A, B, peer("x", BGPPeerSpec(peer_ip="fd00::9", as_number=1))),
        ("BGPPeer(x): no node that it is for has a spec.bgp.ipv6Address: it makes no session",),
    ),
    "a router with an IPv6 address for a node with one": (
        (A, node("b", "10.4.7.2/24", "fd00::2/64"), peer("x", BGPPeerSpec(peer_ip="fd00::9", as_number=1))),
        (),
    ),
    "a router with an IPv4 address for nodes with IPv6 alone": (
        (node("a", "", "fd00::1/64"), peer("x", BGPPeerSpec(peer_ip="10.9.9.9", as_number=1))),
        ("BGPPeer(x): no node that it is for has a spec.bgp.ipv4Address: it makes no session",),
    ),
    "a router with an IPv6 address for no node": (
        (A, peer("x", BGPPeerSpec(node="z", peer_ip="fd00::9", as_number=1))),
        ("BGPPeer(x): there is no node z",),
    ),
    "pods without an address of the node": (
        (A, B, peer("x", BGPPeerSpec(local_workload_selector="all()", as_number=1))),
        (f"BGPPeer(x): pods cannot reach a speaker without {WORKLOAD_ADDRESSES} in BGPConfiguration(default)",),
    ),
    "pods and a node that listens at its own address": (
        (A, B, BOUND, peer("x", BGPPeerSpec(local_workload_selector="all()", as_number=1))),
        ("BGPPeer(x): pods cannot reach a speaker that listens at its node's addresses only (bindMode NodeIP)",),
    ),
    "a drained reflector": (
        (A, B, drained(RR1), RR2, OFF, all_with_reflectors()),
        (
            "Node(r1) is drained: it reflects nothing until bgpkit-node drain --undo r1",
            "Node(r2) is the only reflector: without it no two other nodes have a path to each other",
        ),
    ),
    "two addresses of the only other node": (
        (node("a", "10.4.7.1/24", "fd00::1/64"), node("b", "10.4.7.2/24", "fd00::2/64", cluster_id="1.1.1.1"), C, OFF),
        (f"Node(b) has routeReflectorClusterID 1.1.1.1, {NO_REFLECTOR}",),
    ),
    "a node without an address": (
        (A, node("b")),
        ("Node(b) has neither spec.bgp.ipv4Address nor ipv6Address: it has no session",),
    ),
}


@pytest.mark.parametrize(("resources", "sentences"), CASES.values(), ids=CASES)
def test_what_does_nothing_is_named(resources: tuple[Resource, ...], sentences: tuple[str, ...]) -> None:
    """Each in one sentence; and what works is not."""
    assert findings(cluster(*resources)) == sentences
