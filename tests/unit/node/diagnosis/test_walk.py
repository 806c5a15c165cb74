"""The way of a packet: each interface once, and one off the TTL for each node that passes it on. walkthrough 16."""

import msgspec

from bgpkit_node.diagnosis import End, Ending, Hop, OuterHeader, Walk, steps

FIRST = Hop(
    node="a",
    arrives_by="cali1",
    own=False,
    route="10.244.2.0/26 via 10.4.7.12 dev eth0 proto bird",
    device="eth0",
    gateway="10.4.7.12",
)
LAST = Hop(
    node="b", arrives_by="eth0", own=False, route="10.244.2.1/32 dev cali2 proto boot", device="cali2", to_pod=True
)
OWN = Hop(node="b", arrives_by="eth0", own=True)
DROPS = Hop(node="b", arrives_by="eth0", own=False, route="blackhole 10.244.2.0/26")


def walked(*hops: Hop, sender: str = "pod default/x", receiver: str = "pod default/y", six: bool = False) -> list[str]:
    """Return each step in a line: place, interface, direction, TTL."""
    walk = Walk(
        source="fd00::1" if six else "10.244.1.1",
        destination="fd00::2" if six else "10.244.2.1",
        sender=sender,
        receiver=receiver,
        hops=hops,
        ending=Ending(End.DELIVERED, ""),
    )
    return [f"{step.place} {step.interface} {step.direction} {step.ttl}" for step in steps(walk)]


def test_from_pod_to_pod_over_two_nodes() -> None:
    """64 at the pod, 63 between the nodes, 62 at the other pod."""
    assert walked(FIRST, LAST) == [
        "pod default/x eth0 out 64",
        "a cali1 in 64",
        "a eth0 out 63",
        "b eth0 in 63",
        "b cali2 out 62",
        "pod default/y eth0 in 62",
    ]


def test_from_pod_to_pod_on_one_node() -> None:
    """One node passes it on."""
    here = Hop(node="a", arrives_by="cali1", own=False, route="r", device="cali2", to_pod=True)
    assert walked(here) == [
        "pod default/x eth0 out 64",
        "a cali1 in 64",
        "a cali2 out 63",
        "pod default/y eth0 in 63",
    ]


def test_a_node_that_sends_takes_nothing_off() -> None:
    """And begins with the TTL that it has been told."""
    from_node = Hop(node="a", arrives_by="", own=False, route="r", device="eth0", gateway="10.4.7.12", ttl=100)
    assert walked(from_node, LAST, sender="") == [
        "a eth0 out 100",
        "b eth0 in 100",
        "b cali2 out 99",
        "pod default/y eth0 in 99",
    ]


def test_a_node_that_has_the_address_or_drops_the_packet_is_the_last() -> None:
    """It shows where the packet has come in."""
    for hop in (OWN, DROPS):
        assert walked(FIRST, hop)[-1] == "b eth0 in 63"
    assert walked() == ["pod default/x eth0 out 64"]


def test_routes_and_next_hops_are_told_where_the_packet_leaves() -> None:
    """The pod's, too: the gateway that no interface has."""
    for six, gateway in ((False, "169.254.1.1"), (True, "fe80::ecee:eeff:feee:eeee")):
        address = "fd00::2" if six else "10.244.2.1"
        ending = Ending(End.DELIVERED, "")
        found = steps(
            Walk(source=address, destination=address, sender="pod x", receiver="", hops=(FIRST, LAST), ending=ending)
        )
        assert [(step.route, step.next_hop) for step in found if step.direction == "out"] == [
            (f"default via {gateway} dev eth0", gateway),
            (FIRST.route, FIRST.gateway),
            (LAST.route, ""),
        ]
        assert {step.route for step in found if step.direction == "in"} == {""}
        assert found[-1].place == "a pod"


def test_a_wrapped_packet_is_on_two_interfaces_of_either_node() -> None:
    """IPIP keeps the TTL; how much routers between take off is not known."""
    outer = OuterHeader(
        tunnel="IPIP", protocol=4, source="10.4.7.11", destination="10.4.8.12", overhead=20, mtu=1480, device="eth0"
    )
    wraps = msgspec.structs.replace(FIRST, device="tunl0", outer=outer)
    assert walked(wraps, LAST) == [
        "pod default/x eth0 out 64",
        "a cali1 in 64",
        "a tunl0 out 63",
        "a eth0 out 63",
        "b eth0 in 63",
        "b tunl0 in 63",
        "b cali2 out 62",
        "pod default/y eth0 in 62",
    ]
    far = msgspec.structs.replace(wraps, outer=msgspec.structs.replace(outer, gateway="10.4.7.1", ttl=64))
    assert walked(far, LAST)[3:6] == ["a eth0 out 64", "b eth0 in None", "b tunl0 in 63"]
    nowhere = msgspec.structs.replace(wraps, outer=msgspec.structs.replace(outer, device=""))
    assert walked(nowhere)[-1] == "a tunl0 out 63"
