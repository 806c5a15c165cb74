"""Whose wrapped packets are taken."""

from math import inf

import msgspec

from bgpkit_node.resources import FelixSettings, Node
from bgpkit_node.resources.node import NodeAddress
from bgpkit_node.tunnels.senders import LINGER, Guard, Senders
from bgpkit_node.tunnels.tunnel import IPIP, VXLAN
from tests.unit.node.tunnels.clusters import FAR, NEAR, node

A, B, C = node("a", "10.4.7.11/24"), node("b", f"{NEAR}/24", six="fd00:7::12/64"), node("c", f"{FAR}/24")
SETTINGS = FelixSettings(vxlan_port=4790)


def guard(senders: Senders, *others: object, now: float = 0, settings: FelixSettings = SETTINGS) -> list[str]:
    """Return whose packets node a takes."""
    nodes = [each for each in (A, B, C) if each is A or each in others]
    return sorted(map(str, senders.guard([VXLAN], A, nodes, settings, now).senders))


def test_other_nodes_of_both_ip_versions_send_and_nobody_under_the_own_address() -> None:
    """The port is the one that is configured."""
    found = Senders().guard([VXLAN, IPIP], A, (A, B), SETTINGS, 0)
    assert (found.tunnels, found.port) == (frozenset({VXLAN, IPIP}), 4790)
    assert sorted(map(str, found.senders)) == ["10.4.7.12/32", "fd00:7::12/128"]
    assert Senders().guard([], A, (A,), FelixSettings(), 0) == Guard(port=4789)


def test_a_node_that_has_gone_is_taken_for_one_for_a_while() -> None:
    """Its packets may be on the way; one that comes back stays."""
    senders = Senders()
    assert guard(senders, B, C) == ["10.4.7.12/32", "10.4.8.13/32", "fd00:7::12/128"]
    assert senders.next_look(0) == inf
    assert guard(senders, B, now=10) == ["10.4.7.12/32", "10.4.8.13/32", "fd00:7::12/128"]
    assert senders.next_look(15) == LINGER - 5
    assert guard(senders, B, now=10 + LINGER) == ["10.4.7.12/32", "fd00:7::12/128"]
    guard(senders, now=50)
    assert guard(senders, B, now=51) == ["10.4.7.12/32", "fd00:7::12/128"]
    assert senders.next_look(51) == inf


def test_all_addresses_of_a_node_and_those_named_beside_nodes_send() -> None:
    """As externalNodesList of a FelixConfiguration has them; no two ranges overlap."""
    told = msgspec.structs.replace(B.spec, addresses=(NodeAddress(address="198.51.100.7"),))
    other = Node(metadata=B.metadata, spec=told)
    more = FelixSettings(external_nodes_list=("10.4.8.0/24", "192.0.2.1", "10.4.8.128/25"))
    found = Senders().guard([IPIP], A, (A, other), more, 0).senders
    assert sorted(map(str, found)) == [
        "10.4.7.12/32",
        "10.4.8.0/24",
        "192.0.2.1/32",
        "198.51.100.7/32",
        "fd00:7::12/128",
    ]
