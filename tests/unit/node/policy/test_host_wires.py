"""By which interface a node is on the network."""

from dataclasses import replace
from ipaddress import IPv4Address

from bgpkit_node.policy import PolicyState
from bgpkit_node.policy.host_wires import HostWires
from bgpkit_node.policy.model import Endpoint

OWN, SECOND, POD, FAR = map(IPv4Address, ("192.0.2.11", "192.0.2.12", "10.0.0.1", "203.0.113.9"))
STORAGE = Endpoint(key="a", node="n1", interface="eth1", host=True)
ALL = Endpoint(key="b", node="n1", interface="*", host=True)
FOUND = Endpoint(key="c", node="n1", addresses=(OWN,), host=True)
OTHER = Endpoint(key="d", node="n1", addresses=(POD,))


def wires(*endpoints: Endpoint) -> HostWires:
    """Return those of node n1."""
    return HostWires(PolicyState(endpoints={each.key: each for each in endpoints}, nodes={"n1": frozenset({OWN})}))


def test_an_address_of_the_node_tells_its_interface_and_else_that_for_all() -> None:
    """Without either it is the first; pods are none."""
    second = replace(STORAGE, addresses=(SECOND,))
    assert wires(second, ALL, FOUND, OTHER).wire(OWN, FAR) == FOUND
    assert wires(second, ALL, FOUND, OTHER).wire(SECOND, FAR) == second
    assert wires(STORAGE, ALL, OTHER).wire(POD, FAR) == ALL
    assert wires(replace(STORAGE, key="z"), STORAGE).wire(OWN, FAR) == STORAGE
    assert wires(OTHER).wire(OWN, FAR) is None
    assert wires(ALL).transit(FAR, FAR) == (None, None)


def test_an_address_is_of_the_node_that_has_it_or_its_pod() -> None:
    """Others are of none."""
    found = wires(STORAGE, OTHER)
    assert [found.node(each) for each in (OWN, POD, FAR)] == ["n1", "n1", ""]
