"""The nodes that are measured, each with a pod of its own."""

from bgpkit_node.diagnosis import Target, pods_by_node, targets_of
from bgpkit_node.peering import cluster_of
from tests.support.commands import document
from tests.unit.node.doctor.scenery import node, pods, resources


async def test_a_target_has_the_nodes_port_and_its_first_pod() -> None:
    """A node without a pod has none; a node without an IPv4 address is left out."""
    port = document("BGPConfiguration", "default", "{listenPort: 1790}")
    six = document("Node", "six", '{bgp: {ipv6Address: "fd00::1/64"}}')
    cluster = cluster_of(resources(node("a", 11), node("b", 12), six, port))
    snapshot = await pods("10.244.0.9", "10.244.0.10")
    assert list(targets_of(cluster, snapshot)) == [
        Target(node="a", address="10.4.7.11", port=1790, pod="10.244.0.9"),
        Target(node="b", address="10.4.7.12", port=1790),
    ]
    assert {name: sorted(map(str, found)) for name, found in pods_by_node(snapshot).items()} == {
        "a": ["10.244.0.10", "10.244.0.9"]
    }
