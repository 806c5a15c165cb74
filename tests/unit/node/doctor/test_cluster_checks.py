"""Pools, overlaps and reflectors, by the resources. walkthrough 4, 5 and 23."""

from ipaddress import ip_interface, ip_network

import msgspec

from bgpkit_node.doctor import overlap_findings, pool_findings, topology_findings
from bgpkit_node.peering import Cluster, cluster_of
from bgpkit_node.resources.node import NodeStatus
from bgpkit_node.startup.host_interface import HostInterface
from tests.support.commands import document
from tests.unit.node.doctor.scenery import UPLINK, lines, machine, node, resources

POOL = document("IPPool", "p", "{cidr: 10.244.0.0/16}")
OFF = document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: false}")
PEER = document("BGPPeer", "rr", "{nodeSelector: all(), peerSelector: has(rr)}")


def test_the_pools_cover_the_range_of_the_clusters_pods() -> None:
    """What the controller manager is told, and what the nodes have got; a disabled pool covers nothing."""
    cluster = cluster_of(resources(POOL))
    inside, outside = ip_network("10.244.0.0/17"), ip_network("10.245.0.0/16")
    assert lines(pool_findings(cluster, (inside,), "--cluster-cidr")) == []
    (told,) = lines(pool_findings(cluster, (inside, outside), "--cluster-cidr"))
    assert told.startswith("failure: --cluster-cidr 10.245.0.0/16 is in no enabled pool: ")
    unknown = "not looked at: cluster CIDR the controller manager's --cluster-cidr is not known here"
    assert lines(pool_findings(cluster, (), "")) == [unknown]
    assert lines(pool_findings(cluster, (), "", why="two files differ")) == [f"{unknown}: two files differ"]
    disabled = cluster_of(resources(document("IPPool", "p", "{cidr: 10.244.0.0/16, disabled: true}")))
    assert lines(pool_findings(disabled, (inside,), "x")) == [
        "failure: IPPool there is no enabled one: no pod gets an address"
    ]


def test_the_nodes_pod_cidrs_are_covered_too() -> None:
    """Each is named with its node."""
    found = cluster_of(resources(POOL, node("a", 11)))
    (plain,) = found.nodes
    status = NodeStatus(pod_cidrs=("10.244.3.0/24", "10.250.3.0/24", "nonsense"))
    cluster = Cluster(pools=found.pools, nodes=(msgspec.structs.replace(plain, status=status),))
    (told,) = lines(pool_findings(cluster, (ip_network("10.244.0.0/16"),), "x"))
    assert told.startswith("failure: podCIDR of Node(a) 10.250.3.0/24 is in no enabled pool: ")


def test_every_overlap_is_a_failure() -> None:
    """Of resources among each other, and with an interface of this machine."""
    services = document("BGPConfiguration", "default", '{serviceClusterIPs: [{cidr: "10.244.128.0/20"}]}')
    known = resources(POOL, services, node("a", 11))
    bridge = HostInterface(name="docker0", addresses=(ip_interface("10.244.7.1/24"),))
    assert len(lines(overlap_findings(known, None))) == 1
    found = lines(overlap_findings(known, machine(interfaces=(UPLINK, bridge))))
    assert len(found) == 2
    assert "interface docker0 10.244.7.0/24" in found[1]
    assert lines(overlap_findings(resources(POOL, node("a", 11)), machine())) == []


def test_pairs_without_a_path_are_a_failure() -> None:
    """Named."""
    cut = cluster_of(resources(OFF, node("a", 11), node("b", 12)))
    assert lines(topology_findings(cut))[0] == "failure: topology no path between a - b"
    assert lines(topology_findings(cluster_of(resources(node("a", 11), node("b", 12))))) == []
    filtered = document("BGPPeer", "all", "{peerSelector: all(), filters: [f]}")
    closed = document("BGPFilter", "f", "{importV4: [{action: Reject, matchOperator: In, cidr: 10.244.1.0/24}]}")
    state = cluster_of(resources(POOL, node("a", 11), node("b", 12), filtered, closed))
    assert lines(topology_findings(state)) == []
    kept_back = "failure: topology no path between a - b: routes are kept back by BGPFilter(f)"
    assert lines(topology_findings(state, {"a": (ip_network("10.244.1.0/26"),)}))[0].startswith(kept_back)


def test_fewer_than_two_reflectors_are_warned_of() -> None:
    """With the mesh off and more than two nodes."""
    one = node("b", 12, ", routeReflectorClusterID: 244.0.0.1", labels="{rr: x}")
    two = node("c", 13, ", routeReflectorClusterID: 244.0.0.1", labels="{rr: x}")
    told = lines(topology_findings(cluster_of(resources(OFF, PEER, node("a", 11), one, node("c", 13)))))
    assert (
        told[0] == "warning: reflectors the mesh is off and b is the only reflector: none can be away for maintenance"
    )
    assert lines(topology_findings(cluster_of(resources(OFF, PEER, node("a", 11), one, two)))) == []
    nobody = lines(topology_findings(cluster_of(resources(OFF, node("a", 11), node("b", 12), node("d", 14)))))
    assert "warning: reflectors the mesh is off and there is no reflector: none can be away for maintenance" in nobody


def test_reflectors_are_advised_above_a_hundred_nodes() -> None:
    """Of a mesh; a hundred are still well."""
    nodes = [node(f"n{number:03}", number) for number in range(1, 102)]
    assert lines(topology_findings(cluster_of(resources(*nodes)))) == [
        "warning: node-to-node mesh 101 nodes in a full mesh have 5050 sessions"
    ]
    assert lines(topology_findings(cluster_of(resources(*nodes[:100])))) == []
