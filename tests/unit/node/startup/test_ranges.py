"""The ranges that a cluster uses: named so that an operator knows where each comes from."""

from ipaddress import ip_interface, ip_network

import pytest

from bgpkit_node.resources import BGPPeerSpec, IPPool, IPPoolSpec, Metadata, PoolUse
from bgpkit_node.resources.bgp_configuration import BGPConfiguration, BGPConfigurationSpec, ServiceBlock
from bgpkit_node.startup.host_interface import HostInterface
from bgpkit_node.startup.overlaps import overlaps
from bgpkit_node.startup.ranges import cluster_ranges, local_ranges
from tests.support.clusters import node, peer

NODES = [node("k8s-master1", "10.4.7.11/24"), node("k8s-node1", "10.4.7.12/24"), node("new")]


def pool(name: str, cidr: str, *uses: PoolUse) -> IPPool:
    """Make a pool."""
    return IPPool(metadata=Metadata(name=name), spec=IPPoolSpec(cidr=cidr, allowed_uses=uses))


def services(name: str = "default") -> BGPConfiguration:
    """Make a BGPConfiguration with a range of services of each sort."""
    blocks = [(ServiceBlock(cidr=cidr),) for cidr in ("10.96.0.0/16", "192.0.2.7", "198.51.100.0/24")]
    spec = BGPConfigurationSpec(
        service_cluster_ips=blocks[0], service_external_ips=blocks[1], service_load_balancer_ips=blocks[2]
    )
    return BGPConfiguration(metadata=Metadata(name=name), spec=spec)


def test_every_range_has_a_name() -> None:
    """Pools, services, the network that nodes share, and a peer outside of it."""
    resources = [
        *NODES,
        pool("p", "10.244.0.0/16"),
        services(),
        services("node.k8s-node1"),
        peer("office", BGPPeerSpec(peer_ip="172.17.0.1", as_number=65010)),
        peer("tor", BGPPeerSpec(peer_ip="10.4.7.1", as_number=65010)),
    ]
    assert cluster_ranges(resources) == (
        ("IPPool(p)", ip_network("10.244.0.0/16")),
        ("serviceClusterIPs of BGPConfiguration(default)", ip_network("10.96.0.0/16")),
        ("serviceExternalIPs of BGPConfiguration(default)", ip_network("192.0.2.7/32")),
        ("serviceLoadBalancerIPs of BGPConfiguration(default)", ip_network("198.51.100.0/24")),
        ("the network of k8s-master1, k8s-node1", ip_network("10.4.7.0/24")),
        ("the peer of BGPPeer(office)", ip_network("172.17.0.1/32")),
    )


def test_a_peer_next_to_the_machine_is_no_range() -> None:
    """Only the machine's own interfaces lead to neighbours: an address behind docker0 is a mistake."""
    office = peer("office", BGPPeerSpec(peer_ip="172.17.0.1", as_number=65010))
    for name, told in (("eth0", 0), ("docker0", 1)):
        interfaces = [HostInterface(name=name, addresses=(ip_interface("172.17.0.9/16"),))]
        assert len(overlaps([*cluster_ranges([office], interfaces), *local_ranges(interfaces, [office])])) == told


def test_many_nodes_of_one_network_are_counted() -> None:
    """A sentence stays one."""
    nodes = [node(f"n{number}", f"10.4.7.{number}/24") for number in range(1, 7)]
    assert [name for name, _ in cluster_ranges(nodes)] == ["the network of n1, n2, n3 and 3 other nodes"]


def test_load_balancers_have_their_addresses_from_a_pool() -> None:
    """Such a pool and the range that is advertised of it are one; any other pool in that place is a mistake."""
    balanced = pool("lb", "198.51.100.0/25", PoolUse.LOAD_BALANCER)
    assert overlaps(cluster_ranges([services(), balanced])) == ()
    mistaken = pool("p", "198.51.100.0/25")
    assert len(overlaps(cluster_ranges([services(), mistaken]))) == 1


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("docker0", "172.17.0.1/16", True),
        ("cni0", "10.244.1.1/24", True),
        ("flannel.1", "10.244.1.0/32", True),
        ("eth1", "fd00::1/64", True),
        ("eth0", "10.4.7.11/24", False),
        ("bond0", "10.4.7.200/24", False),
        ("eth0", "10.4.7.11/16", False),
        ("lo", "127.0.0.1/8", False),
        ("eth1", "169.254.1.1/16", False),
        ("tunl0", "10.244.9.1/32", False),
        ("vxlan.calico", "10.244.9.2/32", False),
        ("kube-ipvs0", "10.96.0.1/32", False),
    ],
)
def test_what_an_interface_has_of_the_cluster_is_no_range_of_its_own(name: str, address: str, told: bool) -> None:
    """The nodes' network, and what pods, tunnels and services have; everything else is told."""
    interface = HostInterface(name=name, addresses=(ip_interface(address),))
    expected = ((f"interface {name}", ip_interface(address).network),) if told else ()
    assert local_ranges([interface], NODES) == expected
