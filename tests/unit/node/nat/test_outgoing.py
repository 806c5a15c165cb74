"""What pools, nodes and settings come to."""

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

import pytest

from bgpkit_node.nat import OutgoingNat
from bgpkit_node.nat.outgoing import addresses_of
from bgpkit_node.resources import FelixSettings, IPPool, IPPoolSpec, Metadata, Node, NodeBgp, NodeSpec, PoolUse
from bgpkit_node.resources.node import NodeAddress

NODE = Node(
    metadata=Metadata(name="a"),
    spec=NodeSpec(
        bgp=NodeBgp(ipv4_address="10.4.7.11/24", ipv6_address="fd00::11/64"),
        addresses=(NodeAddress(address="10.4.7.11/24"), NodeAddress(address="192.0.2.7")),
    ),
)


def pool(cidr: str, **fields: Any) -> IPPool:
    """Return a pool."""
    return IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr=cidr, **fields))


def networks(*texts: str) -> frozenset[Any]:
    """Return networks."""
    return frozenset(map(ip_network, texts))


def test_without_natoutgoing_nothing_is_translated() -> None:
    """Whatever else there is."""
    assert OutgoingNat.of((), (), FelixSettings()) == OutgoingNat()
    found = OutgoingNat.of((pool("10.244.0.0/16"),), (NODE,), FelixSettings(nat_port_range="1:9"))
    assert found == OutgoingNat()


def test_every_pool_is_left_untouched_but_those_for_load_balancers() -> None:
    """Disabled ones, too; those for load balancers are no source either."""
    found = OutgoingNat.of(
        (
            pool("10.244.0.0/16", nat_outgoing=True),
            pool("10.245.0.0/16"),
            pool("192.168.1.0/24", disabled=True),
            pool("203.0.113.0/24", nat_outgoing=True, allowed_uses=(PoolUse.LOAD_BALANCER,)),
            pool("fd00:1::/64", nat_outgoing=True, disabled=True),
        ),
        (NODE,),
        FelixSettings(),
    )
    assert found.sources == networks("10.244.0.0/16", "fd00:1::/64")
    assert found.untouched == networks("10.244.0.0/15", "192.168.1.0/24", "fd00:1::/64")


def test_the_addresses_of_nodes_are_excluded_on_request() -> None:
    """Those for BGP and those that the Node names besides; the word is taken in any case."""
    settings = FelixSettings(nat_outgoing_exclusions="ippoolsandhostips")
    found = OutgoingNat.of((pool("10.244.0.0/16", nat_outgoing=True),), (NODE,), settings)
    assert found.untouched == networks("10.244.0.0/16", "10.4.7.11/32", "192.0.2.7/32", "fd00::11/128")
    assert addresses_of(Node(metadata=Metadata(name="b"))) == frozenset()


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({"nat_port_range": 80}, {"ports": (80, 80)}),
        ({"nat_port_range": "0:9"}, {"ports": (1, 9)}),
        ({"nat_port_range": "30000:32767"}, {"ports": (30000, 32767)}),
        ({"nat_port_range": 0}, {}),
        ({"nat_outgoing_address": "10.4.7.9"}, {"address": IPv4Address("10.4.7.9")}),
        ({"iptables_nat_outgoing_interface_filter": "eth+"}, {"interface": "eth*"}),
        ({"iptables_nat_outgoing_interface_filter": "eth0"}, {"interface": "eth0"}),
    ],
)
def test_the_settings_say_how(settings: dict[str, Any], fields: dict[str, Any]) -> None:
    """Ports, an address, an interface, each as nft wants it."""
    found = OutgoingNat.of((pool("10.244.0.0/16", nat_outgoing=True),), (), FelixSettings(**settings))
    own = networks("10.244.0.0/16")
    assert found == OutgoingNat(sources=own, untouched=own, **fields)


@pytest.mark.parametrize(
    ("source", "destination", "leaves", "interface", "translated"),
    [
        ("10.244.0.5", "192.0.2.1", "eth0", "", True),
        ("10.244.0.5", "192.0.2.1", "eth0", "eth0", True),
        ("10.244.0.5", "192.0.2.1", "eth01", "eth0", False),
        ("10.244.0.5", "192.0.2.1", "eth01", "eth*", True),
        ("10.244.0.5", "192.0.2.1", "wlan0", "eth*", False),
        ("10.244.0.5", "10.245.0.1", "eth0", "", False),
        ("10.245.0.1", "192.0.2.1", "eth0", "", False),
        ("fd00:1::5", "192.0.2.1", "eth0", "", False),
    ],
)
def test_what_a_connection_from_inside_to_outside_gets(
    source: str, destination: str, leaves: str, interface: str, translated: bool
) -> None:
    """By one of the interfaces that are named, from a pool that asks for it, to no pool."""
    inside = networks("10.244.0.0/16")
    nat = OutgoingNat(sources=inside, untouched=inside | networks("10.245.0.0/16"), interface=interface)
    assert nat.translates(ip_address(source), ip_address(destination), leaves) is translated
