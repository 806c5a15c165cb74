"""By which device each path is forwarded."""

from ipaddress import ip_address

import pytest

from bgpkit import Path
from bgpkit.fib import NextHop, gateway_of
from bgpkit_node.tunnels.encapsulation import DIRECT, Encapsulation
from bgpkit_node.tunnels.tunnel import IPIP, TUNNELS, VXLAN, VXLAN6
from bgpkit_node.tunnels.ways import Situation, TunnelWays
from tests.unit.node.tunnels.clusters import ALWAYS, CROSS, FAR, NEAR, PEER, cluster, node, path, pool

OUTSIDE = "10.4.7.200"
"""The address of a router, which is no node."""


def ways(*ready: object, named: bool = True) -> TunnelWays:
    """Make the ways of node a, which has these devices; the other nodes have named theirs, or not."""
    made = TunnelWays(gateway_of)
    state = cluster(
        pool(vxlan=ALWAYS), pool("10.9.0.0/16", ipip=ALWAYS), pool("fd00:244::/48", vxlan=ALWAYS), ready=named
    )
    made.take(Situation.of(state, state.nodes[0], [tunnel for tunnel in TUNNELS if tunnel in ready]))
    return made


def plain(address: str) -> NextHop:
    """Return the way of packets that are not wrapped."""
    return NextHop(ip_address(address))


def vxlan(address: str) -> NextHop:
    """Return the way through the VXLAN device."""
    return NextHop(ip_address(address), "vxlan.calico", onlink=True)


def ipip(address: str) -> NextHop:
    """Return the way through tunl0."""
    return NextHop(ip_address(address), "tunl0", onlink=True)


@pytest.mark.parametrize(
    ("encapsulation", "near", "far"),
    [
        (DIRECT, plain(NEAR), plain(FAR)),
        (Encapsulation(IPIP), ipip(NEAR), ipip(FAR)),
        (Encapsulation(IPIP, cross_subnet=True), plain(NEAR), ipip(FAR)),
        (Encapsulation(VXLAN), vxlan("10.244.2.1"), vxlan("10.244.3.1")),
        (Encapsulation(VXLAN, cross_subnet=True), plain(NEAR), vxlan("10.244.3.1")),
    ],
)
def test_it_is_chosen_by_the_mode_and_the_subnet(encapsulation: Encapsulation, near: NextHop, far: NextHop) -> None:
    """CrossSubnet wraps what goes over a router, no more."""
    via = ways(*TUNNELS).via(encapsulation)
    assert (via(path(NEAR)), via(path(FAR)), via(path(OUTSIDE))) == (near, far, plain(OUTSIDE))


def test_over_ipv6_the_gateway_is_a_neighbour_on_the_device() -> None:
    """A link-local one needs no word that it is on the link."""
    made = ways(*TUNNELS)
    way = made.way(Encapsulation(VXLAN6), path("fd00:8::13"))
    assert isinstance(way, NextHop)
    assert way.gateway is not None
    assert (way.device, way.onlink, way.gateway.is_link_local) == ("vxlan-v6.calico", False, True)
    assert made.way(Encapsulation(VXLAN6, cross_subnet=True), path("fd00:7::12")) == plain("fd00:7::12")


def test_packets_go_as_before_until_both_ends_are_ready() -> None:
    """The own device has to be there, and the other node to name its address; what went before goes on meanwhile."""
    made = ways(*TUNNELS)
    assert made.way(Encapsulation(IPIP), path(FAR)) == ipip(FAR)
    for unready in (ways(IPIP).situation, ways(*TUNNELS, named=False).situation):
        made.take(unready)
        assert made.way(Encapsulation(VXLAN), path(FAR)) == ipip(FAR)
        assert made.in_use == {ipip(FAR)}
    made.take(ways(*TUNNELS).situation)
    assert made.way(Encapsulation(VXLAN), path(FAR)) == vxlan("10.244.3.1")
    assert made.in_use == {vxlan("10.244.3.1")}


def test_a_way_that_no_pool_is_for_is_not_in_use() -> None:
    """Though it may be asked for: the Fib remembers routes for a while."""
    made = ways(*TUNNELS)
    state = cluster(pool(ipip=CROSS))
    made.take(Situation.of(state, state.nodes[0], TUNNELS))
    assert made.way(Encapsulation(VXLAN), path(FAR)) == vxlan("10.244.3.1")
    assert made.in_use == frozenset()
    made.way(Encapsulation(IPIP, cross_subnet=True), path(FAR))
    assert made.in_use == {ipip(FAR)}


def test_a_way_that_no_pool_was_for_is_not_gone_back_to() -> None:
    """From Always to Never and to Always again, while the other node still makes its device: unwrapped until then."""
    made = ways(*TUNNELS)
    made.way(Encapsulation(VXLAN), path(NEAR))
    never = cluster(pool())
    made.take(Situation.of(never, never.nodes[0], TUNNELS))
    made.way(Encapsulation(VXLAN), path(NEAR))
    made.way(DIRECT, path(NEAR))
    made.take(ways(*TUNNELS, named=False).situation)
    assert made.way(Encapsulation(VXLAN), path(NEAR)) == plain(NEAR)


def test_what_nothing_went_to_before_goes_unwrapped() -> None:
    """In the own subnet that works; behind a router it is up to the router."""
    made = ways()
    assert made.way(Encapsulation(VXLAN), path(NEAR)) == plain(NEAR)


def test_a_way_is_remembered_as_long_as_it_is_asked_for() -> None:
    """Whoever is gone when all are asked again, and again, begins anew."""
    made = ways(*TUNNELS)
    made.way(Encapsulation(IPIP), path(FAR))
    made.way(Encapsulation(IPIP), path(NEAR))
    for _ in range(2):
        made.take(ways().situation)
        assert made.way(Encapsulation(VXLAN), path(NEAR)) == ipip(NEAR)
    assert made.way(Encapsulation(VXLAN), path(FAR)) == plain(FAR)


def test_a_path_without_an_address_as_next_hop_is_left_to_others() -> None:
    """Nothing is known of what such octets say."""
    made = TunnelWays(lambda _: None)
    odd = Path(PEER, b"\x40\x05\x04\0\0\0\x64", next_hop=b"\1\2\3", local_pref=100)
    assert made.way(DIRECT, odd) is None
    assert made.in_use == frozenset()


def test_situations_that_decide_alike_are_equal() -> None:
    """So that nothing is asked anew when only a label has changed."""
    assert ways(*TUNNELS).situation == ways(*TUNNELS).situation != ways(IPIP).situation
    state = cluster(pool(vxlan=ALWAYS))
    other = node("a", "10.4.7.11/16")
    assert Situation.of(state, state.nodes[0], TUNNELS) != Situation.of(state, other, TUNNELS)
