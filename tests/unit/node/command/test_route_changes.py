"""Which kernel routes a change of resources makes appear and vanish, from the blocks and who learns from whom."""

from ipaddress import ip_network

import pytest

from bgpkit_node.command.route_changes import MOST, RouteChange, route_changes, told
from bgpkit_node.ipam import AffinityState, IPNetwork, Snapshot
from bgpkit_node.ipam.block import Owner
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import BGPFilter, BGPPeerSpec, IPPool, IPPoolSpec, Metadata, Resource
from bgpkit_node.resources.bgp_filter import BGPFilterRule, BGPFilterSpec, FilterAction, MatchOperator
from tests.support.clusters import all_with_reflectors, cluster, configuration, drained, node, peer, reflector
from tests.support.ipam_cluster import host

A, B = node("a", "10.4.7.1/24", "fd00::1/64"), node("b", "10.4.7.2/24")
RR, RR2 = reflector("r", "10.4.7.3/24", "244.0.0.1"), reflector("s", "10.4.7.4/24", "244.0.0.1")
OFF = configuration(mesh=False)
OF_A, OF_B, SIX = ip_network("10.244.0.0/26"), ip_network("10.244.0.64/26"), ip_network("fd00:10::/122")


def pool(cidr: str, *, hidden: bool = False, disabled: bool = False) -> IPPool:
    """Make a pool."""
    spec = IPPoolSpec(cidr=cidr, disable_bgp_export=hidden, disabled=disabled)
    return IPPool(metadata=Metadata(name="p"), spec=spec)


POOL = pool("10.244.0.0/16")


def snapshot(**blocks: IPNetwork) -> Snapshot:
    """Return blocks of nodes, each confirmed."""
    return Snapshot(
        revision=1,
        blocks={network: host(network, name) for name, network in blocks.items()},
        affinities=dict.fromkeys(blocks.items(), AffinityState.CONFIRMED),
        handles={},
        unreadable=(),
    )


def changes(before: Cluster, *after: Resource, data: Snapshot | None = None) -> tuple[list[RouteChange], int]:
    """Return what changes, and how much stays."""
    found, stay = route_changes(before, cluster(*after), data or snapshot(a=OF_A, b=OF_B))
    return list(found), stay


def test_a_node_that_joins_and_one_that_is_cut_off() -> None:
    """Each has a route to each block of the others, and none to its own."""
    came = [RouteChange("a", str(OF_B), "", "10.4.7.2"), RouteChange("b", str(OF_A), "", "10.4.7.1")]
    assert changes(cluster(A, POOL), A, B, POOL) == (came, 0)
    gone = [RouteChange("a", str(OF_B), "10.4.7.2", ""), RouteChange("b", str(OF_A), "10.4.7.1", "")]
    assert changes(cluster(A, B, POOL), A, B, POOL, OFF) == (gone, 0)
    assert [one.word for one in (*came, *gone)] == ["appears"] * 2 + ["vanishes"] * 2


def test_from_the_mesh_to_reflectors_and_a_drain_change_no_route() -> None:
    """Two nodes' blocks at three others each."""
    mesh = cluster(A, B, RR, RR2, POOL)
    assert changes(mesh, A, B, RR, RR2, POOL, OFF, all_with_reflectors()) == ([], 6)
    before = cluster(A, B, RR, RR2, POOL, OFF, all_with_reflectors())
    assert changes(before, A, B, drained(RR), RR2, POOL, OFF, all_with_reflectors()) == ([], 6)


def test_another_address_of_a_node_moves_its_routes() -> None:
    """By the node that has it."""
    moved = node("b", "10.4.7.22/24")
    assert changes(cluster(A, B, POOL), A, moved, POOL) == ([RouteChange("a", str(OF_B), "10.4.7.2", "10.4.7.22")], 1)


@pytest.mark.parametrize(
    "other",
    [pool("10.244.0.0/16", hidden=True), pool("10.245.0.0/16")],
)
def test_what_no_pool_exports_is_not_there(other: IPPool) -> None:
    """Blocks outside of all pools are not told."""
    found, _ = changes(cluster(A, B, POOL), A, B, other)
    assert [(one.node, one.word) for one in found] == [("a", "vanishes"), ("b", "vanishes")]


def test_a_disabled_pool_keeps_its_routes() -> None:
    """It gives no new addresses, and may still have pods."""
    assert changes(cluster(A, B, POOL), A, B, pool("10.244.0.0/16", disabled=True)) == ([], 2)


def test_a_borrowed_address_is_a_route_of_its_own() -> None:
    """At all nodes, its owner's among them."""
    block, _ = host(OF_A, "a").assign(1, Owner.of("h", {"node": "b"}))
    data = Snapshot(
        revision=1, blocks={OF_A: block}, affinities={("a", OF_A): AffinityState.CONFIRMED}, handles={}, unreadable=()
    )
    found, _ = changes(cluster(A, POOL), A, B, POOL, data=data)
    assert found == [RouteChange("a", "10.244.0.0/32", "", "10.4.7.2"), RouteChange("b", str(OF_A), "", "10.4.7.1")]


def test_what_a_filter_keeps_back_vanishes() -> None:
    """At the nodes behind the session that it is for; the other way it goes on."""
    rule = BGPFilterRule(cidr=str(OF_A), match_operator=MatchOperator.EQUAL, action=FilterAction.REJECT)
    kept_back = BGPFilter(metadata=Metadata(name="f"), spec=BGPFilterSpec(export_v4=(rule,)))
    between = peer("p", BGPPeerSpec(node="a", peer_ip="10.4.7.2", filters=("f",)))
    found, stay = changes(cluster(A, B, POOL), A, B, POOL, OFF, kept_back, between)
    assert (found, stay) == ([RouteChange("b", str(OF_A), "10.4.7.1", "")], 1)


def test_ipv6_is_for_nodes_that_have_it() -> None:
    """By the IPv6 address."""
    six = node("b", "10.4.7.2/24", "fd00::2/64")
    data = snapshot(a=SIX)
    assert changes(cluster(A, B), A, B, pool("fd00:10::/64"), data=data) == ([], 0)
    found, _ = changes(cluster(A, six), A, six, pool("fd00:10::/64"), data=data)
    assert found == [RouteChange("b", str(SIX), "", "fd00::1")]


def test_it_is_said_in_a_table_of_bounded_length() -> None:
    """With the numbers below it."""
    assert list(told((), 3)) == ["no route of a kernel appears or vanishes; 3 stay as they are"]
    one = RouteChange("a", "10.244.0.0/26", "", "10.4.7.2")
    (table, total) = told((one, one._replace(old="10.4.7.3", new="")), 0)
    assert [line.split() for line in table.splitlines()[1:]] == [
        ["a", "10.244.0.0/26", "appears", "-", "10.4.7.2"],
        ["a", "10.244.0.0/26", "vanishes", "10.4.7.3", "-"],
    ]
    assert total == "routes of kernels: 1 appears, 1 vanishes; 0 stay as they are"
    (table, more, total) = told((one,) * (MOST + 2), 0)
    assert (len(table.splitlines()), more) == (MOST + 1, "and 2 more")
    assert total == f"routes of kernels: {MOST + 2} appear; 0 stay as they are"
