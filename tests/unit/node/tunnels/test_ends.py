"""Where tunnels lead."""

from ipaddress import ip_address

from bgpkit_node.tunnels.ends import TunnelEnd, ends_of
from bgpkit_node.tunnels.tunnel import IPIP, VXLAN, VXLAN6
from tests.unit.node.tunnels.clusters import ALWAYS, FAR, NEAR, cluster, node, pool


def test_they_lead_to_the_addresses_that_other_nodes_name() -> None:
    """In routes it is the device's address that stands for such an end, for IPIP the node's own."""
    pools = [pool(vxlan=ALWAYS)]
    nodes = cluster().nodes
    mac = VXLAN.mac_of("b")
    end = TunnelEnd(node=ip_address(NEAR), address=ip_address("10.244.2.1"), mac=mac)
    assert ends_of(VXLAN, "a", nodes, pools)[0] == end
    assert [str(one.node) for one in ends_of(VXLAN, "b", nodes, pools)] == [FAR]
    assert [str(one.gateway) for one in ends_of(VXLAN, "a", nodes, pools)] == ["10.244.2.1", "10.244.3.1"]
    assert [str(one.gateway) for one in ends_of(IPIP, "a", nodes, [pool(ipip=ALWAYS)])] == [NEAR, FAR]


def test_over_ipv6_the_link_local_address_of_the_device_stands_for_it() -> None:
    """As an interface makes it of its MAC address: RFC 4291, appendix A."""
    nodes = [node("b", f"{NEAR}/24", six="fd00:7::12/64", vxlan6="fd00:244::2")]
    [end] = ends_of(VXLAN6, "a", nodes, [pool("fd00:244::/48", vxlan=ALWAYS)])
    octets = bytes.fromhex(VXLAN6.mac_of("b").replace(":", ""))
    assert (str(end.node), end.mac) == ("fd00:7::12", octets.hex(":"))
    assert TunnelEnd(node=end.node, address=end.address, mac="66:f4:09:ca:1b:0c").gateway == ip_address(
        "fe80::64f4:9ff:feca:1b0c"
    )


def test_there_is_no_end_on_a_node_that_is_still_to_name_an_address() -> None:
    """Its device may not be there yet; where a node is not to have an address, its own one stands for it."""
    nodes = cluster(ready=False).nodes
    assert ends_of(VXLAN, "a", nodes, [pool(vxlan=ALWAYS)]) == ()
    ends = ends_of(VXLAN, "a", nodes, [pool(vxlan=ALWAYS, disabled=True)])
    assert [str(end.gateway) for end in ends] == [NEAR, FAR]


def test_a_mac_address_that_the_node_names_counts() -> None:
    """However it is written."""
    named = node("b", f"{NEAR}/24", vxlan="10.244.2.1")
    chosen = VXLAN.named(named.spec, "b", "10.244.2.1")
    assert chosen.vxlan_tunnel_mac_addr == VXLAN.mac_of("b")
    other = node("b", f"{NEAR}/24", vxlan="10.244.2.1", mac="66:AA:00:00:00:01")
    [end] = ends_of(VXLAN, "a", [other], [pool(vxlan=ALWAYS)])
    assert end.mac == "66:aa:00:00:00:01"
