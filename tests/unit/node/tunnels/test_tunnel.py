"""Which pools ask for a tunnel, and where the Node says its address."""

import pytest

from bgpkit_node.resources import EncapsulationMode, IPPool, IPPoolSpec, Metadata, Node, NodeBgp, NodeSpec, PoolUse
from bgpkit_node.tunnels import TUNNELS

IPIP, VXLAN, VXLAN6 = TUNNELS
ALWAYS, CROSS = EncapsulationMode.ALWAYS, EncapsulationMode.CROSS_SUBNET
NODE = Node(metadata=Metadata(name="a", labels={"rack": "1"}), spec=NodeSpec(bgp=NodeBgp(ipv4_address="10.4.7.11/24")))
DUAL = Node(metadata=NODE.metadata, spec=NodeSpec(bgp=NodeBgp(ipv4_address="10.4.7.11/24", ipv6_address="fd00::11/64")))


def pool(spec: IPPoolSpec) -> IPPool:
    """Make a pool."""
    return IPPool(metadata=Metadata(name="p"), spec=spec)


@pytest.mark.parametrize(
    ("spec", "tunnels"),
    [
        (IPPoolSpec(cidr="10.244.0.0/16"), []),
        (IPPoolSpec(cidr="10.244.0.0/16", ipip_mode=ALWAYS), [IPIP]),
        (IPPoolSpec(cidr="10.244.0.0/16", ipip_mode=CROSS), [IPIP]),
        (IPPoolSpec(cidr="10.244.0.0/16", vxlan_mode=CROSS), [VXLAN]),
        (IPPoolSpec(cidr="fd00:244::/64", vxlan_mode=ALWAYS), [VXLAN6]),
        (IPPoolSpec(cidr="10.244.0.0/16", ipip_mode=ALWAYS, disabled=True), []),
        (IPPoolSpec(cidr="10.244.0.0/16", ipip_mode=ALWAYS, allowed_uses=(PoolUse.WORKLOAD,)), []),
        (IPPoolSpec(cidr="10.244.0.0/16", ipip_mode=ALWAYS, node_selector="rack == '1'"), [IPIP]),
        (IPPoolSpec(cidr="10.244.0.0/16", ipip_mode=ALWAYS, node_selector="rack == '2'"), []),
    ],
)
def test_a_pool_asks_for_a_tunnel(spec: IPPoolSpec, tunnels: list[object]) -> None:
    """By its mode, on the nodes that it selects, when tunnels may have its addresses."""
    assert [tunnel for tunnel in TUNNELS if tunnel.pools(DUAL, [pool(spec)])] == tunnels


def test_a_node_without_ipv6_has_no_tunnel_over_it() -> None:
    """Packets between VXLAN devices of IPv6 go over the nodes' IPv6 addresses."""
    spec = IPPoolSpec(cidr="fd00:244::/64", vxlan_mode=ALWAYS)
    assert VXLAN6.pools(NODE, [pool(spec)]) == ()


def test_handles_and_purposes_are_calicos() -> None:
    """Its tools know a tunnel's address by them."""
    assert [(tunnel.handle_of("a"), tunnel.purpose) for tunnel in TUNNELS] == [
        ("ipip-tunnel-addr-a", "ipipTunnelAddress"),
        ("vxlan-tunnel-addr-a", "vxlanTunnelAddress"),
        ("vxlan-v6-tunnel-addr-a", "vxlanV6TunnelAddress"),
    ]


def test_a_mac_address_is_made_of_the_nodes_name() -> None:
    """The first is what Calico's own node k8s-node1 was seen to have; that for IPv6 differs."""
    assert VXLAN.mac_of("k8s-node1") == "66:8c:73:5a:90:99"
    assert VXLAN6.mac_of("k8s-node1") not in {"", VXLAN.mac_of("k8s-node1")}


def test_the_node_names_address_and_mac() -> None:
    """Each in its field; a MAC address that an operator chose stays, with the address and without."""
    spec = IPIP.named(NodeSpec(), "a", "10.244.0.1")
    assert (spec.bgp, IPIP.address(spec)) == (NodeBgp(ipv4_ipip_tunnel_addr="10.244.0.1"), "10.244.0.1")
    assert IPIP.named(NodeSpec(), "a", "") == NodeSpec()
    assert IPIP.address(NodeSpec()) == ""
    spec = VXLAN.named(VXLAN6.named(NodeSpec(), "a", "fd00::1"), "a", "10.244.0.1")
    assert spec == NodeSpec(
        ipv4_vxlan_tunnel_addr="10.244.0.1",
        vxlan_tunnel_mac_addr=VXLAN.mac_of("a"),
        ipv6_vxlan_tunnel_addr="fd00::1",
        vxlan_tunnel_mac_addr_v6=VXLAN6.mac_of("a"),
    )
    assert VXLAN.named(VXLAN6.named(spec, "a", ""), "a", "") == NodeSpec()
    chosen = NodeSpec(vxlan_tunnel_mac_addr="02:00:00:00:00:01")
    named = VXLAN.named(chosen, "a", "10.244.0.1")
    assert named.vxlan_tunnel_mac_addr == "02:00:00:00:00:01"
    assert VXLAN.named(named, "a", "") == chosen
