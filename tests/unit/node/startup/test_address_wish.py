"""From what an operator says to an address: told, kept, found out, or none."""

from ipaddress import ip_interface

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.resources import Metadata, Node, NodeBgp, NodeSpec
from bgpkit_node.resources.node import NodeAddress, NodeAddressType
from bgpkit_node.startup.address_wish import check_here, decided, parse_address_wish
from bgpkit_node.startup.autodetection import parse_method
from bgpkit_node.startup.host_interface import HostInterface

MACHINE = [
    HostInterface(name="eth0", addresses=(ip_interface("10.4.7.11/24"), ip_interface("fd00:4::11/64"))),
    HostInterface(name="eth1", up=False, addresses=(ip_interface("10.5.0.1/24"),)),
]
NODE = Node(
    metadata=Metadata(name="a"),
    spec=NodeSpec(
        bgp=NodeBgp(ipv4_address="10.4.7.99/16", ipv6_address="fd00:4::99/64"),
        addresses=(
            NodeAddress(address="10.4.7.11"),
            NodeAddress(address="192.0.2.1", type=NodeAddressType.EXTERNAL_IP),
            NodeAddress(address="fd00:4::11", type=NodeAddressType.INTERNAL_IP),
        ),
    ),
)


def outcome(text: str, version: int, present: Node | None, method: str = "first-found") -> str:
    """Return the address that a wish leads to on the machine above; empty: none."""
    return str(decided(parse_address_wish(text, version, parse_method(method)), present, MACHINE) or "")


@pytest.mark.parametrize(
    ("text", "version", "fresh", "kept"),
    [
        ("", 4, "10.4.7.11/24", "10.4.7.99/16"),
        ("", 6, "", "fd00:4::99/64"),
        ("autodetect", 4, "10.4.7.11/24", "10.4.7.11/24"),
        ("AutoDetect", 6, "fd00:4::11/64", "fd00:4::11/64"),
        ("none", 6, "", ""),
        ("none", 4, "", ""),
        ("10.4.7.11/25", 4, "10.4.7.11/25", "10.4.7.11/25"),
        ("10.4.7.11", 4, "10.4.7.11/24", "10.4.7.11/24"),
        ("10.4.7.11/32", 4, "10.4.7.11/32", "10.4.7.11/32"),
        ("10.4.7.12", 4, "10.4.7.12/32", "10.4.7.12/32"),
        ("fd00:4::11", 6, "fd00:4::11/64", "fd00:4::11/64"),
    ],
)
def test_what_a_wish_leads_to(text: str, version: int, fresh: str, kept: str) -> None:
    """On a node that is new, and on one that has addresses in the datastore; a bare one has its interface's subnet."""
    assert outcome(text, version, None) == fresh
    assert outcome(text, version, NODE) == kept


def test_the_internal_ip_stands_in_the_node() -> None:
    """Of the version that is wanted and of that type, or one sentence."""
    assert outcome("autodetect", 6, NODE, "kubernetes-internal-ip") == "fd00:4::11/64"
    with pytest.raises(NodeError, match=r"no IPv4 address of type InternalIP among its spec\.addresses .*--ip"):
        outcome("autodetect", 4, NODE, "kubernetes-internal-ip")


def test_nothing_found_says_what_there_is() -> None:
    """With the method, the option and the addresses of the machine, those of interfaces that are down, too."""
    sentence = (
        r"no interface of this machine has an IPv4 address to peer from by cidr=10\.5\.0\.0/24: name one with --ip "
        r"ADDRESS/LENGTH, or another method \(a node with IPv6 alone: --ip none --ip6 autodetect\); there is "
        r"10\.4\.7\.11/24 on eth0, fd00:4::11/64 on eth0, "
        r"10\.5\.0\.1/24 on eth1 \(down\)"
    )
    with pytest.raises(NodeError, match=sentence):
        outcome("autodetect", 4, None, "cidr=10.5.0.0/24")


def test_a_destination_without_a_name_is_told() -> None:
    """Nothing is looked up on the network for it."""
    with pytest.raises(NodeError, match=r"can-reach=fd00::1: there is no IPv4 address of that name"):
        outcome("autodetect", 4, None, "can-reach=fd00::1")


@pytest.mark.parametrize(
    ("text", "version", "sentence"),
    [
        (
            "10.4.7",
            4,
            "'10.4.7' is not an IPv4 address with its subnet, such as 10.4.7.11/24, nor autodetect, nor none",
        ),
        ("10.4.7.1", 6, "'10.4.7.1' is not an IPv6 address"),
        ("fd00::1", 4, "'fd00::1' is not an IPv4 address"),
        ("0.0.0.0", 4, "cannot be the address of a node"),
        ("127.0.0.1/8", 4, "cannot be the address of a node"),
        ("fe80::1/64", 6, "cannot be the address of a node: name one that other nodes reach, such as fd00:4:7::11/64"),
        ("ff02::1", 6, "cannot be the address of a node"),
    ],
)
def test_a_mistake_in_an_address_is_one_sentence(text: str, version: int, sentence: str) -> None:
    """With an example."""
    with pytest.raises(ValueError, match=sentence):
        parse_address_wish(text, version)


def test_an_address_that_the_machine_does_not_have_is_refused() -> None:
    """Whether it was told, or stands in the datastore since the machine had another one."""
    check_here(parse_address_wish("10.4.7.11", 4), ip_interface("10.4.7.11/24"), MACHINE)
    with pytest.raises(NodeError, match=r"has the address 10\.4\.7\.12 \(--ip\); there is 10\.4\.7\.11/24 on eth0"):
        check_here(parse_address_wish("10.4.7.12", 4), ip_interface("10.4.7.12/24"), MACHINE)
    with pytest.raises(NodeError, match=r"fd00:4::99 which is the node's in the datastore \(say --ip6 autodetect"):
        check_here(parse_address_wish("", 6), ip_interface("fd00:4::99/64"), MACHINE)
