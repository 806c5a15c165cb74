"""Past which interfaces of one node packets go, by its routes."""

from ipaddress import IPv4Address
from typing import Final

from bgpkit_node.policy import PolicyState
from bgpkit_node.policy.model import Address, Endpoint
from bgpkit_node.policy.node_wires import NodeWires, Way

OWN, SECOND, POD, ELSEWHERE, NEAR, FAR, LOST = map(
    IPv4Address,
    ("192.0.2.11", "192.0.2.12", "10.0.0.1", "10.0.1.1", "198.51.100.1", "203.0.113.9", "203.0.113.10"),
)
WIRE: Final = Endpoint(key="wire", node="n1", interface="eth0", host=True)
OTHERS: Final = Endpoint(key="others", node="n1", interface="*", host=True)
ABROAD: Final = Endpoint(key="abroad", node="n2", interface="eth0", host=True)
PODS: Final = (
    Endpoint(key="default/here", node="n1", addresses=(POD,)),
    Endpoint(key="default/there", node="n2", addresses=(ELSEWHERE,)),
)
WAYS: Final[dict[Address, Way]] = {
    OWN: Way("lo", own=True),
    SECOND: Way("lo", own=True),
    NEAR: Way("eth1"),
    LOST: Way(""),
}


def way(address: Address) -> Way:
    """Return the way to an address: by eth0, unless something else is known."""
    return WAYS.get(address, Way("eth0"))


def wires(hosts: dict[str, str]) -> NodeWires:
    """Return those of node n1, whose interfaces these endpoints have."""
    endpoints = {each.key: each for each in (WIRE, OTHERS, ABROAD, *PODS)}
    state = PolicyState(endpoints=endpoints, nodes={"n1": frozenset({OWN}), "n2": frozenset()})
    return NodeWires("n1", state, hosts, way)


def test_an_address_is_of_this_node_also_where_only_the_kernel_knows_it() -> None:
    """Those of others are theirs as the cluster says."""
    found = wires({"eth0": "wire"})
    assert [found.node(each) for each in (OWN, SECOND, POD, ELSEWHERE, FAR)] == ["n1", "n1", "n1", "n2", ""]


def test_the_interface_is_that_of_the_way_and_else_that_for_all() -> None:
    """Only of this node; none where there is no way, or no endpoint for it."""
    named, both = wires({"eth0": "wire"}), wires({"eth0": "wire", "*": "others"})
    assert named.wire(OWN, FAR) == named.wire(POD, FAR) == named.wire(SECOND, ELSEWHERE) == WIRE
    assert named.wire(ELSEWHERE, POD) is None
    assert named.wire(OWN, NEAR) is None
    assert both.wire(OWN, NEAR) == OTHERS
    assert both.wire(OWN, FAR) == WIRE
    assert both.wire(OWN, LOST) is None


def test_what_is_not_of_this_node_comes_in_and_goes_out() -> None:
    """Pods of other nodes too; what is this node's own has only one interface to pass."""
    both = wires({"eth1": "wire", "*": "others"})
    assert both.transit(NEAR, ELSEWHERE) == (WIRE, OTHERS)
    assert both.transit(FAR, LOST) == (OTHERS, None)
    for own in (OWN, SECOND, POD):
        assert both.transit(FAR, own) == both.transit(own, FAR) == (None, None)
    assert wires({}).transit(NEAR, FAR) == (None, None)
