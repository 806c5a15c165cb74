"""Which cluster IDs are in effect: those that make a node a reflector for somebody. walkthrough 20, 22, 23."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings

from bgpkit_node.peering import Cluster, PeeringKind, pairs_without_path, plan_peerings
from bgpkit_node.resources import BGPPeerSpec, Node, Resource
from tests.support.clusters import all_with_reflectors, cluster, configuration, drained, node, peer, reflector
from tests.unit.node.peering.test_plan import clusters

A, B = node("a", "10.4.7.1/24"), node("b", "10.4.7.2/24")
ID = "244.0.0.1"
R1, R2, R3 = (reflector(f"r{number}", f"10.4.7.1{number}/24", ID) for number in (1, 2, 3))
UNLABELLED = node("r3", "10.4.7.13/24", cluster_id=ID)
OFF = configuration(mesh=False)
EVERYONE = peer("all", BGPPeerSpec(peer_selector="all()"))


def clients(state: Cluster, name: str) -> set[str]:
    """Return the nodes that a node reflects for."""
    own = state.node(name)
    assert own is not None
    return {each.node for each in plan_peerings(state, own) if each.client}


def test_a_reflector_that_loses_its_label_becomes_a_client_of_the_others() -> None:
    """Its cluster ID, which is theirs, would have it drop what they reflect. RFC 4456, section 8."""
    state = cluster(A, B, R1, R2, UNLABELLED, OFF, all_with_reflectors())
    assert state.idle == {"r3": IPv4Address(ID)}
    assert [one.cluster_id for one in state.nodes if one.name == "r3"] == [None]
    assert clients(state, "r1") == clients(state, "r2") == {"a", "b", "r3"}
    assert clients(state, "r3") == set()
    assert pairs_without_path(state) == ()
    labelled = cluster(A, B, R1, R2, R3, OFF, all_with_reflectors())
    assert (labelled.idle, clients(labelled, "r3"), clients(labelled, "r1")) == ({}, {"a", "b"}, {"a", "b"})


def test_in_a_mesh_a_cluster_id_waits_for_a_bgppeer() -> None:
    """And ends no session of the mesh, before and after. walkthrough 20."""
    state = cluster(A, B, R1)
    assert state.idle == {"r1": IPv4Address(ID)}
    own = state.node("r1")
    assert own is not None
    assert [each.kind for each in plan_peerings(state, own)] == [PeeringKind.MESH] * 2
    assert cluster(A, B, R1, all_with_reflectors()).idle == {}


@pytest.mark.parametrize(
    "peering",
    [
        peer("office", BGPPeerSpec(node="r3", peer_ip="10.9.9.9")),
        peer("office", BGPPeerSpec(peer_ip="10.9.9.9", as_number=64512)),
        peer("pods", BGPPeerSpec(node="r3", local_workload_selector="bgp == 'yes'")),
        peer("pods", BGPPeerSpec(local_workload_selector="bgp == 'yes'", as_number=64512)),
    ],
)
def test_a_router_or_pods_of_the_same_as_are_clients_too(peering: Resource) -> None:
    """They get what the node learns from others, as with Calico; in another AS they would get it anyway."""
    assert cluster(A, R1, UNLABELLED, OFF, all_with_reflectors(), peering).idle == {}


@pytest.mark.parametrize(
    "peering",
    [
        peer("office", BGPPeerSpec(node="r3", peer_ip="10.9.9.9", as_number=65000)),
        peer("office", BGPPeerSpec(node="a", peer_ip="10.9.9.9")),
        peer("pods", BGPPeerSpec(node="r3", local_workload_selector="bgp == 'yes'", as_number=65000)),
        peer("pods", BGPPeerSpec(node="a", local_workload_selector="bgp == 'yes'")),
    ],
)
def test_a_router_of_another_as_or_of_another_node_is_nobodys_client(peering: Resource) -> None:
    """Reflection is for internal peers. RFC 4456, section 6."""
    assert set(cluster(A, R1, UNLABELLED, OFF, all_with_reflectors(), peering).idle) == {"r3"}


def test_nodes_of_one_cluster_alone_have_no_use_for_its_id() -> None:
    """Nobody is anybody's client: they are ordinary peers, as with it."""
    state = cluster(R1, R2, R3, OFF, EVERYONE)
    assert set(state.idle) == {"r1", "r2", "r3"}
    assert [clients(state, name) for name in ("r1", "r2", "r3")] == [set()] * 3


def test_a_node_with_a_cluster_id_of_its_own_keeps_it() -> None:
    """Reflectors of two clusters are clients of each other, as in Calico, and nothing is dropped."""
    other = node("r3", "10.4.7.13/24", cluster_id="244.0.0.3")
    state = cluster(A, B, R1, other, OFF, all_with_reflectors())
    assert (state.idle, clients(state, "r3"), clients(state, "r1")) == ({}, {"r1"}, {"a", "b", "r3"})


def test_a_drained_reflector_is_named_as_such() -> None:
    """Not as one whose cluster ID has no effect."""
    state = cluster(A, B, R1, drained(R2), OFF, all_with_reflectors())
    assert state.drained == {"r2"}
    assert state.idle == {}


def test_a_drained_reflector_makes_nobody_a_reflector_that_is_one_no_more() -> None:
    """Of three one is drained, and another loses its label: both are clients of the third. walkthrough 23."""
    state = cluster(A, B, R1, drained(R2), UNLABELLED, OFF, all_with_reflectors())
    assert set(state.idle) == {"r3"}
    assert clients(state, "r1") == {"a", "b", "r2", "r3"}
    assert pairs_without_path(state) == ()


def test_the_last_reflector_stays_one_for_whoever_is_drained() -> None:
    """With nobody else in the cluster."""
    state = cluster(R1, drained(R2), OFF, all_with_reflectors())
    assert (state.idle, clients(state, "r1"), pairs_without_path(state)) == ({}, {"r2"}, ())


def test_a_drained_node_keeps_its_sessions_with_another_as() -> None:
    """Nothing is reflected there."""
    other = node("z", "10.4.7.9/24", asn=65001)
    state = cluster(R1, drained(R2), other, OFF, EVERYONE)
    own = state.node("r2")
    assert own is not None
    assert [each.node for each in plan_peerings(state, own)] == ["z", "r1"]


@settings(deadline=None)
@given(clusters())
def test_no_path_is_lost_where_a_cluster_id_has_no_effect(state: Cluster) -> None:
    """What the nodes learn with the IDs as they stand in the resources they learn without the idle ones, too."""
    as_written = replace(state, nodes=tuple(_with_id(state, one) for one in state.nodes), idle={})
    assert set(pairs_without_path(state)) <= set(pairs_without_path(as_written))


@settings(deadline=None)
@given(clusters())
def test_a_node_is_idle_when_the_ids_as_written_give_it_no_client(state: Cluster) -> None:
    """But such as are drained, and have another reflector. And one that is not idle keeps its clients."""
    as_written = replace(state, nodes=tuple(_with_id(state, one) for one in state.nodes), idle={})
    for one in state.nodes:
        if one.name in state.idle:
            assert clients(as_written, one.name) <= state.drained
        elif one.cluster_id is not None:
            assert clients(state, one.name) >= clients(as_written, one.name)


def _with_id(state: Cluster, one: Node) -> Node:
    if one.name not in state.idle:
        return one
    own = [str(interface) for interface in (one.ipv4 or "", one.ipv6 or "")]
    return node(one.name, *own, cluster_id=str(state.idle[one.name]), asn=one.as_number, **one.labels)
