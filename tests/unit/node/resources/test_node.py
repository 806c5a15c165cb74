"""Node: what it tells, what it refuses, and that no two may have one address."""

from ipaddress import IPv4Address, IPv4Interface, IPv6Interface

import pytest

from bgpkit_node.resources.bgp_identifier import IDENTIFIER
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.node import (
    NODE,
    Node,
    NodeAddress,
    NodeBgp,
    NodeSpec,
    NodeWireguard,
    check_node,
    check_nodes,
)
from tests.support.clusters import identified


def _node(name: str = "a", **bgp: str | int) -> Node:
    given = {key: value for key, value in bgp.items() if isinstance(value, str)}
    number = bgp.get("as_number")
    return Node(
        metadata=Metadata(name=name),
        spec=NodeSpec(bgp=NodeBgp(as_number=number if isinstance(number, int) else None, **given)),
    )


def test_a_node_tells_its_addresses_and_cluster_id() -> None:
    """A bare address has the whole address as its subnet."""
    node = _node(ipv4_address="10.4.7.12/24", ipv6_address="fd00::12", route_reflector_cluster_id="244.0.0.1")
    assert node.ipv4 == IPv4Interface("10.4.7.12/24")
    assert node.ipv6 == IPv6Interface("fd00::12/128")
    assert node.cluster_id == IPv4Address("244.0.0.1")


def test_a_node_without_bgp_has_none_of_it() -> None:
    """A node may be there before its addresses are known."""
    node = Node(metadata=Metadata(name="a", labels={"x": "y"}))
    assert (node.ipv4, node.ipv6, node.as_number, node.cluster_id) == (None, None, None, None)
    assert node.labels == {"x": "y"}
    assert list(check_node(node)) == []


@pytest.mark.parametrize(
    ("bgp", "field", "words"),
    [
        ({"ipv4_address": "10.4.7.300/24"}, "ipv4Address", "is not an IPv4 address"),
        ({"ipv4_address": "fd00::1/64"}, "ipv4Address", "is an IPv6 address, not an IPv4 one"),
        ({"ipv6_address": "10.4.7.1/24"}, "ipv6Address", "is an IPv4 address, not an IPv6 one"),
        ({"ipv4_address": "0.0.0.0/24"}, "ipv4Address", "cannot be the address of a node"),
        ({"ipv4_address": "224.0.0.5"}, "ipv4Address", "cannot be the address of a node"),
        ({"ipv4_ipip_tunnel_addr": "10.244.0.0/26"}, "ipv4IPIPTunnelAddr", "is not an IPv4 address"),
        ({"route_reflector_cluster_id": "1"}, "routeReflectorClusterID", "is not a cluster ID"),
        ({"route_reflector_cluster_id": "0.0.0.0"}, "routeReflectorClusterID", "is not a cluster ID"),
    ],
)
def test_a_wrong_address_is_refused_by_field(bgp: dict[str, str], field: str, words: str) -> None:
    """The fault says which field and why."""
    (fault,) = check_node(_node(**bgp))
    assert fault.field == f"spec.bgp.{field}"
    assert words in fault.text


@pytest.mark.parametrize(
    ("bgp", "words"),
    [
        ({"ipv4_address": "10.4.7.0/24"}, "10.4.7.0/24 is the address of the network"),
        ({"ipv4_address": "10.4.7.255/24"}, "10.4.7.255/24 is the broadcast address of 10.4.7.0/24"),
        ({"ipv6_address": "fd00::/64"}, "fd00::/64 is the address of the network"),
        ({"ipv6_address": "::ffff:10.4.7.1/120"}, "write it as ipv4Address"),
    ],
)
def test_an_address_of_no_machine_may_be_stored_and_not_written(bgp: dict[str, str], words: str) -> None:
    """A store of Calico may hold it, which takes it."""
    assert list(check_node(_node(**bgp))) == []
    (fault,) = NODE.faults(_node(**bgp))
    assert fault.field == f"spec.bgp.{next(iter(bgp)).removesuffix('_address')}Address"
    assert words in fault.text


@pytest.mark.parametrize(
    "bgp",
    [
        {"ipv4_address": "10.4.7.0/31"},
        {"ipv4_address": "10.4.7.255/32"},
        {"ipv4_address": "10.4.7.255"},
        {"ipv6_address": "fd00::ffff:ffff:ffff:ffff/64"},
    ],
)
def test_networks_of_two_addresses_have_machines_at_both(bgp: dict[str, str]) -> None:
    """RFC 3021, section 2.1; and IPv6 has no broadcast (RFC 4291, section 2)."""
    assert list(NODE.faults(_node(**bgp))) == []


def test_a_loopback_address_is_warned_of() -> None:
    """Speakers of one machine may have such."""
    assert list(NODE.faults(_node(ipv4_address="127.0.0.1/8"))) == []
    assert list(NODE.warn(_node(ipv4_address="10.4.7.1/24"))) == []
    (told,) = NODE.warn(_node(ipv4_address="127.0.0.1/8"))
    assert told == "Node(a): spec.bgp.ipv4Address 127.0.0.1/8 is a loopback address: no other machine reaches it"


def test_wrong_values_elsewhere_are_refused() -> None:
    """Tunnel addresses, MAC addresses, the list of addresses, WireGuard."""
    spec = NodeSpec(
        ipv4_vxlan_tunnel_addr="x",
        vxlan_tunnel_mac_addr="66:8c:73:5a:90",
        vxlan_tunnel_mac_addr_v6="66:8c:73:5a:90:zz",
        addresses=(NodeAddress(address="10.0.0.1"), NodeAddress(address="y")),
        wireguard=NodeWireguard(interface_ipv6_address="1.2.3.4"),
    )
    assert [fault.field for fault in check_node(Node(metadata=Metadata(name="a"), spec=spec))] == [
        "spec.ipv4VXLANTunnelAddr",
        "spec.vxlanTunnelMACAddr",
        "spec.vxlanTunnelMACAddrV6",
        "spec.addresses[1].address",
        "spec.wireguard.interfaceIPv6Address",
    ]


def test_a_mac_address_is_taken() -> None:
    """The one that Calico gives to k8s-node1."""
    spec = NodeSpec(vxlan_tunnel_mac_addr="66:8c:73:5a:90:99")
    assert list(check_node(Node(metadata=Metadata(name="a"), spec=spec))) == []


def test_two_nodes_with_one_address_are_both_named() -> None:
    """Whatever subnets they write behind it."""
    nodes = [_node("a", ipv4_address="10.4.7.12/24"), _node("b", ipv4_address="10.4.7.12"), _node("c")]
    faults = list(check_nodes(nodes, []))
    assert [(name, fault.field) for name, fault in faults] == [
        ("b", "spec.bgp.ipv4Address"),
        ("a", "spec.bgp.ipv4Address"),
    ]
    assert {fault.text for _, fault in faults} == {"Node(b) and Node(a) cannot both have the address 10.4.7.12"}


def test_two_nodes_with_one_bgp_identifier_are_both_named() -> None:
    """Unless they name different AS numbers. RFC 6286, section 2.1."""
    one, other = (_node(name, ipv4_address=f"10.4.7.{number}/24") for name, number in (("a", 12), ("b", 13)))
    other = identified(other, "10.4.7.12")
    assert [name for name, _ in check_nodes([one, other], [])] == ["b", "a"]
    (_, fault), _ = check_nodes([one, other], [])
    assert fault.field == f"metadata.annotations[{IDENTIFIER}]"
    assert fault.text.startswith(
        "Node(b) and Node(a) cannot both have the BGP Identifier 10.4.7.12: start the agent of"
    )
    elsewhere = identified(_node("b", ipv4_address="10.4.7.13/24", as_number=65001), "10.4.7.12")
    nowhere = identified(_node("b"), "10.4.7.12")
    assert list(check_nodes([one, elsewhere], [])) == list(check_nodes([one, nowhere], [])) == []
    assert [fault.field for fault in check_node(identified(_node("a"), "0.0.0.0"))] == [
        f"metadata.annotations[{IDENTIFIER}]"
    ]


def test_the_as_number_of_a_node_is_printed_and_an_inherited_one_in_brackets() -> None:
    """The columns of calicoctl get nodes -o wide."""
    nodes = [_node("own", as_number=65001, ipv4_address="10.4.7.11/24"), _node("other", ipv6_address="fd00::1/64")]
    assert [column.header for column in NODE.wide] == ["NAME", "ASN", "IPV4", "IPV6"]
    assert [[column.cell(node, 63400) for column in NODE.wide] for node in nodes] == [
        ["own", "65001", "10.4.7.11/24", ""],
        ["other", "(63400)", "", "fd00::1/64"],
    ]
    assert [column.header for column in NODE.narrow] == ["NAME"]
