"""The devices that a node should have."""

from ipaddress import ip_address

from bgpkit_node.kernel import Vxlan
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import FelixSettings
from bgpkit_node.tunnels.tunnel import IPIP, VXLAN, VXLAN6
from bgpkit_node.tunnels.wishes import device_wishes, tunnel_mtu
from tests.unit.node.tunnels.clusters import ALWAYS, CROSS, cluster, node, pool

SETTINGS = FelixSettings()


def test_there_is_one_for_each_tunnel_that_a_pool_asks_for() -> None:
    """Whichever nodes the pool selects: packets to its pods are wrapped on all of them."""
    state = cluster(pool(ipip=CROSS), pool("10.9.0.0/16", vxlan=ALWAYS), pool("fd00:244::/48", vxlan=ALWAYS))
    wishes = device_wishes(state, state.nodes[1], SETTINGS)
    assert [wish.tunnel for wish in wishes] == [IPIP, VXLAN, VXLAN6]
    assert [str(wish.address) for wish in wishes] == ["10.244.2.1", "10.244.2.1", "fd00:244::2"]
    assert [str(wish.local) for wish in wishes] == ["10.4.7.12", "10.4.7.12", "fd00:7::12"]
    assert [wish.mac for wish in wishes] == ["", VXLAN.mac_of("b"), VXLAN6.mac_of("b")]
    assert [len(wish.ends) for wish in wishes] == [1, 1, 1]
    assert device_wishes(cluster(pool()), state.nodes[1], SETTINGS) == ()
    four = node("d", "10.4.7.14/24")
    assert [wish.tunnel for wish in device_wishes(state, four, SETTINGS)] == [IPIP, VXLAN]


def test_a_device_is_there_before_it_has_an_address() -> None:
    """The Node names one only then."""
    state = Cluster(nodes=(node("a", "10.4.7.11/24"),), pools=(pool(vxlan=ALWAYS),))
    [wish] = device_wishes(state, state.nodes[0], SETTINGS)
    assert wish.address is None
    assert wish.vxlan == Vxlan(identifier=4096, port=4789, local=ip_address("10.4.7.11"))


def test_vni_and_port_are_those_of_the_felix_configuration() -> None:
    """An IPIP device has neither."""
    state = cluster(pool(ipip=ALWAYS), pool("10.9.0.0/16", vxlan=ALWAYS))
    wishes = device_wishes(state, state.nodes[0], FelixSettings(vxlan_vni=7, vxlan_port=8472))
    assert wishes[0].vxlan is None
    assert wishes[1].vxlan == Vxlan(identifier=7, port=8472, local=ip_address("10.4.7.11"))


def test_the_mtu_is_that_of_the_link_less_the_header_unless_it_is_named() -> None:
    """20 octets for IPIP, 50 and 70 for VXLAN."""
    assert [tunnel_mtu(each, 1500, SETTINGS) for each in (IPIP, VXLAN, VXLAN6)] == [1480, 1450, 1430]
    assert [tunnel_mtu(each, 9000, SETTINGS) for each in (IPIP, VXLAN, VXLAN6)] == [8980, 8950, 8930]
    named = FelixSettings(ipip_mtu=1440, vxlan_mtu=1400, vxlan_mtu_v6=1380)
    assert [tunnel_mtu(each, 1500, named) for each in (IPIP, VXLAN, VXLAN6)] == [1440, 1400, 1380]
    state = cluster(pool(ipip=ALWAYS))
    assert device_wishes(state, state.nodes[0], named)[0].mtu_over(1500) == 1440
