"""Nodes, pools and paths for the tests of tunnels."""

from ipaddress import ip_address

from bgpkit import Path
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import EncapsulationMode, IPPool, IPPoolSpec, Metadata, Node, NodeBgp, NodeSpec
from bgpkit_rib import Source, SourceKind

NEVER, ALWAYS, CROSS = EncapsulationMode.NEVER, EncapsulationMode.ALWAYS, EncapsulationMode.CROSS_SUBNET
NEAR, FAR = "10.4.7.12", "10.4.8.13"
"""The addresses of nodes b and c, seen from node a with 10.4.7.11/24."""
PEER = Source("peer", SourceKind.CLIENT, address=b"\x0a\x04\x07\x0c", bgp_identifier=2)


def node(
    name: str, address: str, *, ipip: str = "", vxlan: str = "", six: str = "", vxlan6: str = "", mac: str = ""
) -> Node:
    """Make a node that names these addresses of tunnels."""
    bgp = NodeBgp(ipv4_address=address, ipv6_address=six, ipv4_ipip_tunnel_addr=ipip)
    spec = NodeSpec(bgp=bgp, ipv4_vxlan_tunnel_addr=vxlan, ipv6_vxlan_tunnel_addr=vxlan6, vxlan_tunnel_mac_addr=mac)
    return Node(metadata=Metadata(name=name), spec=spec)


def pool(
    cidr: str = "10.244.0.0/16",
    *,
    ipip: EncapsulationMode = NEVER,
    vxlan: EncapsulationMode = NEVER,
    disabled: bool = False,
) -> IPPool:
    """Make a pool."""
    spec = IPPoolSpec(cidr=cidr, ipip_mode=ipip, vxlan_mode=vxlan, disabled=disabled)
    return IPPool(metadata=Metadata(name=cidr.replace("/", "-").replace(":", ".")), spec=spec)


def cluster(*pools: IPPool, ready: bool = True) -> Cluster:
    """Make a cluster of nodes a, b beside it, and c behind a router; b and c have named their tunnels, or not."""
    here, there = ("10.244.2.1", "10.244.3.1") if ready else ("", "")
    nodes = (
        node("a", "10.4.7.11/24", six="fd00:7::11/64"),
        node("b", f"{NEAR}/24", ipip=here, vxlan=here, six="fd00:7::12/64", vxlan6="fd00:244::2" if ready else ""),
        node("c", f"{FAR}/24", ipip=there, vxlan=there, six="fd00:8::13/64", vxlan6="fd00:244::3" if ready else ""),
    )
    return Cluster(nodes=nodes, pools=pools)


def path(next_hop: str) -> Path:
    """Make a path with a next hop."""
    return Path(PEER, b"\x40\x05\x04\0\0\0\x64", next_hop=ip_address(next_hop).packed, local_pref=100)
