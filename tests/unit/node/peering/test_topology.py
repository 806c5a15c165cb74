"""Which pairs of nodes are left without a path, against an obvious, slow flooding of announcements."""

from dataclasses import dataclass

from hypothesis import given, settings

from bgpkit_node.peering import Cluster, Peering, pairs_without_path, plan_peerings
from bgpkit_node.peering.topology import learners
from bgpkit_node.resources import BGPPeerSpec
from tests.support.clusters import all_with_reflectors, cluster, configuration, node, peer, reflector
from tests.unit.node.peering.test_plan import clusters

MASTER, NODE1, NODE2 = node("m", "10.4.7.11/24"), node("n1", "10.4.7.12/24"), node("n2", "10.4.7.21/24")
OFF = configuration(mesh=False)


def test_a_mesh_leaves_nobody_out() -> None:
    """Every two nodes have a session."""
    assert pairs_without_path(cluster(MASTER, NODE1, NODE2)) == ()


def test_without_any_session_every_pair_is_named() -> None:
    """Names in order, pairs in order. walkthrough 18."""
    assert pairs_without_path(cluster(NODE2, NODE1, MASTER, OFF)) == (("m", "n1"), ("m", "n2"), ("n1", "n2"))


def test_a_reflector_joins_its_clients() -> None:
    """Routes of one client reach the other by way of the reflector."""
    first = reflector("n1", "10.4.7.12/24", "244.0.0.1")
    assert pairs_without_path(cluster(MASTER, first, NODE2, OFF, all_with_reflectors())) == ()


def test_a_labelled_node_without_a_cluster_id_reflects_nothing() -> None:
    """A hub that is no reflector has sessions with all, and passes nothing on. walkthrough 22."""
    hub = node("n1", "10.4.7.12/24", route_reflector="true")
    assert pairs_without_path(cluster(MASTER, hub, NODE2, OFF, all_with_reflectors())) == (("m", "n2"),)


def test_clients_of_two_reflectors_of_one_cluster_do_not_meet() -> None:
    """A reflector drops what the other of its cluster has reflected. RFC 4456, section 8."""
    one, two = reflector("r1", "10.4.7.1/24", "244.0.0.1"), reflector("r2", "10.4.7.2/24", "244.0.0.1")
    peers = (
        peer("first", BGPPeerSpec(node="m", peer_ip="10.4.7.1")),
        peer("second", BGPPeerSpec(node="n2", peer_ip="10.4.7.2")),
        peer("between", BGPPeerSpec(node="r1", peer_ip="10.4.7.2")),
    )
    assert ("m", "n2") in pairs_without_path(cluster(MASTER, NODE2, one, two, OFF, *peers))
    apart = reflector("r2", "10.4.7.2/24", "244.0.0.2")
    assert pairs_without_path(cluster(MASTER, NODE2, one, apart, OFF, *peers)) == ()


def test_a_session_with_the_wrong_as_number_carries_nothing() -> None:
    """The other end refuses it. RFC 4271, section 6.2."""
    wrong = peer("p", BGPPeerSpec(node="m", peer_ip="10.4.7.12", as_number=65000))
    assert pairs_without_path(cluster(MASTER, NODE1, wrong)) == (("m", "n1"),)


def test_an_as_in_between_passes_routes_on_but_not_back() -> None:
    """Nodes of one AS that meet only behind another see their own AS number in the path. RFC 4271, section 9.1.2."""
    between = node("n1", "10.4.7.12/24", asn=65001)
    peers = peer("p", BGPPeerSpec(node="n1", peer_selector="all()"))
    assert pairs_without_path(cluster(MASTER, between, NODE2, OFF, peers)) == (("m", "n2"),)
    third = node("n2", "10.4.7.21/24", asn=65002)
    assert pairs_without_path(cluster(MASTER, between, third, OFF, peers)) == ()


def test_a_node_without_an_address_is_in_no_pair() -> None:
    """It does not take part in BGP yet."""
    assert pairs_without_path(cluster(MASTER, node("x"), OFF)) == ()


@settings(max_examples=200, deadline=None)
@given(clusters())
def test_the_pairs_are_those_that_a_flooding_leaves_out(state: Cluster) -> None:
    """Announcements are sent along all sessions until nobody learns anything new."""
    expected: set[tuple[str, str]] = set()
    for version in (4, 6):
        present = [one for one in state.nodes if version in {own.version for own in one.interfaces}]
        learned = {one.name: _flood(state, one.name, version) for one in present}
        assert learned == learners(state, version)
        names = sorted(learned)
        expected |= {(a, b) for a in names for b in names if a < b and (a not in learned[b] or b not in learned[a])}
    assert set(pairs_without_path(state)) == expected


def test_a_pair_that_ipv6_leaves_out_is_named() -> None:
    """Though there is a path in IPv4."""
    one, two = node("a", "10.4.7.11/24", "fd00:7::11/64"), node("b", "10.4.7.12/24", "fd00:7::12/64")
    assert pairs_without_path(cluster(one, two, OFF, peer("p", BGPPeerSpec(peer_ip="10.4.7.11")))) == (("a", "b"),)
    both = [peer(name, BGPPeerSpec(peer_ip=address)) for name, address in (("p", "10.4.7.11"), ("q", "fd00:7::11"))]
    assert pairs_without_path(cluster(one, two, OFF, *both)) == ()


@dataclass(frozen=True)
class Announcement:
    """A route as a node holds it."""

    at: str
    came_from: str
    as_path: tuple[int, ...]
    cluster_list: tuple[str, ...]


def _flood(state: Cluster, origin: str, version: int) -> set[str]:
    """Return the names of the nodes that hear of a route of ``origin``; RFC 4456, sections 6 and 8, word by word."""
    plans = {
        one.name: {each.node: each for each in plan_peerings(state, one) if each.version == version}
        for one in state.nodes
    }
    held = {Announcement(origin, "", (), ())}
    while True:
        told = {
            heard
            for route in held
            for neighbor in plans[route.at]
            if neighbor and (heard := _told(state, plans, route, neighbor)) is not None and heard.at != origin
        }
        if told <= held:
            return {route.at for route in held}
        held |= told


def _told(
    state: Cluster, plans: dict[str, dict[str, Peering]], route: Announcement, neighbor: str
) -> Announcement | None:
    own, other = state.node(route.at), state.node(neighbor)
    assert own is not None
    assert other is not None
    out, back = plans[route.at][neighbor], plans[neighbor].get(route.at)
    if neighbor == route.came_from or back is None:
        return None
    if (out.asn, back.asn) != (state.asn(other), state.asn(own)):
        return None  # Bad Peer AS
    if state.asn(own) != state.asn(other):
        if state.asn(other) in (*route.as_path, state.asn(own)):
            return None
        return Announcement(neighbor, route.at, (*route.as_path, state.asn(own)), ())
    if state.asn(other) in route.as_path:
        return None
    clusters = route.cluster_list
    if route.came_from:
        before = state.node(route.came_from)
        assert before is not None
        if state.asn(before) == state.asn(own):
            # From an internal peer: to clients always, to others when it came from a client.
            if not out.client and not plans[route.at][route.came_from].client:
                return None
            clusters = (str(own.cluster_id), *clusters)
    if other.cluster_id is not None and str(other.cluster_id) in clusters:
        return None
    return Announcement(neighbor, route.at, route.as_path, clusters)
