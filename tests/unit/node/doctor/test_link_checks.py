"""MTU, leftovers of another network, and pods against routes. walkthrough 6, 8 and 9."""

from ipaddress import ip_interface

from bgpkit_node.doctor import flannel_findings, mtu_findings, pod_findings
from bgpkit_node.peering import cluster_of
from bgpkit_node.resources import Node
from bgpkit_node.startup.host_interface import HostInterface
from tests.support.commands import document
from tests.unit.node.doctor.scenery import lines, link, machine, node, pods, resources, route

CLUSTER = cluster_of(resources(node("a", 11), document("IPPool", "p", "{cidr: 10.244.0.0/16}")))
(A,) = CLUSTER.nodes


def test_pods_may_not_send_more_than_their_node() -> None:
    """What the pools wrap round a packet counts."""
    assert lines(mtu_findings(machine(), A, CLUSTER.pools)) == []
    wrapped = cluster_of(resources(document("IPPool", "p", "{cidr: 10.244.0.0/16, ipipMode: Always}"))).pools
    assert lines(mtu_findings(machine(), A, wrapped)) == [
        "failure: cali1 is 1500, and eth0 takes 1480 from pods: large packets are lost"
    ]
    six = cluster_of(resources(document("Node", "b", "{bgp: {ipv6Address: 'fd00:7::11/64'}}"))).nodes[0]
    uplink = HostInterface(name="eth0", addresses=(ip_interface("fd00:7::11/64"),))
    assert lines(mtu_findings(machine(interfaces=(uplink,)), six, wrapped)) != []
    elsewhere = Node(metadata=A.metadata)
    assert list(mtu_findings(machine(), elsewhere, wrapped)) == []


def test_what_flannel_has_left_is_named() -> None:
    """Its interfaces, and routes within a pool; not BGP's, the kernel's, the pods', nor wider ones."""
    assert lines(flannel_findings(machine(), CLUSTER.pools)) == []
    sound = (
        *machine().routes,
        route("10.244.9.0/26", 2, "10.4.7.12", protocol=12),
        route("10.0.0.0/8", 2, "10.4.7.1"),
        route("0.0.0.0/0", 2, "10.4.7.1"),
        route("fd00::/64", 2),
    )
    assert lines(flannel_findings(machine(routes=sound), CLUSTER.pools)) == []
    left = machine(
        links=(
            *machine().links,
            link(8, "cni0", "bridge"),
            link(9, "flannel.1", "vxlan"),
            link(10, "docker0", "bridge"),
        ),
        routes=(*sound, route("10.244.1.0/24", 2, "10.4.7.12")),
    )
    found = list(flannel_findings(left, CLUSTER.pools))
    assert [(one.verdict.value, one.where) for one in found] == [
        ("warning", "cni0"),
        ("warning", "flannel.1"),
        ("failure", "route 10.244.1.0/24 via 10.4.7.12"),
    ]
    assert found[-1].cure == "ip route delete 10.244.1.0/24"


async def test_each_pod_has_its_route_and_each_route_its_pod() -> None:
    """A pod without one, a route that is too many, an interface that nobody uses."""
    assert lines(pod_findings(machine(), A, await pods("10.244.0.0"))) == []
    assert lines(pod_findings(machine(), A, await pods("10.244.0.0", "10.244.0.1"))) == [
        "failure: 10.244.0.1 a pod of this node has it, and no route leads there"
    ]
    assert lines(pod_findings(machine(), A, await pods())) == [
        "warning: route 10.244.0.0 leads to an interface, and no pod of this node has the address"
    ]
    idle = machine(links=(*machine().links, link(7, "cali2", "veth")))
    assert lines(pod_findings(idle, A, await pods("10.244.0.0"))) == [
        "warning: cali2 is the interface of a pod, and no route leads over it"
    ]
